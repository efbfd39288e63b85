/** What a quote and the time make of one order and of the books. No database: settle.ts stores it. */
import { type Decimal, decimalText } from '../../core/index.ts';
import type { Quote } from '../../market/index.ts';
import type { Books } from './books.ts';
import { hasExpired, type Match, type MatchedFill, type MatchTerms, matchOrder } from './match.ts';
import { isOpen, type PaperOrder } from './paper-order.ts';

/** What becomes of an order. */
export interface Step {
  /** As it is afterwards. */
  readonly order: PaperOrder;
  /** Booked already. */
  readonly fill: (MatchedFill & { readonly commission: Decimal }) | null;
}

/** What an order meets. */
export interface StepView {
  /** Undefined when there is no price. */
  readonly quote: Quote | undefined;
  readonly terms: MatchTerms;
  /** The fill is booked here. */
  readonly books: Books;
  readonly now: Date;
}

/** The order after the quote, then after the time; null when nothing happens. */
export function stepOf(order: PaperOrder, { quote, terms, books, now }: StepView): Step | null {
  const match = quote === undefined ? null : matchOrder(order, quote, terms);
  const step = quote === undefined || match === null ? null : applyMatch(order, match, { books, at: quote.at, now });
  const after = step?.order ?? order;
  if (!isOpen(after) || !(match?.isLast === true || hasExpired(after, now.getTime()))) return step;
  const reason = order.timeInForce === 'opg' ? 'The opening did not fill it.' : 'The session has closed.';
  return { order: { ...after, status: 'expired', reason }, fill: step?.fill ?? null };
}

/** An account that cannot pay for a fill loses the order: a broker has no use for one that it can never fill. */
function applyMatch(
  order: PaperOrder,
  match: Match,
  { books, at, now }: { readonly books: Books; readonly at: Date; readonly now: Date },
): Step {
  const looked = { ...order, quotedAt: at, triggeredAt: match.isTriggered ? now : order.triggeredAt };
  if (match.fill === null) return { order: looked, fill: null };
  const { quantity, price } = match.fill;
  const booked = books.book(order, match.fill);
  if (booked === null) {
    const reason = `The cash did not suffice for ${decimalText(quantity)} at ${decimalText(price)}.`;
    return { order: { ...looked, status: 'canceled', reason }, fill: null };
  }
  const filledQuantity = order.filledQuantity.plus(quantity);
  return {
    order: {
      ...looked,
      filledQuantity,
      filledValue: order.filledValue.plus(quantity.times(price)),
      status: filledQuantity.eq(order.quantity) ? 'filled' : 'partially_filled',
    },
    fill: { ...match.fill, commission: booked.commission },
  };
}
