/** Canceling everything that may still be filled: what we know of and what the broker says, also what was placed elsewhere. */
import type { Broker, BrokerOrder, ChangeAnswer } from '../../broker/index.ts';
import { dateOf } from '../../core/index.ts';
import type { OrderRow } from '../../storage/index.ts';
import { adoptForeign } from '../adopt-foreign.ts';
import { externalId, findRows } from '../adopt-orders.ts';
import type { OrderDeps } from '../gateway.ts';
import { isTerminal, type OrderStatus, statusHeard } from '../order.ts';
import { oldestFirst, withStatus } from '../with-status.ts';

/** What came of canceling an order: nothing of it works any more, it is not known yet, or it was filled or could not be. */
export type CancelOutcome = 'canceled' | 'pending' | 'failed';

/** Requests to one broker at the same time. */
const PARALLEL = 16;

/** How long a broker has for one answer, in ms; what it does not say is asked again by the monitor. */
const CALL_TIMEOUT_MS = 5_000;

/** How long a cancel has until the order is looked at again, and until the monitor asks for it again, in ms. */
const LOOKUP_MS = 2_000;

/** Orders that the broker has by all that we know. What is being sent is waited for first. */
const CANCELABLE: readonly OrderStatus[] = ['submitted', 'accepted', 'partially_filled'];

/** An order to cancel. */
interface Target {
  /** What it is called at the broker. */
  readonly brokerName: string;
  /** What it is called here. */
  readonly clientOrderId: string;
  /** Of our row; null while one that was placed elsewhere is only getting it. */
  readonly id: number | null;
  /** Our row. */
  readonly row: Promise<OrderRow | undefined>;
}

/** Whose orders are canceled. */
export interface CancelRoundOptions {
  readonly ownerId: number;
  /** Of the halt: what was decided in it, or after it was lifted, is left alone. 0 where it cannot be read: nothing is then. */
  readonly epoch: number;
  /** Leaves alone what somebody, in whichever process, has just asked for. Default false. */
  readonly isPatient?: boolean;
}

/** The cancels of one halt, or of one look of the monitor: each order is asked for once. */
export class CancelRound {
  readonly #deps: OrderDeps;
  readonly #ownerId: number;
  readonly #epoch: number;
  readonly #isPatient: boolean;
  readonly #outcomes = new Map<string, CancelOutcome>();
  readonly #recordings: Promise<void>[] = [];
  /** Calls of `run` that have not ended. */
  #running = 0;

  constructor(deps: OrderDeps, { ownerId, epoch, isPatient = false }: CancelRoundOptions) {
    this.#deps = deps;
    this.#ownerId = ownerId;
    this.#epoch = epoch;
    this.#isPatient = isPatient;
  }

  /** By client id, in the order in which they were asked for; `pending` until the broker has answered. */
  get outcomes(): ReadonlyMap<string, CancelOutcome> {
    return this.#outcomes;
  }

