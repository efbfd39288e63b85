/** What `npm run optimize` and `npm run report` run, against a server that runs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dataFolder,
  endServers,
  type Launched,
  launchCommand,
  pause,
  request,
  type ServerProcess,
  startServer,
} from '../support/server-process.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({ DATA_DIR: dataFolder(), SIMULATION_SEED: 'test' });
});
afterAll(endServers);

function start(command: string, args: readonly string[], url = server.url): Launched {
  return launchCommand(process.execPath, [`dist/cli/${command}.js`, ...args, '--url', url], {});
}

async function run(command: string, ...args: readonly string[]) {
  const launched = start(command, args);
  const { code } = await launched.exited;
  return { code, stdout: launched.stdout(), stderr: launched.stderr() };
}

const JOB = ['momentum', 'SPY', '2016-01-01', '2024-12-31'];
const MANY = JSON.stringify({
  short_window: Array.from({ length: 100 }, (_, at) => at + 2),
  long_window: Array.from({ length: 100 }, (_, at) => at + 120),
});
/** Long enough to be interrupted. */
const ENDLESS = ['momentum', 'SPY', '1990-01-01', '2024-12-31', '--grid', MANY];

/** Prices of two years of weekdays. */
function priceFile(): string {
  const days = Array.from({ length: 730 }, (_, at) => new Date(Date.UTC(2019, 0, 1 + at)));
  const rows = days
    .filter((day) => day.getUTCDay() % 6 !== 0)
    .map((day, at) => `${day.toISOString().slice(0, 10)},${100 + (at % 40)},150,50,${101 + (at % 40)},1000`);
  const file = join(dataFolder(), 'prices.csv');
  writeFileSync(file, ['date,open,high,low,close,volume', ...rows].join('\n'));
  return file;
}

async function untilSaid(launched: Launched, words: RegExp): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!words.test(launched.stderr())) {
    if (performance.now() > deadline) throw new Error(`Never said ${words}: ${launched.stderr()}`);
    await pause(10);
  }
}

