/**
 * The gateway: the one way of every order to a broker. Intents wait in a queue per account and are decided in turns, each
 * turn in one transaction; what was approved is sent at once, side by side; what is heard is stored in turns, too.
 *
 * It is the part of orders that lives as long as the process: queues, sends under way, the gate. What it knows besides is in
 * the database, so that another process, or the next one, can go on with it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerOrder, TradingMode } from '../broker/index.ts';
import { DomainError, unavailable } from '../core/index.ts';
import { type HaltCause, readSafety } from '../safety/index.ts';
import type { OrderRow } from '../storage/index.ts';
import { Batches } from './batches.ts';
import { bookAllFills } from './book-fills.ts';
import type { AccountKey } from './books.ts';
import { BROKER_TIMEOUT_MS } from './broker-answer.ts';
import { decideTurn } from './deciding.ts';
import type { OrderBasis } from './deps.ts';
import { modeOf } from './events.ts';
import { HaltedPace } from './halted-pace.ts';
import type { Decision, Intent, NewTerms, SendRight } from './intent.ts';
import { openAccount } from './open-account.ts';
import type { Heard } from './order-step.ts';
import { readPrices } from './price-board.ts';
import { Recents } from './recents.ts';
import { type Hearing, recordHearings } from './record.ts';
import { type ChangeHeard, type Sender, type Sending, submitChange, submitOrder } from './send.ts';
import { SendGate } from './send-gate.ts';
import { RowChanged } from './store-orders.ts';
import { brokerOf, canTradeLive, effectiveMode } from './trading-mode.ts';
import type { DecidingDeps, Turn } from './turn.ts';

/** What orders work with: the one object of this folder's use cases. */
export interface OrderDeps extends OrderBasis {
  readonly gateway: Gateway;
}

/** Settings of a gateway. */
export interface GatewayOptions {
  /** Hears that a limit on losses was reached, after the order that met it was denied: trading has to be halted. */
  readonly onLossLimit: (ownerId: number, cause: HaltCause, reason: string) => Promise<void>;
  /** How long after its decision an order may still be sent, in ms. Default 2,000. */
  readonly claimMs?: number;
  /** How long a broker may take to answer, in ms. Default 10,000. */
  readonly brokerTimeoutMs?: number;
  /** Pause between two turns that are denied because trading is halted, in ms. Default 100. */
  readonly haltedPauseMs?: number;
  /** Milliseconds of a clock that nobody sets. Default: the process's. */
  readonly monotonic?: () => number;
}

/** A turn is taken again so often, for prices that were missing or rows that changed. */
const MAX_TURNS = 4;

/** Pauses before what was heard is stored again, in ms: half a minute in all. */
const RECORD_PAUSES_MS: readonly number[] = [20, 50, 100, 200, 500, ...Array.from({ length: 29 }, () => 1_000)];

/** See the head of this file. */
export class Gateway {
  /** What a kill closes. */
  readonly gate = new SendGate();
  readonly #pace: HaltedPace;
  readonly #deps: DecidingDeps;
  readonly #onLossLimit: GatewayOptions['onLossLimit'];
  readonly #brokerTimeoutMs: number;
  readonly #deciding = new Map<string, Batches<Intent, Decision>>();
  readonly #booking = new Map<string, Batches<null, number>>();
  readonly #recording: Batches<Hearing, OrderRow>;
  readonly #recents = new Map<number, Recents>();
  /** Accounts that were there when they were looked at. One that is started afresh is gone for a moment. */
  readonly #opened = new Set<string>();
  /** Symbols that the last turn of an account had to price. */
  readonly #symbols = new Map<string, readonly string[]>();
  /** Sends under way, by order. */
  readonly #sends = new Map<number, Promise<OrderRow>>();
  readonly #background = new Set<Promise<void>>();
  readonly #stops: (() => void)[] = [];
  #isClosed = false;

  constructor(basis: OrderBasis, options: GatewayOptions) {
    const { claimMs = 2_000, brokerTimeoutMs = BROKER_TIMEOUT_MS, monotonic = () => performance.now() } = options;
    this.#deps = { ...basis, claimMs, monotonic, processId: basis.ids.next() };
    this.#onLossLimit = options.onLossLimit;
    this.#brokerTimeoutMs = brokerTimeoutMs;
    this.#pace = new HaltedPace(this.gate, options.haltedPauseMs);
    this.#recording = new Batches((hearings) => recordHearings(this.#deps, hearings));
  }