  /** Asks again for what was not canceled, in the next `run`: somebody kills again. Not while one is under way. */
  askAgain(): void {
    if (this.#running > 0) return;
    for (const [clientOrderId, outcome] of this.#outcomes) {
      if (outcome !== 'canceled') this.#outcomes.delete(clientOrderId);
    }
  }

  /** Cancels what is open and was not asked for in this round yet; resolves when every broker has answered or timed out. */
  async run(): Promise<void> {
    this.#running += 1;
    try {
      const brokers = [...this.#deps.brokers.values()];
      // What we know of does not wait for what the broker says is open, nor the other way round.
      const rounds = brokers.flatMap((broker) => [this.#cancelOurs(broker), this.#cancelTheirs(broker)]);
      const outcomes = await Promise.allSettled(rounds);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    } finally {
      this.#running -= 1;
    }
  }

  /** Resolves when our rows say what the brokers have said. */
  async recorded(): Promise<void> {
    await Promise.all(this.#recordings);
  }

  async #cancelAll(broker: Broker, targets: readonly Target[]): Promise<void> {
    const wanted = targets.filter(({ clientOrderId }) => !this.#outcomes.has(clientOrderId));
    for (const { clientOrderId } of wanted) this.#outcomes.set(clientOrderId, 'pending');
    const marked = this.#mark(wanted);
    const worker = async (): Promise<void> => {
      for (let target = wanted.shift(); target !== undefined; target = wanted.shift()) {
        await this.#cancel(broker, target, marked);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }

  /** Our rows say that they are to end, as for `cancelOrder`. The brokers are not kept waiting for it. */
  async #mark(targets: readonly Target[]): Promise<void> {
    const ids = targets.flatMap(({ id }) => (id === null ? [] : [id]));
    if (ids.length === 0) return;
    const { database, clock, log } = this.#deps;
    const now = dateOf(clock);
    const lookUp = { lookups: 0, nextLookupAt: new Date(now.getTime() + LOOKUP_MS) };
    try {
      await database.transaction((tx) =>
        tx.order.updateMany({
          where: { id: { in: ids }, cancelRequestedAt: null, source: { not: 'external' }, endedAt: null },
          data: { cancelRequestedAt: now, ...lookUp, updatedAt: now },
        }),
      );
    } catch (error) {
      log.warn({ err: error, ownerId: this.#ownerId }, 'Orders are canceled whose rows do not say so yet');
    }
  }

  /** What we know of. Orders that were placed elsewhere are called something else there, which only the broker tells. */
  async #cancelOurs(broker: Broker): Promise<void> {
    const { mode } = broker;
    const rows = await this.#deps.database.read.order.findMany({
      where: { ...withStatus({ ownerId: this.#ownerId, mode }, CANCELABLE), source: { not: 'external' } },
    });
    const targets = oldestFirst(rows)
      .filter((row) => this.#concerns(row))
      .map((row): Target => {
        const { id, clientOrderId } = row;
        return { brokerName: clientOrderId, clientOrderId, id, row: Promise.resolve(row) };
      });
    await this.#cancelAll(broker, targets);
  }

  /** What the broker has. What was placed elsewhere becomes a row meanwhile, so that its end is told like any other. */
  async #cancelTheirs(broker: Broker): Promise<void> {
    const key = { ownerId: this.#ownerId, mode: broker.mode };
    const open = await this.#askOpen(broker);
    const rowOf = await findRows(this.#deps.database.read, key, open);
    const adoption = adoptForeign(this.#deps, key, open);
    this.#recordings.push(
      this.#logged(adoption, 'Orders that were placed elsewhere could not be taken into the books'),
    );
    const targets = open.flatMap((order): Target[] => {
      const row = rowOf(order);
      if (row !== undefined && !this.#concerns(row)) return [];
      const coming = row === undefined ? adoption.then((adopted) => adopted.rowOf(order)) : Promise.resolve(row);
      coming.catch(() => undefined);
      const clientOrderId = row?.clientOrderId ?? externalId(order);
      return [{ brokerName: order.clientOrderId, clientOrderId, id: row?.id ?? null, row: coming }];
    });
    await this.#cancelAll(broker, targets);
  }

  /** Not what the kill itself ordered, nor what was decided after the halt. */
  #concerns({ source, epoch, cancelRequestedAt }: OrderRow): boolean {
    if (source === 'kill' || (this.#epoch > 0 && epoch >= this.#epoch)) return false;
    if (!this.#isPatient || cancelRequestedAt === null) return true;
    const ageMs = this.#deps.clock.now() - cancelRequestedAt.getTime();
    // What was asked for in the future was so by another machine's clock, which must not keep it from being asked for again.
    return ageMs < 0 || ageMs >= LOOKUP_MS;
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

  async #cancel(broker: Broker, target: Target, marked: Promise<void>): Promise<void> {
    const { brokerName, clientOrderId } = target;
    // Without a name there is no way to say which order is meant.
    if (brokerName === '') return void this.#outcomes.set(clientOrderId, 'failed');
    const answer = await broker.cancel(this.#ownerId, brokerName, callOf());
    this.#outcomes.set(clientOrderId, outcomeOf(answer));
    if (answer.kind === 'unknown' || answer.order === null) return;
    const recorded = this.#record(target, answer.order, marked);
    this.#recordings.push(this.#logged(recorded, 'The end of an order could not be recorded; it is looked up'));
  }

  async #record(target: Target, order: BrokerOrder, marked: Promise<void>): Promise<void> {
    await marked;
    const row = await target.row;
    if (row !== undefined) await this.#deps.gateway.apply(row, order);
  }

  async #logged(work: Promise<unknown>, sentence: string): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#deps.log.warn({ err: error, ownerId: this.#ownerId }, sentence);
    }
  }
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
