/** What all processes of the runs share: a database with owners who may trade without limits, a clock, prices and a broker. */
import { localUser, type Principal } from '../../../src/access/index.ts';
import type { Broker } from '../../../src/broker/index.ts';
import { randomIds } from '../../../src/core/index.ts';
import { Journal } from '../../../src/events/index.ts';
import { Gateway, type OrderDeps } from '../../../src/orders/index.ts';
import { lockSafety } from '../../../src/safety/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { ManualClock } from '../clock.ts';
import { silentLog } from '../log.ts';
import { ScriptedBroker } from '../scripted-broker/adapter.ts';
import type { StartedBroker } from '../scripted-broker/start.ts';

export const SYMBOL = 'BTC-USD';
export const PRICE = 100;
export interface Scene {
  readonly database: Database;
  readonly clock: ManualClock;
  readonly started: StartedBroker;
  /** The adapter that all processes use. */
  readonly broker: Broker;
  readonly owners: readonly Principal[];
}

/** A process's gateway, and how it ends when it has not crashed. */
export interface Process {
  readonly deps: OrderDeps;
  close(): Promise<void>;
}

/** Makes owners in a migrated database. The broker is closed by whoever started it. */
export async function createScene(database: Database, started: StartedBroker, ownerCount: number): Promise<Scene> {
  const clock = new ManualClock('2026-03-12T15:00:00Z');
  await started.control.setQuote(SYMBOL, String(PRICE));
  const owners: Principal[] = [];
  for (let i = 0; i < ownerCount; i += 1) {
    const id = await database.transaction(async (db) => {
      const { id: ownerId } = await db.user.create({ data: { name: `owner ${i}`, createdAt: new Date(clock.now()) } });
      await lockSafety(db, clock, ownerId);
      const limits = { maxDailyTrades: 1_000_000, maxOrdersPerMinute: 100_000, maxPositionPct: '10' };
      await db.safetyState.update({ where: { ownerId }, data: limits });
      return ownerId;
    });
    owners.push(localUser(id));
  }
  return { database, clock, started, broker: new ScriptedBroker({ url: started.url, timeoutMs: 20_000 }), owners };
}

/** Starts a process over the database and the broker as it sees them. */
export async function startProcess(
  { clock }: Pick<Scene, 'clock'>,
  { database, broker }: Pick<Scene, 'database' | 'broker'>,
): Promise<Process> {
  const journal = new Journal({ database, clock, pollMs: 60_000 });
  await journal.start();
  const basis = {
    database,
    journal,
    clock,
    ids: randomIds,
    log: silentLog,
    prices: {
      quotes: (symbols: readonly string[]) =>
        Promise.resolve(
          symbols.map((symbol) => ({
            symbol,
            price: PRICE,
            bid: null,
            ask: null,
            at: new Date(clock.now()),
            source: 'test',
          })),
        ),
    },
    brokers: new Map([['paper', broker] as const]),
    isLiveEnabled: false,
  };
  // Claims that a busy machine does not outlast: what is not sent would not be struck.
  const gateway = new Gateway(basis, { onLossLimit: () => Promise.resolve(), claimMs: 60_000 });
  return {
    deps: { ...basis, gateway },
    close: async () => {
      await gateway.close();
      await journal.close();
    },
  };
}