describe('the command that optimizes', () => {
  it('submits, follows and prints the ranking, where the report is, and that prices are simulated', async () => {
    const { code, stdout, stderr } = await run('optimize', ...JOB, '--splits', '3', '--slippage', '0');

    const id = /Job (\d+) was submitted: 18 combinations/.exec(stderr)?.[1];
    expect(code).toBe(0);
    expect(stdout).toContain(`Job ${id} is complete: 18 of 18 combinations.\nThe prices are SIMULATED`);
    expect(stdout).toMatch(
      /\nrank +short_window +long_window +ma_type +signal_threshold +sharpe +± sd +return +drawdown +trades\n +1 /,
    );
    expect(stdout).toContain('Not ranked: 2 combinations are invalid.');
    expect(stdout).toMatch(new RegExp(`Report: ${server.url}/api/optimize/${id}/report\n$`));
    const { body } = await request<{ config: object }>(server, `GET /api/optimize/${id}`);
    expect(body.config).toMatchObject({ n_splits: 3, slippage_bps: 0, symbols: ['SPY'], interval: '1d' });
  });

  it('imports prices first, and uses them', async () => {
    const { code, stdout, stderr } = await run(
      'optimize',
      'mean_reversion',
      'IBM',
      '2019-01-01',
      '2020-12-30',
      '--splits',
      '2',
      '--csv',
      priceFile(),
    );

    expect(stderr).toMatch(/^IBM 1d: \d+ rows from 2019-01-01/);
    expect(stdout).not.toContain('SIMULATED');
    expect(code).toBe(0);
  });

  it('says what it takes when asked', async () => {
    const { code, stdout } = await run('optimize', '--help');

    expect(stdout).toMatch(/^Usage: npm run optimize .*\n +--csv FILE/);
    expect(code).toBe(0);
  });

  it('says in a sentence what is wrong with a job', async () => {
    const unknown = await run('optimize', 'luck', 'SPY', '2016-01-01', '2024-12-31');
    const short = await run('optimize', ...JOB, '--splits', '400');

    expect([unknown.code, short.code]).toEqual([1, 1]);
    expect(unknown.stderr).toMatch(/^The job was refused \(422\): .*luck.*momentum/);
    expect(short.stderr).toContain('400 splits of at least 100 bars');
  });

  it('cancels the job at the first Ctrl-C, prints what there is and ends with 130', async () => {
    const launched = start('optimize', ENDLESS);
    await untilSaid(launched, /was submitted/);

    launched.child.kill('SIGINT');
    // npm passes the same key press on a moment later.
    await pause(30);
    launched.child.kill('SIGINT');
    const { code } = await launched.exited;

    expect(launched.stderr()).toContain('Cancelling the job; Ctrl-C again quits without waiting.');
    expect(launched.stdout()).toMatch(/Job \d+ was cancelled after \d+ of 10000 combinations/);
    expect(code).toBe(130);
  });

  it('quits at the second Ctrl-C, whatever the server does', async () => {
    const stuck = createServer((incoming, answer) => {
      if (incoming.method === 'POST') answer.end(JSON.stringify({ job_id: 7, total_combinations: 9 }));
    });
    await new Promise<void>((resolve) => {
      stuck.listen(0, '127.0.0.1', resolve);
    });
    const launched = start('optimize', JOB, `http://127.0.0.1:${(stuck.address() as AddressInfo).port}`);
    await untilSaid(launched, /Job 7 was submitted/);

    launched.child.kill('SIGINT');
    await pause(600);
    launched.child.kill('SIGINT');
    const { code } = await launched.exited;
    stuck.closeAllConnections();
    stuck.close();

    expect(launched.stderr()).toContain('Quit without waiting');
    expect(code).toBe(130);
  });

  it.each([
    ['no dates', ['momentum', 'SPY'], 'Usage: npm run optimize'],
    ['an unknown option', [...JOB, '--folds', '3'], 'Usage: npm run optimize'],
    ['a grid that is no JSON', [...JOB, '--grid', '{short_window: 5}'], '--grid must be JSON such as'],
    ['a number that is none', [...JOB, '--splits', 'five'], '--splits must be a number; it is "five".'],
    ['a grid for a sweep', ['sweep', ...JOB.slice(1), '--grid', '{}'], 'leave --grid out'],
    [
      'fewer files than symbols',
      ['stat_arb', 'A,B', '2016-01-01', '2020-12-31', '--csv', 'a.csv'],
      'There are 2 symbols and 1 files',
    ],
    ['a file that is not there', [...JOB, '--csv', '/nowhere.csv'], '/nowhere.csv cannot be read'],
  ])('refuses %s', async (_case, args, message) => {
    const { code, stderr } = await run('optimize', ...args);

    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });
});

describe('the command that saves a report', () => {
  it('writes the page and says where', async () => {
    const { stdout } = await run('optimize', ...JOB);
    const id = /Job (\d+)/.exec(stdout)?.[1] ?? '';
    const file = join(dataFolder(), 'momentum.html');

    const { code, stdout: said } = await run('report', id, '--out', file);

    expect(said).toBe(`The report of job ${id} is in ${file}. Open it in a browser; it needs no server.\n`);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/);
    expect(code).toBe(0);
  });

  it.each([
    ['a job that there is not', ['2000000'], /was refused \(404\): There is no optimization 2000000/],
    ['what is no id', ['first'], /ID is the number of a job; it is "first"/],
    ['no id', [], /Usage: npm run report/],
  ])('refuses %s', async (_case, args, message) => {
    const { code, stderr } = await run('report', ...args);

    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  it('says when the file cannot be written', async () => {
    const { stdout } = await run('optimize', ...JOB);
    const { code, stderr } = await run('report', /Job (\d+)/.exec(stdout)?.[1] ?? '', '--out', '/nowhere/a.html');

    expect(stderr).toContain('/nowhere/a.html cannot be written');
    expect(existsSync('/nowhere')).toBe(false);
    expect(code).toBe(1);
  });
});
