/**
 * Does the API stay responsive while every worker thread computes? Small GraphQL queries are sent one after the other to
 * an idle server, then to the same server under optimization jobs that keep all threads busy; what is compared is the
 * 99th percentile of both, in one run on one machine.
 */
import { Agent, request as httpRequest } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { dataFolder, endServers, pause, request, type ServerProcess, startServer } from '../support/server-process.ts';
import { processors, report } from './report.ts';

const QUERIES = 3000;
/** Between two queries, in ms: a person's client, not a flood. */
const PACE_MS = 2;
/** What the server may take at the 99th percentile under load: twice its idle value, or this, whichever is more. */
const BUSY_P99_MS = 10;
const LOOP_DELAY_P99_MS = 50;
const CANCEL_MS = 2000;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const QUERY = JSON.stringify({ query: '{ strategyTypes { name } }' });

afterAll(async () => {
  agent.destroy();
  await endServers();
});

describe('a server whose threads all compute', () => {
  it('answers small queries about as promptly as an idle one, and cancels within 2 s', async () => {
    const server = await startServer({ DATA_DIR: dataFolder(), COMPUTE_THREADS: String(processors) });
    await latencies(server, 1000);
    const idle = await latencies(server, QUERIES);

    const jobs = await Promise.all(Array.from({ length: 4 }, () => submitLongJob(server)));
    await untilRunning(server, jobs);
    await loopDelayMs(server);
    const busy = await latencies(server, QUERIES);
    const delay = await loopDelayMs(server);
    const cancels = await Promise.all(jobs.map((id) => cancelMs(server, id)));

    const [idleP99, busyP99] = [percentile(idle, 0.99), percentile(busy, 0.99)];
    report('G10 optimizer on all workers', {
      'p50 idle -> busy (ms)': `${percentile(idle, 0.5).toFixed(2)} -> ${percentile(busy, 0.5).toFixed(2)}`,
      'p99 idle -> busy (ms)': `${idleP99.toFixed(2)} -> ${busyP99.toFixed(2)}`,
      'p99 busy / idle': (busyP99 / idleP99).toFixed(2),
      'event-loop delay p99 (ms)': delay.toFixed(1),
      'slowest cancel (ms)': Math.max(...cancels).toFixed(0),
    });
    expect(busyP99).toBeLessThanOrEqual(Math.max(2 * idleP99, BUSY_P99_MS));
    expect(delay).toBeLessThanOrEqual(LOOP_DELAY_P99_MS);
    expect(Math.max(...cancels)).toBeLessThanOrEqual(CANCEL_MS);
  });
});

/** Round trips of the small query over one kept connection, in ms. */
async function latencies(server: ServerProcess, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const since = performance.now();
    await smallQuery(server);
    times.push(performance.now() - since);
    await pause(PACE_MS);
  }
  return times;
}

function smallQuery({ port }: ServerProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(QUERY) };
    const sent = httpRequest({ port, method: 'POST', path: '/graphql', headers, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`The query was answered with ${answer.statusCode}.`));
      answer.resume().once('end', resolve);
    });
    sent.once('error', reject).end(QUERY);
  });
}

/** 10,000 combinations over half a million minute bars: it never ends by itself while this test runs. */
async function submitLongJob(server: ServerProcess): Promise<number> {
  const windows = (first: number) => Array.from({ length: 100 }, (_, i) => first + i);
  const { status, body } = await request<{ job_id: number }>(server, 'POST /api/optimize/strategy', {
    json: {
      strategy_type: 'momentum',
      symbols: ['SPY'],
      start: '2019-01-01',
      end: '2023-12-29',
      interval: '1m',
      param_grid: { short_window: windows(2), long_window: windows(120) },
    },
  });
  if (status !== 200) throw new Error(`The job was refused: ${JSON.stringify(body)}`);
  return body.job_id;
}

async function untilRunning(server: ServerProcess, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    for (;;) {
      const { body } = await request<{ status: string; progress: { combo: number } }>(
        server,
        `GET /api/optimize/${id}`,
      );
      if (body.status === 'running' && body.progress.combo > 0) break;
      if (body.status !== 'running' && body.status !== 'pending') throw new Error(`Job ${id} ended: ${body.status}.`);
      await pause(50);
    }
  }
}

async function cancelMs(server: ServerProcess, id: number): Promise<number> {
  const since = performance.now();
  const { body } = await request<{ status: string }>(server, `DELETE /api/optimize/${id}`);
  if (body.status !== 'cancelled') throw new Error(`Job ${id} was not cancelled: ${JSON.stringify(body)}`);
  return performance.now() - since;
}

/** The 99th percentile of the event loop's delay since it was last asked, as the server measures it. */
async function loopDelayMs({ url }: ServerProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1];
  if (seconds === undefined) throw new Error('The metrics do not tell the delay of the event loop.');
  return Number(seconds) * 1000;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