  /** Listens to the brokers. `heard` is what is done beside booking when an account may have changed. */
  start(heard: (key: AccountKey) => Promise<void>): void {
    for (const [mode, broker] of this.#deps.brokers) {
      const stop = broker.onFills((ownerId) => {
        this.inBackground('The fills of an account could not be read; they will be later', async () => {
          await this.book({ ownerId, mode });
          await heard({ ownerId, mode });
        });
      });
      this.#stops.push(stop);
    }
  }

  /**
   * Decides an intent; an order that was placed is being sent when this answers, and `sent` waits for what came of it.
   *
   * @throws {DomainError} UNAVAILABLE when it could not be decided: nothing was stored and nothing was sent
   */
  async decide(ownerId: number, intent: Intent): Promise<Decision> {
    if (this.#isClosed) throw unavailable('The server is closing: nothing was placed.');
    const key = { ownerId, mode: await this.#booksOf(ownerId, intent.request.mode) };
    const queue = queueOf(
      this.#deciding,
      key,
      () =>
        new Batches(
          (intents) => this.#decideTurn(key, intents),
          (intents) => this.#pace.wait(ownerId, intents),
        ),
    );
    const decided = queue.add(intent);
    if (intent.origin.source === 'kill') this.#pace.hurry(ownerId);
    return decided;
  }

  /** The order after its send, if that is under way here, else as it was given. */
  async sent(row: OrderRow): Promise<OrderRow> {
    return (await this.#sends.get(row.id)) ?? row;
  }

  /** Asks the broker for a change that was approved, and stores what came of it. Errors as of `hear`. */
  async change(
    { row, right }: Sending,
    terms: NewTerms,
  ): Promise<{ readonly row: OrderRow; readonly refusal: ChangeHeard['refusal'] }> {
    const { heard, refusal } = await submitChange(this.sender(modeOf(row)), { row, right }, terms);
    if (heard.kind === 'changed' && heard.order.filledQuantity.gt(row.filledQuantity))
      await this.#bookOrLog(keyOf(row));
    return { row: await this.hear(row.id, heard), refusal };
  }

  /** Whether this process is sending the order. */
  isSending(orderId: number): boolean {
    return this.#sends.has(orderId);
  }

  /** What sends to the broker of a mode. */
  sender(mode: TradingMode): Sender {
    const { log, clock, monotonic } = this.#deps;
    const timeoutMs = this.#brokerTimeoutMs;
    return { broker: brokerOf(this.#deps, mode), gate: this.gate, log, clock, monotonic, timeoutMs };
  }

  /**
   * Stores what was heard of an order and answers its row; tried again for half a minute.
   *
   * @throws what the database threw the last time
   */
  async hear(orderId: number, heard: Heard): Promise<OrderRow> {
    const hearing = { orderId, heard };
    for (const pauseMs of RECORD_PAUSES_MS) {
      try {
        return await this.#recording.add(hearing);
      } catch (err) {
        if (!(err instanceof RowChanged)) {
          this.#deps.log.warn({ err, orderId, heard: heard.kind }, 'What was heard of an order is stored again');
        }
        await sleep(pauseMs);
      }
    }
    return await this.#recording.add(hearing);
  }

  /** Stores what the broker says it has, after the fills that it has beyond ours. Errors as of `hear`. */
  async apply(row: OrderRow, order: BrokerOrder): Promise<OrderRow> {
    if (order.filledQuantity.gt(row.filledQuantity)) await this.#bookOrLog(keyOf(row));
    return this.hear(row.id, { kind: 'order', order });
  }

  /**
   * Books the fills of an account; answers how many were new. One at a time in this process; whoever comes while that is
   * under way shares the next one.
   *
   * @throws {DomainError} UNAVAILABLE when the broker or the database does not answer
   */
  book(key: AccountKey): Promise<number> {
    const run = async (waiting: readonly null[]): Promise<readonly number[]> => {
      const count = await bookAllFills(this.#deps, key, this.#brokerTimeoutMs);
      return waiting.map(() => count);
    };
    return queueOf(this.#booking, key, () => new Batches(run)).add(null);
  }

  /** Does something that nobody waits for; an error is logged with this sentence. Closing waits for it. */
  inBackground(sentence: string, work: () => Promise<void>): void {
    if (this.#isClosed) return;
    const done = this.#logged(sentence, work).finally(() => this.#background.delete(done));
    this.#background.add(done);
  }

  /** Does something that asks a broker or stores what it said, and that closing therefore waits for. */
  async underWay<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = work();
    const done = running.then(
      () => undefined,
      () => undefined,
    );
    this.#background.add(done);
    try {
      return await running;
    } finally {
      this.#background.delete(done);
    }
  }

  /** Takes no more intents, and waits for what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pace.close();
    for (const stop of this.#stops.splice(0)) stop();
    await Promise.all([...this.#deciding.values()].map((queue) => queue.whenIdle()));
    await Promise.allSettled([...this.#sends.values(), ...this.#background]);
    await Promise.all([this.#recording, ...this.#booking.values()].map((queue) => queue.whenIdle()));
  }

  /** What asks for live where the owner does not trade live is denied on the books of paper, and no live broker is asked. */
  async #booksOf(ownerId: number, mode: TradingMode): Promise<TradingMode> {
    if (mode === 'paper' || !canTradeLive(this.#deps)) return 'paper';
    return effectiveMode(this.#deps, await readSafety(this.#deps.database.read, ownerId));
  }

  /** Decides a turn and begins to send. */
  async #decideTurn(key: AccountKey, intents: readonly Intent[]): Promise<readonly Decision[]> {
    try {
      const { decisions, epoch, loss } = await this.#decidePriced(key, intents);
      this.gate.observe(key.ownerId, epoch);
      this.#pace.note(key.ownerId, decisions);
      for (const decision of decisions) if (decision.kind === 'placed') this.#send(decision.row, decision.right);
      if (loss !== null) {
        const sentence = 'Trading could not be halted for its losses; the next order that meets the limit tries again';
        this.inBackground(sentence, () => this.#onLossLimit(key.ownerId, loss.cause, loss.reason));
      }
      return decisions;
    } catch (err) {
      if (err instanceof DomainError) throw err;
      this.#deps.log.error({ err, ...key, intents: intents.length }, 'Orders could not be decided; none was sent');
      throw unavailable('The order could not be decided, and was not sent: try again.', err);
    }
  }

  async #decidePriced(key: AccountKey, intents: readonly Intent[]) {
    const held = keyText(key);
    const symbols = new Set([...intents.map(({ request }) => request.symbol), ...(this.#symbols.get(held) ?? [])]);
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      if (!this.#opened.has(held)) await openAccount(this.#deps, key, this.#brokerTimeoutMs);
      this.#opened.add(held);
      const board = await readPrices(this.#deps.prices, symbols);
      const outcome = await this.#tryTurn({ key, intents, board, recents: this.#recentsOf(key.ownerId) });
      if (outcome?.kind === 'decided') {
        this.#symbols.set(held, outcome.symbols);
        return outcome;
      }
      if (outcome?.kind === 'account_missing') this.#opened.delete(held);
      else for (const symbol of outcome?.symbols ?? []) symbols.add(symbol);
    }
    throw unavailable('The account changed all the time while the order was decided: try again.');
  }

  /** Null when a row was changed by another transaction meanwhile. */
  async #tryTurn(turn: Turn) {
    try {
      return await decideTurn(this.#deps, turn);
    } catch (error) {
      if (error instanceof RowChanged) return null;
      throw error;
    }
  }

  /** Sends an order and stores what came of it. Should that not be possible, its claim ends and it is looked up. */
  #send(row: OrderRow, right: SendRight): void {
    const sending = this.#sendNow(row, right).finally(() => this.#sends.delete(row.id));
    this.#sends.set(row.id, sending);
    // Whoever waits for it hears of a failure, too.
    sending.catch((err: unknown) => {
      this.#deps.log.error({ err, orderId: row.id }, 'What came of an order could not be stored; it will be looked up');
    });
  }

  async #sendNow(row: OrderRow, right: SendRight): Promise<OrderRow> {
    const heard = await submitOrder(this.sender(modeOf(row)), { row, right });
    if (heard.kind !== 'order') return this.hear(row.id, heard);
    const stored = await this.apply(row, heard.order);
    this.inBackground('The fills of an order could not be read; they will be later', async () => {
      await this.book(keyOf(row));
    });
    return stored;
  }

  #bookOrLog(key: AccountKey): Promise<void> {
    return this.#logged('Fills could not be booked; they will be later', async () => {
      await this.book(key);
    });
  }

  async #logged(sentence: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (err) {
      this.#deps.log.error({ err }, sentence);
    }
  }

  #recentsOf(ownerId: number): Recents {
    const recents = this.#recents.get(ownerId) ?? new Recents();
    this.#recents.set(ownerId, recents);
    return recents;
  }
}

function keyOf(row: OrderRow): AccountKey {
  return { ownerId: row.ownerId, mode: modeOf(row) };
}

function keyText({ ownerId, mode }: AccountKey): string {
  return `${ownerId} ${mode}`;
}

/** The queue of an account, which is made when it has none yet. */
function queueOf<Queue>(queues: Map<string, Queue>, key: AccountKey, make: () => Queue): Queue {
  const known = queues.get(keyText(key));
  if (known !== undefined) return known;
  const queue = make();
  queues.set(keyText(key), queue);
  return queue;
}
