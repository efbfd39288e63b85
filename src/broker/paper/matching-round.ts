/** One look at everything that may be filled. */
import type { PaperOrderRow } from '../../storage/index.ts';
import { MarketPrices } from './market-prices.ts';
import type { PaperDeps } from './paper-deps.ts';
import { OPEN_STATUSES, paperOrderOf } from './paper-order.ts';
import { isDue, type MarketView, settleAccount } from './settle.ts';

/** Orders of one transaction. */
const BATCH = 50;

/** What happens beside matching. */
export interface RoundOptions {
  /** Something of this account was filled or has ended. */
  readonly changed: (ownerId: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Matches the open orders of all accounts with the prices there are. One round at a time. */
export class MatchingRound {
  readonly #deps: PaperDeps;
  readonly #options: RoundOptions;
  readonly #prices: MarketPrices;
  /** Failures that were reported and have not stopped since. */
  #reported = new Set<string>();
  #failures = new Set<string>();

  constructor(deps: PaperDeps, options: RoundOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#prices = new MarketPrices(deps, (error) => this.#failed(error));
  }

  /** Whether orders stay open. A failure leaves them open, is reported once, and is reported again when it had stopped. */
  async run(): Promise<boolean> {
    this.#failures = new Set();
    let remains = true;
    try {
      remains = await this.#match();
    } catch (error) {
      this.#failed(error);
    }
    this.#reported = this.#failures;
    return remains;
  }

  async #match(): Promise<boolean> {
    const open = await this.#openRows();
    if (open.length === 0) return false;
    const market = await this.#marketFor(open);
    const now = this.#deps.clock.now();
    const due = open.filter((row) => isDue(paperOrderOf(row), market, now));
    for (const [ownerId, orderIds] of idsByOwner(due)) await this.#settle(ownerId, orderIds, market);
    return true;
  }

  #openRows(): Promise<PaperOrderRow[]> {
    return this.#deps.database.read.paperOrder.findMany({
      where: { status: { in: [...OPEN_STATUSES] } },
      orderBy: { id: 'asc' },
    });
  }

  async #marketFor(open: readonly PaperOrderRow[]): Promise<MarketView> {
    const symbols = [...new Set(open.map(({ symbol }) => symbol))];
    const quotes = await this.#prices.quotes(symbols);
    const volumes = await this.#prices.volumes([...quotes.keys()]);
    return { quotes, volumes };
  }

  async #settle(ownerId: number, orderIds: readonly number[], market: MarketView): Promise<void> {
    try {
      for (let first = 0; first < orderIds.length; first += BATCH) {
        await settleAccount(this.#deps, { ownerId, orderIds: orderIds.slice(first, first + BATCH) }, market);
      }
    } catch (error) {
      this.#failed(error);
    }
    this.#options.changed(ownerId);
  }

  #failed(error: unknown): void {
    const text = String(error);
    this.#failures.add(text);
    if (!this.#reported.has(text)) this.#options.onError(error);
    this.#reported.add(text);
  }
}

function idsByOwner(rows: readonly PaperOrderRow[]): ReadonlyMap<number, readonly number[]> {
  const ids = new Map<number, number[]>();
  for (const { ownerId, id } of rows) ids.set(ownerId, [...(ids.get(ownerId) ?? []), id]);
  return ids;
}
