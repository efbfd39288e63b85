/** Progress, following and printing without a server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { followJob } from '../../src/cli/follow-job.ts';
import type { Job, JobProgress } from '../../src/cli/job.ts';
import { jobLines } from '../../src/cli/job-text.ts';
import { progressDisplay } from '../../src/cli/progress.ts';

const JOB: Job = {
  id: 3,
  status: 'complete',
  data_source: 'csv',
  progress: { combo: 4, total: 4, fold: 5, n_folds: 5 },
  results: [],
  overfitting: null,
  skipped: [],
  unranked: [],
  error: null,
};

const result = (rank: number, window: number) => ({
  rank,
  params: { window, zscore_exit: null },
  mean_sharpe: 1 / rank,
  sharpe_std: 0.25,
  mean_return: 0.034,
  max_drawdown: -0.1,
  trades: 12,
});

function progress(combo: number): JobProgress {
  return { combo, total: 40, fold: 1, n_folds: 5 };
}

describe('progress', () => {
  it('is a plain line at every tenth in a pipe', () => {
    const written: string[] = [];
    const display = progressDisplay({ write: (text) => written.push(text) });

    for (const combo of [0, 1, 3, 4, 5, 30, 40, 40]) display.show(progress(combo));
    display.end();

    expect(written).toEqual([
      '0 %, 0 of 40 combinations\n',
      '10 %, 4 of 40 combinations\n',
      '75 %, 30 of 40 combinations\n',
      '100 %, 40 of 40 combinations\n',
    ]);
  });

  it('is one line that is drawn over itself on a terminal, and gone at the end', () => {
    const written: string[] = [];
    const erase = '\r\u001b[2K';
    const bar = `[${'#'.repeat(14)}${'.'.repeat(14)}] 50 %, 20 of 40 combinations (stat_arb), 0 s`;
    const display = progressDisplay({ isTTY: true, write: (text) => written.push(text) });

    display.show({ ...progress(20), current_strategy: 'stat_arb' });
    display.say('Cancelling.');
    display.end();

    expect(written[0]).toBe(`${erase}${bar}`);
    expect(written[1]).toBe(`${erase}Cancelling.\n${bar}`);
    expect(written[2]).toBe(erase);
  });
});

describe('the text of a job', () => {
  it('lines the ranking up, and gives the verdict with its reasons', () => {
    const lines = jobLines(
      {
        ...JOB,
        results: [result(1, 10), result(2, 250)],
        overfitting: { verdict: 'reject', reasons: ['The deflated Sharpe is 0.41.'] },
        unranked: [{}],
      },
      'http://127.0.0.1:8000',
    );

    expect(lines).toEqual([
      'Job 3 is complete: 4 of 4 combinations.',
      '',
      'rank  window  zscore_exit  sharpe   ± sd  return  drawdown  trades',
      '   1      10         none   1.000  0.250   3.4 %   -10.0 %      12',
      '   2     250         none   0.500  0.250   3.4 %   -10.0 %      12',
      'Not ranked: 1 never traded in a test window.',
      '',
      'REJECT: the best result is likely luck.',
      '  - The deflated Sharpe is 0.41.',
      '',
      'Report: http://127.0.0.1:8000/api/optimize/3/report',
    ]);
  });

  it('has a table for each type of a sweep, and what it recommends', () => {
    const by_strategy = { momentum: [result(1, 10)], stat_arb: [] };
    const recommendation = { strategy_type: 'momentum', confidence: 'high', recommended: true } as const;

    const lines = jobLines({ ...JOB, results: { by_strategy, recommendation } }, 'http://127.0.0.1:8000');

    expect(lines).toContain('Recommended: momentum, with high confidence.');
    expect(lines.slice(lines.indexOf('stat_arb'))[1]).toBe('Nothing was ranked.');
  });

  it('says why a job failed', () => {
    const [first] = jobLines({ ...JOB, status: 'error', error: 'The bars are gone.' }, 'http://127.0.0.1:8000');

    expect(first).toBe('Job 3 failed: The bars are gone.');
  });
});

describe('following a job', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A server whose job is `running` for so many questions. */
  async function serve(questions: number): Promise<{ url: string; server: Server }> {
    let asked = 0;
    const server = createServer(({ headers }, answer) => {
      if (headers.upgrade !== undefined) return void answer.writeHead(404).end();
      asked += 1;
      const job = asked > questions ? JOB : { ...JOB, status: 'running', progress: progress(asked) };
      return void answer.end(JSON.stringify(job));
    });
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  }

  it('asks again and again where there is no socket', async () => {
    const { url } = await serve(2);
    const seen: number[] = [];

    const job = await followJob(url, { id: 3, onProgress: ({ combo }) => seen.push(combo) });

    expect(job).toEqual(JOB);
    expect(seen).toEqual([1, 2]);
  });

  it('hears of progress and of the end over the socket', async () => {
    const { url, server } = await serve(1);
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, { url: path }) => {
      for (const message of [
        { type: 'connected', channel: 'optimize', cursor: '1' },
        { type: 'progress', ...progress(10) },
        { type: 'progress', ...progress(20) },
      ])
        socket.send(JSON.stringify({ ...message, path }));
      setTimeout(() => socket.send(JSON.stringify({ type: 'complete', job_id: 3 })), 50);
    });
    const seen: number[] = [];

    const job = await followJob(url, { id: 3, onProgress: ({ combo }) => seen.push(combo) });
    sockets.close();

    expect(job).toEqual(JOB);
    expect(seen).toEqual([10, 20]);
  });

  it('goes on asking when the socket breaks', async () => {
    const { url, server } = await serve(2);
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.terminate());

    const job = await followJob(url, { id: 3, onProgress: () => undefined });
    sockets.close();

    expect(job).toEqual(JOB);
  });

  it('tells at once when the server knows no such job', async () => {
    const server = createServer((_request, answer) => {
      answer.statusCode = 404;
      answer.end(JSON.stringify({ detail: 'There is no optimization 3.' }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    await expect(followJob(url, { id: 3, onProgress: () => undefined })).rejects.toThrow(
      'Job 3 was refused (404): There is no optimization 3.',
    );
  });
});
