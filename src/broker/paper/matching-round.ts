/** One look at everything that may be filled. */
import { DomainError } from '../../core/index.ts';
import type { PaperOrderRow } from '../../storage/index.ts';
import { MarketPrices } from './market-prices.ts';
import type { PaperDeps } from './paper-deps.ts';
import { OPEN_STATUSES, paperOrderOf } from './paper-order.ts';
import { isDue, type MarketView, settleAccount } from './settle.ts';

/** Orders that are looked at in one turn. */
const PAGE = 500;
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
  readonly #closing = new AbortController();
  /** Failures that were reported and have not stopped since. */
  #reported = new Set<string>();
  #failures = new Set<string>();

  constructor(deps: PaperDeps, options: RoundOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#prices = new MarketPrices(deps, {
      failed: (error) => this.#failed(error),
      signal: this.#closing.signal,
    });
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

  /** Waits no longer for prices. */
  close(): void {
    this.#closing.abort();
  }

  async #match(): Promise<boolean> {
    const symbols = await this.#openSymbols();
    if (symbols.length === 0) return false;
    const quotes = await this.#prices.quotes(symbols);
    const market = { quotes, volumes: await this.#prices.volumes([...quotes.keys()]) };
    for (let after = 0; ; ) {
      const page = await this.#openPage(after);
      if (page.length === 0) return true;
      after = page.at(-1)?.id ?? after;
      const now = this.#deps.clock.now();
      const due = page.filter((row) => isDue(paperOrderOf(row), market, now));
      for (const [ownerId, orderIds] of idsByOwner(due)) await this.#settle(ownerId, orderIds, market);
    }
  }

  async #openSymbols(): Promise<readonly string[]> {
    const rows = await this.#deps.database.read.paperOrder.groupBy({
      by: ['symbol'],
      where: { status: { in: [...OPEN_STATUSES] } },
      orderBy: { symbol: 'asc' },
    });
    return rows.map(({ symbol }) => symbol);
  }

  /** Page by page, so that many open orders do not hold up everything else. */
  #openPage(after: number): Promise<PaperOrderRow[]> {
    return this.#deps.database.read.paperOrder.findMany({
      where: { id: { gt: after }, status: { in: [...OPEN_STATUSES] } },
      orderBy: { id: 'asc' },
      take: PAGE,
    });
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
    if (this.#closing.signal.aborted) return;
    // What says when to try again is a new text each time.
    const text = error instanceof DomainError && error.code === 'UNAVAILABLE' ? error.code : String(error);
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
