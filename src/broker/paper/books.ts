/**
 * The money and the positions of one account while a transaction works on them, and what it can afford. No margin: a short
 * sale needs as much cash as a purchase, and what it brings in stays locked until it is bought back. Shorts are measured
 * by what they brought in and not by today's price, and nobody calls for more; buying back is always possible, even
 * if it takes more cash than there is: only that can make cash negative.
 */
import { type Decimal, maxOf, minOf, sumOf, toMoney, ZERO } from '../../core/index.ts';
import { applyTrade, type Holding, NOTHING_HELD, type TradeEffect } from '../holding.ts';
import type { Side } from '../vocabulary.ts';
import type { MatchedFill } from './match.ts';
import { type PaperOrder, remainingOf } from './paper-order.ts';
import type { PaperSettings } from './settings.ts';

const BPS = 10_000;

/** What a fill costs and changes. */
export interface BookedFill {
  readonly commission: Decimal;
  readonly effect: TradeEffect;
}

/** What of an order's price and progress says how much money it holds. */
export type Claim = Pick<PaperOrder, 'symbol' | 'side' | 'limitPrice' | 'stopPrice'> & {
  /** Not yet filled. */
  readonly remaining: Decimal;
};

export function claimOf(order: PaperOrder): Claim {
  const { symbol, side, limitPrice, stopPrice } = order;
  return { symbol, side, limitPrice, stopPrice, remaining: remainingOf(order) };
}

/** The books of one account. Not shared: each transaction reads its own. */
export class Books {
  readonly #settings: PaperSettings;
  readonly #holdings: Map<string, Holding>;
  #cash: Decimal;

  constructor(settings: PaperSettings, cash: Decimal, holdings: Iterable<readonly [string, Holding]> = []) {
    this.#settings = settings;
    this.#cash = cash;
    this.#holdings = new Map(holdings);
  }

  get cash(): Decimal {
    return this.#cash;
  }

  /** By symbol; what was held once is there with the quantity 0. */
  get holdings(): ReadonlyMap<string, Holding> {
    return this.#holdings;
  }

  holding(symbol: string): Holding {
    return this.#holdings.get(symbol) ?? NOTHING_HELD;
  }

  /** Cash that nothing is locked for: the cash without what shorts brought in, and without as much again. */
  get freeCash(): Decimal {
    const shorts = sumOf(Array.from(this.#holdings.values(), ({ costBasis }) => minOf(costBasis, ZERO)));
    return this.#cash.plus(shorts.times(2));
  }

  /** How much of the position an order of this side would close. */
  closable(symbol: string, side: Side): Decimal {
    const { quantity } = this.holding(symbol);
    return maxOf(side === 'buy' ? quantity.neg() : quantity, ZERO);
  }

  /**
   * What the orders need if all of them are filled at their limit, else at their stop: the value of what they open, with
   * commissions. Orders that close something need nothing for that part, the older ones first; a market order's price is
   * not known before it is filled, so nothing is held for it.
   */
  neededFor(claims: readonly Claim[]): Decimal {
    const closable = new Map<string, Decimal>();
    return sumOf(
      claims.map((claim) => {
        const key = `${claim.side} ${claim.symbol}`;
        const left = closable.get(key) ?? this.closable(claim.symbol, claim.side);
        const closing = minOf(left, claim.remaining);
        closable.set(key, left.minus(closing));
        const opening = claim.remaining.minus(closing);
        const price = claim.limitPrice ?? claim.stopPrice;
        return price === null || opening.isZero() ? ZERO : this.#costOf(opening, price);
      }),
    );
  }

  #costOf(quantity: Decimal, price: Decimal): Decimal {
    const value = quantity.times(price);
    return toMoney(value.plus(this.#commissionOf(value)).plus(this.#settings.commissionPerTrade));
  }

  #commissionOf(value: Decimal): Decimal {
    return value.times(this.#settings.commissionBps).div(BPS);
  }

  /** Books a fill; null, and nothing is changed, when it opens a position that the account cannot pay for. */
  book(order: PaperOrder, { quantity, price }: MatchedFill): BookedFill | null {
    const perTrade = order.filledQuantity.isZero() ? this.#settings.commissionPerTrade : ZERO;
    const commission = toMoney(this.#commissionOf(quantity.times(price))).plus(perTrade);
    const before = { cash: this.#cash, holding: this.holding(order.symbol) };
    const isOpening = quantity.gt(this.closable(order.symbol, order.side));
    const effect = applyTrade(before.holding, { side: order.side, quantity, price, commission });
    this.#cash = before.cash.plus(effect.cashChange);
    this.#holdings.set(order.symbol, effect.holding);
    if (!isOpening || this.freeCash.gte(0)) return { commission, effect };
    this.#cash = before.cash;
    this.#holdings.set(order.symbol, before.holding);
    return null;
  }
}
