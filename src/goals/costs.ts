/** What trades will cost, by the settings of the paper broker: slippage of the price, and commission. An estimate. */
import type { Side } from '../broker/index.ts';
import { type Decimal, decimal, maxOf, toMoney, truncated, ZERO } from '../core/index.ts';

/** What trades are expected to cost. */
export interface TradingCosts {
  /** By how much fills are worse than the last price, in 1/100 of a percent. */
  readonly slippageBps: Decimal;
  /** In 1/100 of a percent of the value of a fill. */
  readonly commissionBps: Decimal;
  /** Of each order, in the currency of the account. */
  readonly commissionPerTrade: Decimal;
}

/** A quantity of something at its last price. */
export interface Priced {
  readonly quantity: Decimal;
  readonly price: Decimal;
}

const BPS = 10_000;

/** What a trade costs beside its value at the last price, 0 or more, 8 places. */
export function tradeCost(costs: TradingCosts, side: Side, { quantity, price }: Priced): Decimal {
  const slippage = costs.slippageBps.div(BPS);
  const filledAt = price.times(side === 'buy' ? slippage.plus(1) : decimal(1).minus(slippage));
  const commission = quantity.times(filledAt).times(costs.commissionBps).div(BPS).plus(costs.commissionPerTrade);
  return toMoney(filledAt.minus(price).abs().times(quantity).plus(commission));
}

/** How much can be bought with so much money, costs included, truncated to so many places; 0 when nothing. */
export function affordable(costs: TradingCosts, money: Decimal, lot: { price: Decimal; places: number }): Decimal {
  const slippage = costs.slippageBps.div(BPS).plus(1);
  const unit = lot.price.times(slippage).times(costs.commissionBps.div(BPS).plus(1));
  const quantity = truncated(money.minus(costs.commissionPerTrade).div(unit), lot.places);
  return maxOf(quantity, ZERO);
}
