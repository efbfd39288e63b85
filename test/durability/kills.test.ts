/** Whatever was acknowledged is there after the process was killed, and nothing is there by half. */
import { afterAll, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/index.ts';
import {
  dataFolder,
  end,
  endServers,
  launchCommand,
  pause,
  request,
  type ServerProcess,
  startServer,
} from '../support/server-process.ts';
import { SHORT_JOBS } from './jobs.ts';
import { cancelOrder, expectOrders, liftLimits, place } from './orders.ts';
import { expectResources, RESOURCE_KINDS } from './resources.ts';
import { emptyLedger, type Ledger, strategyBody, writeUntilDeath } from './writers.ts';

/** Kills of each of two servers, which run side by side: most of a kill is waiting for the next start. */
const KILLS = [13, 12];
const WRITERS = 4;
const SEED = process.env['SEED'] ?? 'kills-1';

interface Entry {
  readonly cursor: string;
  readonly type: string;
  readonly subject_type: string;
  readonly subject_id: number;
}

afterAll(endServers);

it(`loses no acknowledged write in ${KILLS.join(' and ')} kills, and ends every job once (seed ${SEED})`, {
  timeout: 480_000,
}, async () => {
  const ledgers = await Promise.all(KILLS.map(survive));

  const resources = ledgers.flatMap((ledger) => [...ledger.resources.values()]);
  expect(ledgers.map(({ trading }) => [...trading.orders.values()].some(({ isCanceled }) => isCanceled))).toEqual([
    true,
    true,
  ]);
  const made = new Set(resources.map(({ kind }) => kind));
  expect([...made].toSorted()).toEqual([...RESOURCE_KINDS].toSorted());
  expect(resources.some(({ value }) => value === null)).toBe(true);
});

/** Kills a server so often, and answers what it was told. */
async function survive(kills: number): Promise<Ledger> {
  const seed = `${SEED}-${kills}`;
  const random = seededRandom(seed);
  const folder = dataFolder();
  const settings = { DATA_DIR: folder };
  const ledger = emptyLedger();

  for (let kill = 0; kill < kills; kill += 1) {
    const server = await startServer(settings);
    if (kill === 0) {
      await liftLimits(server);
      // Whatever the writers come to: every third order rests.
      for (const round of [0, 1, 2]) await place(server, ledger.trading, `first.${round}`);
      await cancelOrder(server, ledger.trading, 'first.3');
    }
    await expectAcknowledged(server, ledger);
    await expectOrders(server, ledger.trading, folder);
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      writeUntilDeath(server, ledger, {
        random: seededRandom(`${seed}-${kill}-${writer}`),
        writer: `${kill}X${writer}`,
      }),
    );
    await acknowledged(ledger, ledger.count + 1 + Math.floor(random.uniform() * 16));
    await pause(random.uniform() * 20);
    await end(server, 'SIGKILL');
    await Promise.all(writers);
  }

  const server = await startServer(settings);
  await expectAcknowledged(server, ledger, true);
  const fills = await expectOrders(server, ledger.trading, folder);
  const ended = await Promise.all([...ledger.jobs.keys()].map((id) => jobEnd(server, id)));
  const events = await journal(server);
  const references = await Promise.all(SHORT_JOBS.map((_, kind) => reference(server, kind)));

  const audit = launchCommand(process.execPath, ['dist/cli/verify-audit.js'], settings);

  expect([(await audit.exited).code, audit.stdout()]).toEqual([0, expect.stringMatching(/: ok, events: \d+/)]);
  expect(ledger.count).toBeGreaterThan(5 * kills);
  expect([fills, ledger.trading.orders.size].map((count) => count > kills)).toEqual([true, true]);
  expect(events.map((event) => event.cursor)).toEqual(events.map((_, i) => String(i + 1)));
  for (const job of ended) {
    const types = typesOf(events, 'optimization', job.id);
    expect(types[0]).toBe('OptimizationStarted');
    expect(types).toHaveLength(2);
    if (job.status !== 'complete') expect([job.id, job.status]).toEqual([job.id, 'cancelled']);
    else expect(job.results).toEqual(references[ledger.jobs.get(job.id) ?? -1]);
  }
  return ledger;
}

