/**
 * What orders need although nobody asks: unknown orders are looked up, claims that nobody used are taken back, fills are
 * read, losses are watched, kills are gone on with, and our books are compared with the brokers'. For all owners, in every
 * process: each part is safe to be done by several at once. Nothing here decides; it calls what does.
 */
import { TRADING_MODES, type TradingMode } from '../broker/index.ts';
import { RepeatingTask } from '../core/index.ts';
import type { AccountKey } from './books.ts';
import { sweepKill } from './kill/kill-sweep.ts';
import type { KillDeps } from './kill/kill-trading.ts';
import { watchLosses } from './loss-limits.ts';
import { WORKING_STATUSES } from './order.ts';
import { reconcile } from './reconciliation/reconcile.ts';
import { expireClaims, settleUnknown } from './settle-unknown.ts';
import { syncOrders } from './sync-orders.ts';
import { canTradeLive } from './trading-mode.ts';

/** Pauses between two runs of a part, in ms. */
export interface MonitorPauses {
  /** Orders that are unknown or whose sender died. */
  readonly lookups: number;
  /** Fills of accounts with open orders, for brokers that tell nothing by themselves. */
  readonly fills: number;
  /** Losses of accounts with positions. */
  readonly losses: number;
  /** Kills that are not through. */
  readonly kills: number;
  /** Books against books. */
  readonly reconciliation: number;
}

/** The pauses by default. */
export const MONITOR_PAUSES: MonitorPauses = {
  lookups: 1_000,
  fills: 1_000,
  losses: 5_000,
  kills: 500,
  reconciliation: 60_000,
};

/** Accounts that are compared at the same time. */
const PARALLEL = 4;

/** See the head of this file. One per process. */
export class OrderMonitor {
  readonly #deps: KillDeps;
  readonly #tasks: readonly RepeatingTask[];
  #isReady = false;

  constructor(deps: KillDeps, pauses: Partial<MonitorPauses> = {}) {
    this.#deps = deps;
    const every = { ...MONITOR_PAUSES, ...pauses };
    const task = (name: string, everyMs: number, run: () => Promise<unknown>): RepeatingTask =>
      new RepeatingTask({
        name,
        everyMs,
        log: deps.log,
        run: async () => {
          await run();
        },
      });
    this.#tasks = [
      task('looking up unknown orders', every.lookups, () => settleUnknown(deps)),
      task('taking back claims that nobody used', every.lookups, () => expireClaims(deps)),
      task('reading fills', every.fills, () => this.#bookFills()),
      task('watching losses', every.losses, () => this.#watchLosses()),
      task('going on with kills', every.kills, () => this.#sweepKills()),
      task('comparing books with brokers', every.reconciliation, () => this.#reconcileAll()),
    ];
  }

  /**
   * Compares every account with its broker, then begins to watch. An account that could not be compared is halted, with the
   * reason: nothing trades on books that may be wrong. Resolves when every account was compared or halted.
   *
   * @throws {DomainError} UNAVAILABLE when the database does not answer
   */
  async start(): Promise<void> {
    const keys = await this.#accounts();
    await eachOf(keys, async (key) => {
      try {
        await reconcile(this.#deps, key);
      } catch (error) {
        await this.#haltUnreconciled(key, error);
      }
    });
    this.#deps.gateway.start((key) => this.#lookAt(key));
    for (const task of this.#tasks) task.start();
    this.#isReady = true;
  }

  /** Whether every account was compared with its broker, or halted, since the start. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Ends the watching, and waits for what is under way. */
  async close(): Promise<void> {
    this.#isReady = false;
    await Promise.all(this.#tasks.map((task) => task.close()));
  }

  async #haltUnreconciled({ ownerId, mode }: AccountKey, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    this.#deps.log.error(
      { err: error, ownerId, mode },
      'The books could not be compared with the broker; trading is halted',
    );
    await this.#deps.kills.kill(ownerId, {
      cause: 'reconciliation',
      reason: `The ${mode} account could not be compared with the broker: ${reason}`,
      policy: 'block',
      actor: 'system',
    });
  }

  /** Every account whose broker can be asked. */
  async #accounts(): Promise<readonly AccountKey[]> {
    const rows = await this.#deps.database.read.account.findMany({
      select: { ownerId: true, mode: true },
      orderBy: [{ ownerId: 'asc' }, { mode: 'asc' }],
    });
    return this.#reachable(rows);
  }

  #reachable(rows: readonly { readonly ownerId: number; readonly mode: string }[]): readonly AccountKey[] {
    const modes: readonly TradingMode[] = TRADING_MODES.filter((mode) => mode === 'paper' || canTradeLive(this.#deps));
    return rows.flatMap(({ ownerId, mode: text }) => {
      const mode = modes.find((known) => known === text);
      return mode === undefined ? [] : [{ ownerId, mode }];
    });
  }

  async #bookFills(): Promise<void> {
    const rows = await this.#deps.database.read.order.findMany({
      where: { status: { in: [...WORKING_STATUSES] } },
      distinct: ['ownerId', 'mode'],
      select: { ownerId: true, mode: true },
    });
    await eachOf(this.#reachable(rows), (key) => this.#deps.gateway.book(key));
  }

  async #watchLosses(): Promise<void> {
    const rows = await this.#deps.database.read.position.findMany({
      where: { quantity: { not: '0' } },
      distinct: ['ownerId', 'mode'],
      select: { ownerId: true, mode: true },
    });
    await eachOf(this.#reachable(rows), (key) => watchLosses(this.#deps, key));
  }

  /** An account of which its broker says that something happened: orders may have ended, and the equity has changed. */
  async #lookAt(key: AccountKey): Promise<void> {
    await syncOrders(this.#deps, key);
    await watchLosses(this.#deps, key);
  }

  async #sweepKills(): Promise<void> {
    // Only the owner is selected: the rest of the row may be unreadable.
    const rows = await this.#deps.database.read.safetyState.findMany({
      where: { state: 'halted', killPolicy: { in: ['cancel', 'flatten'] } },
      select: { ownerId: true },
    });
    await eachOf(rows, ({ ownerId }) => sweepKill(this.#deps, ownerId));
  }

  async #reconcileAll(): Promise<void> {
    await eachOf(await this.#accounts(), (key) => reconcile(this.#deps, key));
  }
}

/** Does something for each, some at a time, however many of them fail; throws what failed first. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  if (failures.length > 0) throw failures[0];
}
