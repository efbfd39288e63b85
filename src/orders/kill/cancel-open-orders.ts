/** Canceling everything that may still be filled: what we know of and what the broker says, also what was placed elsewhere. */
import type { Broker, BrokerOrder, ChangeAnswer } from '../../broker/index.ts';
import { dateOf } from '../../core/index.ts';
import type { OrderRow } from '../../storage/index.ts';
import { adoptForeign } from '../adopt-foreign.ts';
import type { OrderDeps } from '../gateway.ts';
import { isTerminal, type OrderStatus, statusHeard } from '../order.ts';

/** What came of canceling an order: nothing of it works any more, it is not known yet, or it was filled or could not be. */
export type CancelOutcome = 'canceled' | 'pending' | 'failed';

/** Requests to one broker at the same time. */
const PARALLEL = 16;

/** How long a broker has for one answer, in ms; what it does not say is asked again by the monitor. */
const CALL_TIMEOUT_MS = 5_000;

/** Orders that the broker has by all that we know. What is being sent is waited for first. */
const CANCELABLE: readonly OrderStatus[] = ['submitted', 'accepted', 'partially_filled'];

/** An order to cancel. */
interface Target {
  /** What it is called at the broker. */
  readonly brokerName: string;
  /** What it is called here. */
  readonly clientOrderId: string;
  /** Null when we have none: it was placed elsewhere. */
  readonly row: OrderRow | null;
}

/** The cancels of one kill, or of one look of the monitor: each order is asked for once. */
export class CancelRound {
  readonly #deps: OrderDeps;
  readonly #ownerId: number;
  readonly #outcomes = new Map<string, CancelOutcome>();

  constructor(deps: OrderDeps, ownerId: number) {
    this.#deps = deps;
    this.#ownerId = ownerId;
  }

  /** By client id, in the order in which they were asked for; `pending` until the broker has answered. */
  get outcomes(): ReadonlyMap<string, CancelOutcome> {
    return this.#outcomes;
  }

  /** Cancels what is open and was not asked for in this round yet; resolves when every broker has answered or timed out. */
  async run(): Promise<void> {
    const rounds = await Promise.allSettled([...this.#deps.brokers.values()].map((broker) => this.#cancelAt(broker)));
    for (const round of rounds) if (round.status === 'rejected') throw round.reason;
  }

  /** First what we know of, without waiting for what the broker says; then what it has beyond that. */
  async #cancelAt(broker: Broker): Promise<void> {
    const asked = this.#askOpen(broker);
    await this.#cancelAll(broker, await this.#ours(broker));
    await this.#cancelAll(broker, await this.#theirs(broker, await asked));
  }

  async #cancelAll(broker: Broker, targets: readonly Target[]): Promise<void> {
    // What the kill itself ordered is left alone.
    const wanted = targets.filter(({ clientOrderId, row }) => row?.source !== 'kill' && !this.#outcomes.has(clientOrderId));
    for (const { clientOrderId } of wanted) this.#outcomes.set(clientOrderId, 'pending');
    const marked = this.#mark(wanted);
    const worker = async (): Promise<void> => {
      for (let target = wanted.shift(); target !== undefined; target = wanted.shift()) {
        await this.#cancel(broker, target, marked);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }

  /** Our rows say that they are to end, so that their end is known for what it is. The brokers are not kept waiting for it. */
  async #mark(targets: readonly Target[]): Promise<void> {
    const ids = targets.flatMap(({ row }) => (row === null ? [] : [row.id]));
    if (ids.length === 0) return;
    const { database, clock, log } = this.#deps;
    try {
      await database.transaction((tx) =>
        tx.order.updateMany({
          where: { id: { in: ids }, cancelRequestedAt: null },
          data: { cancelRequestedAt: dateOf(clock) },
        }),
      );
    } catch (error) {
      log.warn({ err: error, ownerId: this.#ownerId }, 'Orders are canceled whose rows do not say so yet');
    }
  }

  /** Those that were placed elsewhere are called something else at the broker, which only the broker tells. */
  async #ours({ mode }: Broker): Promise<readonly Target[]> {
    const rows = await this.#deps.database.read.order.findMany({
      where: { ownerId: this.#ownerId, mode, status: { in: [...CANCELABLE] }, source: { not: 'external' } },
      orderBy: { id: 'asc' },
    });
    return rows.map((row) => ({ brokerName: row.clientOrderId, clientOrderId: row.clientOrderId, row }));
  }

  /** Those that were placed elsewhere become rows first, so that what comes of them is told like of any other. */
  async #theirs({ mode }: Broker, open: readonly BrokerOrder[]): Promise<readonly Target[]> {
    const { rowOf } = await adoptForeign(this.#deps, { ownerId: this.#ownerId, mode }, open);
    return open.map((order) => targetOf(order, rowOf(order) ?? null));
  }

  /** What the broker says is open; none when it says nothing: what we know of is canceled all the same. */
  async #askOpen(broker: Broker): Promise<readonly BrokerOrder[]> {
    try {
      return await broker.openOrders(this.#ownerId, callOf());
    } catch (error) {
      this.#deps.log.warn({ err: error, ownerId: this.#ownerId }, 'The broker does not say which orders are open');
      return [];
    }
  }

  async #cancel(
    broker: Broker,
    { brokerName, clientOrderId, row }: Target,
    marked: Promise<void>,
  ): Promise<void> {
    // Without a name there is no way to say which order is meant.
    if (brokerName === '') return void this.#outcomes.set(clientOrderId, 'failed');
    const answer = await broker.cancel(this.#ownerId, brokerName, callOf());
    this.#outcomes.set(clientOrderId, outcomeOf(answer));
    const order = answer.kind === 'unknown' ? null : answer.order;
    if (row === null || order === null) return;
    try {
      await marked;
      await this.#deps.gateway.apply(row, order);
    } catch (error) {
      this.#deps.log.warn({ err: error, orderId: row.id }, 'The end of an order could not be recorded; it is looked up');
    }
  }
}

function targetOf(order: BrokerOrder, row: OrderRow | null): Target {
  const clientOrderId = row?.clientOrderId ?? (order.clientOrderId || order.brokerOrderId);
  return { brokerName: order.clientOrderId, clientOrderId, row };
}

function callOf(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) };
}

function outcomeOf(answer: ChangeAnswer): CancelOutcome {
  if (answer.kind === 'unknown') return 'pending';
  if (answer.order === null) return 'failed';
  if (isTerminal(statusHeard('accepted', answer.order.status))) return 'canceled';
  return answer.kind === 'done' && answer.order.status !== 'filled' ? 'pending' : 'failed';
}