/** Waits for that many answers in all: a kill comes after so many writes, however fast the machine is. */
async function acknowledged(ledger: Ledger, count: number): Promise<void> {
  while (ledger.count < count) await pause(2);
}

/** Reads everything back and compares. */
async function expectAcknowledged(server: ServerProcess, ledger: Ledger, isWhole = false): Promise<void> {
  const events = await journal(server);
  for (const [id, { name, maybe }] of ledger.strategies) {
    const { status, body } = await request<{ name?: string }>(server, `GET /api/strategies/${id}`);
    const found = status === 404 ? null : (body.name ?? 'no name');
    expect(maybe === undefined ? [name] : [name, maybe]).toContain(found);
    expect(typesOf(events, 'strategy', id)[0]).toBe('StrategyCreated');
    ledger.strategies.set(id, { name: found });
  }
  for (const id of ledger.jobs.keys()) {
    const { status, body } = await request<{ status: string }>(server, `GET /api/optimize/${id}`);
    expect([id, status]).toEqual([id, 200]);
    if (ledger.cancelled.has(id)) expect([id, body.status]).toEqual([id, 'cancelled']);
    expect(typesOf(events, 'optimization', id)[0]).toBe('OptimizationStarted');
  }
  await expectImports(server, ledger);
  await expectResources(server, ledger.resources, isWhole);
  await expectReplay(server, ledger);
}

/** A file is there whole or not at all. */
async function expectImports(server: ServerProcess, ledger: Ledger): Promise<void> {
  const { body } = await request<readonly { symbol: string; rows: number | null }[]>(server, 'GET /api/data/symbols');
  for (const [symbol, { rows, maybe }] of ledger.imports) {
    const found = body.find((listing) => listing.symbol === symbol)?.rows ?? 0;
    expect([rows, maybe]).toContain(found);
    ledger.imports.set(symbol, { rows: found, maybe: found });
  }
}

/** A key that was answered gives the same answer again, and does nothing. */
async function expectReplay(server: ServerProcess, ledger: Ledger): Promise<void> {
  const [key, id] = [...ledger.keys].at(-1) ?? [];
  if (key === undefined) return;
  const json = strategyBody(key.replace('key-', ''));
  const again = await request<{ id: number }>(server, 'POST /api/strategies', { json, key });
  expect([again.status, again.body.id, again.headers.get('idempotent-replay')]).toEqual([201, id, 'true']);
}

interface Job {
  readonly id: number;
  readonly status: string;
  readonly results: unknown;
}

async function jobEnd(server: ServerProcess, id: number): Promise<Job> {
  for (;;) {
    const { body } = await request<Job>(server, `GET /api/optimize/${id}`);
    if (!['pending', 'running'].includes(body.status)) return body;
    await pause(200);
  }
}

/** The results of a job that nobody interrupts. */
async function reference(server: ServerProcess, kind: number): Promise<unknown> {
  const json = SHORT_JOBS[kind];
  const { body } = await request<{ job_id: number }>(server, 'POST /api/optimize/strategy', { json });
  return (await jobEnd(server, body.job_id)).results;
}

/** Every stored event. */
async function journal(server: ServerProcess): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const after = entries.at(-1)?.cursor ?? '0';
    const { body } = await request<readonly Entry[]>(server, `GET /api/events?after=${after}&limit=500`);
    if (body.length === 0) return entries;
    entries.push(...body);
  }
}

function typesOf(events: readonly Entry[], subjectType: string, id: number): readonly string[] {
  return events
    .filter((event) => event.subject_type === subjectType && event.subject_id === id)
    .map(({ type }) => type);
}
