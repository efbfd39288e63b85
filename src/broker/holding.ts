/**
 * What is held of one symbol, and how a trade changes it: average cost, exact. The paper broker and we keep our books with
 * this one function, each from the fills it knows.
 */
import { type Decimal, minOf, toMoney, ZERO } from '../core/index.ts';
import type { Side } from './vocabulary.ts';

export interface Holding {
  /** Negative when sold short. */
  readonly quantity: Decimal;
  /** What it cost; negative: what the short sale brought in. 0 when nothing is held. */
  readonly costBasis: Decimal;
  /** Of all trades so far, after commissions. */
  readonly realizedPnl: Decimal;
}

export interface Trade {
  readonly side: Side;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly commission: Decimal;
}

export interface TradeEffect {
  readonly holding: Holding;
  /** Added to the cash: −value − commission of a purchase, value − commission of a sale. */
  readonly cashChange: Decimal;
  /** Of this trade, after its commission. */
  readonly realizedPnl: Decimal;
}

export const NOTHING_HELD: Holding = { quantity: ZERO, costBasis: ZERO, realizedPnl: ZERO };

/**
 * The holding after a trade. A trade that closes a part gives back that part of the cost (8 decimals, halves to even; the
 * rest stays, so nothing is lost by rounding); one that goes through 0 closes everything and opens the rest at its price.
 * Always: Δcash + Δcost basis = realized P&L of the trade.
 */
export function applyTrade(before: Holding, trade: Trade): TradeEffect {
  const { quantity, price, commission } = trade;
  const signed = trade.side === 'buy' ? quantity : quantity.neg();
  const value = toMoney(signed.times(price));
  const after = before.quantity.plus(signed);
  const isOpposite = !before.quantity.isZero() && before.quantity.isNeg() !== signed.isNeg();
  const closing = isOpposite ? minOf(quantity, before.quantity.abs()) : ZERO;
  const kept = toMoney(isOpposite ? keptCost(before, closing) : before.costBasis);
  // The part of the value that opens: all of it, none, or what is left beyond 0.
  const opened = opensWith(value, { quantity, closing });
  const costBasis = kept.plus(opened);
  const realizedPnl = costBasis.minus(before.costBasis).minus(value).minus(commission);
  return {
    holding: { quantity: after, costBasis, realizedPnl: before.realizedPnl.plus(realizedPnl) },
    cashChange: value.neg().minus(commission),
    realizedPnl,
  };
}

/** The cost of what stays. */
function keptCost({ quantity, costBasis }: Holding, closing: Decimal): Decimal {
  const held = quantity.abs();
  if (closing.eq(held)) return ZERO;
  return costBasis.times(held.minus(closing)).div(held);
}

function opensWith(value: Decimal, { quantity, closing }: { quantity: Decimal; closing: Decimal }): Decimal {
  if (closing.isZero()) return value;
  if (closing.eq(quantity)) return ZERO;
  return toMoney(value.times(quantity.minus(closing)).div(quantity));
}
