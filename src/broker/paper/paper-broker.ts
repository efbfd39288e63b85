import { type Clock, type Decimal, DomainError } from '../../core/index.ts';
import type { Database } from '../../storage/index.ts';
import type {
  Broker,
  BrokerAccount,
  BrokerCall,
  BrokerCapabilities,
  BrokerFills,
  BrokerOrder,
  BrokerPosition,
  ChangeAnswer,
  OrderChanges,
  SubmitAnswer,
} from '../broker.ts';
import type { Approved, OrderRequest } from '../order-request.ts';
import { ORDER_TYPES, TIMES_IN_FORCE } from '../vocabulary.ts';
import { cancelOrder, replaceOrder, resetAccount, submitOrder } from './commands.ts';
import { openOrdersOf, orderOf } from './ledger.ts';
import { MatchingLoop } from './matching-loop.ts';
import { MatchingRound } from './matching-round.ts';
import type { PaperDeps, PaperPrices } from './paper-deps.ts';
import { brokerOrderOf } from './paper-order.ts';
import { accountOf, fillsAfter, positionsOf } from './questions.ts';
import { type PaperSettings, paperSettings } from './settings.ts';
import { within } from './within.ts';

/** Default pause between two looks at the prices while orders are open, in ms. */
const POLL_MS = 250;

export interface PaperBrokerOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly prices: PaperPrices;
  /** What differs from `PAPER_DEFAULTS`. */
  readonly settings?: Partial<PaperSettings>;
  /** Pause between two looks at the prices while orders are open, in ms; default 250. */
  readonly pollMs?: number;
  /** Told once of what keeps failing: the price source, the database. Orders stay open meanwhile. */
  readonly onError: (error: unknown) => void;
}

/**
 * A broker on paper. It fills orders at the quotes of the price source; see match.ts for how, books.ts for what an account
 * can afford. Market orders are checked against the cash when they are filled, because their price is not known
 * before. Orders are matched after `start`; commands and questions work without it.
 */
export class PaperBroker implements Broker {
  readonly name = 'paper';
  readonly mode = 'paper';
  readonly capabilities: BrokerCapabilities;
  readonly #deps: PaperDeps;
  readonly #onError: (error: unknown) => void;
  readonly #round: MatchingRound;
  readonly #loop: MatchingLoop;
  readonly #listeners = new Set<(ownerId: number) => void>();

  constructor({ database, clock, prices, settings = {}, pollMs = POLL_MS, onError }: PaperBrokerOptions) {
    this.#deps = { database, clock, prices, settings: paperSettings(settings) };
    this.#onError = onError;
    this.#round = new MatchingRound(this.#deps, { changed: (ownerId) => this.#tell(ownerId), onError });
    this.#loop = new MatchingLoop({ look: () => this.#round.run(), pollMs });
    this.capabilities = {
      orderTypes: ORDER_TYPES,
      timesInForce: TIMES_IN_FORCE,
      fractional: true,
      short: this.#deps.settings.allowShort,
      replace: true,
      extendedHours: false,
      stream: true,
    };
  }

  /** Begins to match, also what was left open by an earlier process. */
  start(): void {
    this.#loop.start();
  }

  /** Matches once, now, for those who do not `start`. */
  match(): Promise<void> {
    return this.#loop.lookNow();
  }

  submit(ownerId: number, order: Approved<OrderRequest>, { signal }: BrokerCall = {}): Promise<SubmitAnswer> {
    return this.#command(ownerId, signal, () => submitOrder(this.#deps, { ownerId, signal }, order));
  }

  cancel(ownerId: number, clientOrderId: string, { signal }: BrokerCall = {}): Promise<ChangeAnswer> {
    return this.#command(ownerId, signal, () => cancelOrder(this.#deps, { ownerId, signal }, clientOrderId));
  }

  replace(
    ownerId: number,
    clientOrderId: string,
    changes: OrderChanges,
    { signal }: BrokerCall = {},
  ): Promise<ChangeAnswer> {
    const asked = { clientOrderId, changes };
    return this.#command(ownerId, signal, () => replaceOrder(this.#deps, { ownerId, signal }, asked));
  }

  async order(ownerId: number, clientOrderId: string): Promise<BrokerOrder | null> {
    const order = await orderOf(this.#read, ownerId, clientOrderId);
    return order === null ? null : brokerOrderOf(order);
  }

  async openOrders(ownerId: number): Promise<readonly BrokerOrder[]> {
    return (await openOrdersOf(this.#read, ownerId)).map(brokerOrderOf);
  }

  fills(ownerId: number, after: string): Promise<BrokerFills> {
    return fillsAfter(this.#read, ownerId, after);
  }

  positions(ownerId: number): Promise<readonly BrokerPosition[]> {
    return positionsOf(this.#read, ownerId);
  }

  account(ownerId: number): Promise<BrokerAccount> {
    return accountOf(this.#read, this.#deps.settings, ownerId);
  }

  /** Hears of what this process matches; what another one does is heard by asking. */
  onFills(heard: (ownerId: number) => void): () => void {
    const listener = (ownerId: number): void => heard(ownerId);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async reset(ownerId: number, initialCash: Decimal): Promise<void> {
    await resetAccount(this.#deps, ownerId, initialCash);
    this.#tell(ownerId);
  }

  /** Stops matching. Orders stay open, and the next process goes on with them. */
  async close(): Promise<void> {
    this.#listeners.clear();
    this.#round.close();
    await this.#loop.close();
  }

  get #read(): Database['read'] {
    return this.#deps.database.read;
  }

  /** A command says what it knows: when the transaction failed, or the caller did not wait, that is nothing. */
  async #command<Answer extends { readonly kind: string }>(
    ownerId: number,
    signal: AbortSignal | undefined,
    run: () => Promise<Answer>,
  ): Promise<Answer | { readonly kind: 'unknown'; readonly reason: string }> {
    try {
      signal?.throwIfAborted();
      const answer = await within(run(), { signal });
      if (answer.kind === 'accepted') this.#loop.wake();
      if (answer.kind === 'done') this.#tell(ownerId);
      return answer;
    } catch (error) {
      if (!(error instanceof DomainError) && signal?.aborted !== true) this.#onError(error);
      return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  #tell(ownerId: number): void {
    for (const listener of this.#listeners) {
      try {
        listener(ownerId);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
