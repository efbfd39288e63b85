/**
 * What a quote does to an order. Pure: the same order and quote give the same answer in every process.
 *
 * Modelling choices. The quote's own size is not known, so an order gets all that it wants unless a bound is given. A stop
 * is touched by the last price and is filled by the same quote, at what the other side then offers. Prices are brought to 8
 * decimals, halves to even. An order for the opening has one chance, the first quote of the session that this broker sees, be
 * it late: what that quote does not fill expires, and so does a stop that it does not touch.
 */
import { type Decimal, decimal, MAX_DECIMAL, maxOf, minOf, toMoney, ZERO } from '../../core/index.ts';
import { calendarOf, type Quote } from '../../market/index.ts';
import { isOpen, type PaperOrder, remainingOf } from './paper-order.ts';
import { isInSession, openingAfter } from './session.ts';

/** The source whose instruments trade at any hour: they do not exist. */
export const SIMULATED = 'simulated';

const BPS = 10_000;

/** On which terms orders are filled. */
export interface MatchTerms {
  /** See `PaperSettings`. */
  readonly slippageBps: Decimal;
  /** The greatest quantity that this quote fills; null: no bound. */
  readonly available: Decimal | null;
}

/** What happens to an order. */
export interface Match {
  /** A stop is touched now. */
  readonly isTriggered: boolean;
  readonly fill: MatchedFill | null;
  /** Nothing more will be filled after this quote: an order for the opening has had its chance. */
  readonly isLast: boolean;
}

export interface MatchedFill {
  /** Above 0, at most what is to be filled. */
  readonly quantity: Decimal;
  /** Above 0; never worse than the limit. */
  readonly price: Decimal;
}

/** What the other side offers. */
interface Offers {
  readonly last: Decimal;
  readonly bid: Decimal;
  readonly ask: Decimal;
}

/** What the quote does to the order; null when it does nothing. */
export function matchOrder(order: PaperOrder, quote: Quote, terms: MatchTerms): Match | null {
  const offers = offersOf(quote);
  if (offers === null || !isOpen(order) || !mayUse(order, quote)) return null;
  const wasWaiting = order.stopPrice !== null && order.triggeredAt === null;
  const isTriggered = wasWaiting && touches(order, offers.last);
  const isLast = order.timeInForce === 'opg';
  const fill = wasWaiting && !isTriggered ? null : fillOf(order, offers, terms);
  return fill === null && !isTriggered && !isLast ? null : { isTriggered, fill, isLast };
}

/** Whether the order's time is over. A quote from before that may still fill it. */
export function hasExpired(order: PaperOrder, now: number): boolean {
  return order.expiresAt !== null && order.expiresAt.getTime() <= now;
}

/**
 * Whether the order may be filled at the quote: it is newer than the order and than every quote that did something to it
 * already, from before the order's end, and from a session. A simulated price is a function of time, so one of the very
 * millisecond of the order is not an old one.
 */
function mayUse(order: PaperOrder, quote: Quote): boolean {
  const at = quote.at.getTime();
  const isSimulated = quote.source === SIMULATED;
  if (order.expiresAt !== null && at >= order.expiresAt.getTime()) return false;
  const createdAt = order.createdAt.getTime();
  if (order.quotedAt !== null ? at <= order.quotedAt.getTime() : at < createdAt || (at === createdAt && !isSimulated)) {
    return false;
  }
  const calendar = calendarOf(order.symbol);
  if (order.timeInForce === 'opg') return at >= openingAfter(calendar, createdAt).opensAt && isInSession(calendar, at);
  return isSimulated || isInSession(calendar, at);
}

function touches({ side, stopPrice }: PaperOrder, last: Decimal): boolean {
  if (stopPrice === null) return false;
  return side === 'buy' ? last.gte(stopPrice) : last.lte(stopPrice);
}

function fillOf(order: PaperOrder, offers: Offers, { slippageBps, available }: MatchTerms): MatchedFill | null {
  const price = fillPrice(order, offers, slippageBps);
  const remaining = remainingOf(order);
  const quantity = available === null ? remaining : minOf(remaining, maxOf(available, ZERO));
  return price === null || price.isZero() || quantity.isZero() ? null : { quantity, price };
}

/** The price after slippage, null when the limit is not reached. */
function fillPrice({ side, limitPrice }: PaperOrder, { bid, ask }: Offers, slippageBps: Decimal): Decimal | null {
  const slippage = slippageBps.div(BPS);
  if (side === 'buy') {
    const price = toMoney(ask.times(slippage.plus(1)));
    if (limitPrice === null) return price;
    return ask.lte(limitPrice) ? minOf(price, limitPrice) : null;
  }
  const price = toMoney(bid.minus(bid.times(slippage)));
  if (limitPrice === null) return price;
  return bid.gte(limitPrice) ? maxOf(price, limitPrice) : null;
}

/** Null when the quote has no price. Where nobody tells bid and ask, everybody trades at the last price. */
function offersOf({ price, bid, ask }: Quote): Offers | null {
  const last = readPrice(price);
  if (last === null) return null;
  return { last, bid: readPrice(bid) ?? last, ask: readPrice(ask) ?? last };
}

/** A price is above 0 on the grid of 8 decimals. Null for anything else that a source may say. */
function readPrice(raw: number | null): Decimal | null {
  if (raw === null || !Number.isFinite(raw) || raw <= 0) return null;
  const price = toMoney(decimal(raw));
  return price.isZero() || price.gt(MAX_DECIMAL) ? null : price;
}
