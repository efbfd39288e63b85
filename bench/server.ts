/**
 * A job end to end: from the request to a server in a process of its own until it tells that the results are stored, with
 * verdict, trials and equity curve. The first job comes two seconds after the server listens, sooner than anybody has
 * written one. In turns with the jobs that follow it the search alone on as many threads, cut as the server cuts it: indicators
 * and figures, without server, database and judgement. Medians are printed, and each job is compared with the search after
 * it, so that a slow minute of the machine falls on both. Needs `dist`, which `npm run bench` builds. Called with a word of
 * a workload's name and how many threads there are (default: one for each processor); prints a row.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { readJson } from '../src/core/index.ts';
import { formatBarTime } from '../src/market/index.ts';
import { median } from './measure.ts';
import { openSearch } from './search.ts';
import { addressOf } from './streams/server.ts';
import { planOf, type Workload, workloadNamed } from './workloads.ts';

/** Jobs and searches that are not measured; those that are, at least so many and for so long. */
const WARM_UPS = 10;
const LEAST = 15;
const MEASURED_MS = 8000;
const FIRST_AFTER_MS = 2000;
/** A symbol that trades around the clock, so that consecutive minutes lack no session. */
const SYMBOL = 'WALK-USD';
const agent = new Agent({ keepAlive: true });
const threads = Number(process.argv[3] ?? availableParallelism());

const workload = workloadNamed(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'dunlin-bench-'));
const { child, url } = await startServer();
try {
  const idle = sleep(FIRST_AFTER_MS);
  const range = await importBars();
  await idle;
  const first = await jobMs(range);
  const memory = peakMemoryMb(child);
  const search = openSearch(workload, threads);
  const takeTurn = async () => ({ job: await jobMs(range), alone: await msOf(() => search.run()) });
  for (let turn = 0; turn < WARM_UPS; turn++) await takeTurn();
  const measured: Awaited<ReturnType<typeof takeTurn>>[] = [];
  for (const since = performance.now(); measured.length < LEAST || performance.now() - since < MEASURED_MS; )
    measured.push(await takeTurn());
  await search.close();
  console.log(
    JSON.stringify({
      workload: workload.name,
      threads,
      'first ms': Math.round(first),
      'again ms': Math.round(median(measured.map(({ job }) => job))),
      'search alone ms': Math.round(median(measured.map(({ alone }) => alone))),
      'share of its rate %': Math.round(100 * median(measured.map(({ job, alone }) => alone / job))),
      'peak MiB of the server': memory,
    }),
  );
} finally {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function startServer(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'warn', COMPUTE_THREADS: String(threads) };
  const started = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  return { child: started, url: await addressOf(started) };
}

/** The bars of the workload as a file; their first and last date. */
async function importBars(): Promise<{ readonly start: string; readonly end: string }> {
  const [bars] = planOf(workload).bars;
  if (bars === undefined) throw new Error('A workload has bars.');
  const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume];
  const rows = Array.from(bars.time, (time, t) =>
    [formatBarTime(time, bars.interval), ...columns.map((column) => column[t])].join(','),
  );
  const answer = await fetch(`${url}/api/data/import?symbol=${SYMBOL}&interval=${bars.interval}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: ['date,open,high,low,close,volume', ...rows].join('\n'),
  });
  if (!answer.ok) throw new Error(`The bars were refused: ${await answer.text()}`);
  const dateAt = (place: number): string => new Date(bars.time.at(place) ?? 0).toISOString().slice(0, 10);
  return { start: dateAt(0), end: dateAt(-1) };
}

/** From the request until the server tells that the job is complete, over connections that, but for the first job, are open already. */
async function jobMs(range: object): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/optimize`);
  await new Promise((resolve) => {
    socket.once('message', resolve);
  });
  const ended = new Promise<{ readonly status: string; readonly at: number }>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const { type, status } = readJson<{ readonly type: string; readonly status: string }>(data.toString());
      if (type === 'complete') resolve({ status, at: performance.now() });
    });
  });
  const since = performance.now();
  await submit(workload, range);
  const { status, at } = await ended;
  socket.close();
  if (status !== 'complete') throw new Error(`The job ended as ${status}.`);
  return at - since;
}

/** With `node:http`: `fetch` takes a millisecond or two more of the processor that the server is measured on. */
async function submit({ typeName, grid, nSplits, volatility }: Workload, range: object): Promise<void> {
  const asked = request(`${url}/api/optimize/strategy`, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  asked.end(
    JSON.stringify({
      strategy_type: typeName,
      symbols: [SYMBOL],
      ...range,
      interval: volatility > 0.005 ? '1d' : '1m',
      param_grid: grid,
      n_splits: nSplits,
    }),
  );
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
  const said = await text(answer);
  if (answer.statusCode !== 200) throw new Error(`The job was refused: ${said}`);
}

/** Largest resident memory of the server so far; null where the system does not tell. */
function peakMemoryMb({ pid }: ChildProcess): number | null {
  if (process.platform !== 'linux') return null;
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kib === undefined ? null : Math.round(Number(kib) / 1024);
}

async function msOf(work: () => Promise<void>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
