/**
 * The trades that bring an account back to a goal. Pure: the same account, prices and goal give the same plan.
 *
 * 1. Weights are of the account without the cost of the trades. Where they ask for more than that without the cash buffer, each
 *    symbol gets the same part of its weight.
 * 2. What is too much is sold, what nobody wants entirely. Then short positions are bought back, then the rest is bought,
 *    from the cash and the estimated proceeds, the greatest gap first, until only the buffer is left.
 * 3. Trades below the least value are not made, and say so. Quantities are truncated to what the broker takes, so that nothing
 *    is bought beyond its weight; a second plan on what the first one leaves is empty.
 */
import type { Side } from '../broker/index.ts';
import { type Decimal, decimal, decimalText, maxOf, minOf, sumOf, toMoney, truncated, ZERO } from '../core/index.ts';
import { affordable, type TradingCosts, tradeCost } from './costs.ts';
import { type Aim, type Holdings, measureHoldings, priceIn, valueOf } from './drift.ts';

/** Part of the account that stays cash. */
const BUFFER = decimal('0.0025');

/** Trades below this part of the account are not made, */
const LEAST_PART = decimal('0.001');
/** nor are those below this value, in the currency of the account. */
const LEAST_VALUE = decimal(1);

/** What differs by less than this is on its target, in the currency of the account. */
const CENT = decimal('0.01');

/** What is done first, and waited for before the next. */
export const STAGES = ['sell', 'cover', 'buy'] as const;
export type Stage = (typeof STAGES)[number];

/** What a plan is made from. */
export interface PlanInput {
  readonly aim: Aim;
  readonly holdings: Holdings;
  readonly costs: TradingCosts;
  /** Whether the broker takes quantities with decimals. */
  readonly isFractional: boolean;
}

/** One trade of a plan. */
export interface PlannedTrade {
  readonly stage: Stage;
  readonly symbol: string;
  readonly side: Side;
  /** Above 0; of a trade that is skipped what was wanted. */
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** Quantity times price, 8 places. */
  readonly value: Decimal;
  readonly cost: Decimal;
  readonly isSkipped: boolean;
  /** Why it is skipped, or less than what was wanted; null otherwise. */
  readonly reason: string | null;
}

/** The trades, and what they are expected to lead to. */
export interface Plan {
  readonly totalValue: Decimal;
  readonly trades: readonly PlannedTrade[];
  readonly cashBefore: Decimal;
  readonly cashAfter: Decimal;
  readonly cost: Decimal;
  /** The greatest |drift| of a symbol after it, 8 places. */
  readonly residualDrift: Decimal;
}

/**
 * Plans the trades.
 *
 * @throws {DomainError} CONFLICT when the account is worth nothing
 */
export function planTrades(input: PlanInput): Plan {
  const { holdings } = input;
  const totalValue = valueOf(holdings);
  const least = leastTrade(totalValue);
  const sized = gapsOf(input, totalValue).map((gap) => sizedTrade(input, gap, least));
  const sells = sized.filter(({ side }) => side === 'sell');
  const proceeds = sumOf(made(sells).map(({ value, cost }) => value.minus(cost)));
  const budget = holdings.cash.plus(proceeds).minus(cashBuffer(totalValue));
  const buys = fitBuys(
    sized.filter(({ side }) => side === 'buy'),
    { ...input, budget, least },
  );
  const trades = [...sells, ...buys];
  const cashAfter = holdings.cash.plus(proceeds).minus(spent(buys));
  return {
    totalValue,
    trades,
    cashBefore: holdings.cash,
    cashAfter: toMoney(cashAfter),
    cost: sumOf(made(trades).map(({ cost }) => cost)),
    residualDrift: residualOf(input, trades, cashAfter),
  };
}

/** What of an account of this value stays cash. */
export function cashBuffer(totalValue: Decimal): Decimal {
  return BUFFER.times(totalValue);
}

/** The least value of a trade on an account of this value. */
export function leastTrade(totalValue: Decimal): Decimal {
  return maxOf(LEAST_VALUE, LEAST_PART.times(totalValue));
}

/** Purchases cut to what there is for them, one after the other: what is left over is too little for any. */
export function fitBuys(
  buys: readonly PlannedTrade[],
  {
    budget,
    least,
    costs,
    isFractional,
  }: Pick<PlanInput, 'costs' | 'isFractional'> & { budget: Decimal; least: Decimal },
): readonly PlannedTrade[] {
  let left = budget;
  return buys.map((trade) => {
    if (trade.isSkipped) return trade;
    const places = isFractional ? 8 : 0;
    const quantity = minOf(trade.quantity, affordable(costs, left, { price: trade.price, places }));
    const value = toMoney(quantity.times(trade.price));
    if (quantity.isZero() || value.lt(least)) return { ...trade, isSkipped: true, reason: NO_CASH };
    const cost = tradeCost(costs, 'buy', { quantity, price: trade.price });
    left = left.minus(value).minus(cost);
    const isLess = quantity.lt(trade.quantity);
    return { ...trade, quantity, value, cost, reason: isLess ? LESS_CASH : trade.reason };
  });
}

const NO_CASH = 'The cash that may be spent does not suffice for it.';
const LESS_CASH = 'Less than what is missing, because the cash buffer stays.';

/** What a symbol is away from its target: below 0 is too much. */
interface Gap {
  readonly symbol: string;
  readonly held: Decimal;
  readonly price: Decimal;
  readonly value: Decimal;
  readonly isWanted: boolean;
}

/** What has to be traded: sales, then what covers short positions, then purchases, the greatest first. */
function gapsOf(input: PlanInput, totalValue: Decimal): readonly Gap[] {
  const least = leastTrade(totalValue);
  const first = gapsAt(input, totalValue, ZERO).filter(({ value }) => value.abs().gte(least));
  const cost = sumOf(first.map(({ value, price }) => costOfGap(input.costs, value, price)));
  const gaps = gapsAt(input, totalValue, cost);
  return gaps.toSorted(
    (a, b) => STAGES.indexOf(stageOf(a)) - STAGES.indexOf(stageOf(b)) || b.value.abs().cmp(a.value.abs()),
  );
}

function gapsAt({ aim, holdings }: PlanInput, totalValue: Decimal, cost: Decimal): readonly Gap[] {
  // What the trades cost is gone when they are made: weights are of what is left.
  const whole = totalValue.minus(cost);
  const wanted = sumOf(aim.targets.values()).times(whole);
  const most = maxOf(whole.minus(cashBuffer(totalValue)), ZERO);
  const part = wanted.gt(most) ? most.div(wanted) : decimal(1);
  const symbols = [...new Set([...aim.targets.keys(), ...holdings.positions.keys()])].toSorted();
  return symbols.flatMap((symbol) => {
    const held = holdings.positions.get(symbol) ?? ZERO;
    const price = priceIn(holdings, symbol);
    const weight = aim.targets.get(symbol) ?? ZERO;
    const value = weight.times(part).times(whole).minus(held.times(price));
    return value.abs().lt(CENT) ? [] : [{ symbol, held, price, value, isWanted: weight.gt(0) }];
  });
}

function costOfGap(costs: TradingCosts, value: Decimal, price: Decimal): Decimal {
  return tradeCost(costs, value.isNeg() ? 'sell' : 'buy', { quantity: value.abs().div(price), price });
}

function stageOf({ value, held }: Gap): Stage {
  if (value.isNeg()) return 'sell';
  return held.isNeg() ? 'cover' : 'buy';
}

function sizedTrade({ costs, isFractional }: PlanInput, gap: Gap, least: Decimal): PlannedTrade {
  const { symbol, held, price } = gap;
  const side = gap.value.isNeg() ? 'sell' : 'buy';
  const wanted = gap.isWanted ? gap.value.abs().div(price) : held.abs();
  const whole = gap.isWanted ? truncated(wanted, isFractional ? 8 : 0) : wanted;
  const quantity = whole.isZero() ? toMoney(wanted) : whole;
  const value = toMoney(quantity.times(price));
  const cost = tradeCost(costs, side, { quantity, price });
  const trade = { stage: stageOf(gap), symbol, side, quantity, price, value, cost } as const;
  if (value.lt(least)) {
    const reason = `It is worth ${cents(value)}, and a trade of this account has to be worth ${cents(least)}.`;
    return { ...trade, isSkipped: true, reason };
  }
  if (whole.isZero()) {
    return { ...trade, isSkipped: true, reason: 'It is less than one unit, and the broker takes whole ones.' };
  }
  return { ...trade, isSkipped: false, reason: null };
}

/** Those that are not skipped. */
export function made(trades: readonly PlannedTrade[]): readonly PlannedTrade[] {
  return trades.filter(({ isSkipped }) => !isSkipped);
}

function spent(buys: readonly PlannedTrade[]): Decimal {
  return sumOf(made(buys).map(({ value, cost }) => value.plus(cost)));
}

/** What is left when everything is filled as estimated. */
function residualOf({ aim, holdings }: PlanInput, trades: readonly PlannedTrade[], cash: Decimal): Decimal {
  const positions = new Map(holdings.positions);
  for (const { symbol, side, quantity } of made(trades)) {
    const after = (positions.get(symbol) ?? ZERO).plus(side === 'buy' ? quantity : quantity.neg());
    if (after.isZero()) positions.delete(symbol);
    else positions.set(symbol, after);
  }
  return measureHoldings(aim, { ...holdings, positions, cash }).maxDrift;
}

/** For sentences. */
function cents(value: Decimal): string {
  return decimalText(value.toDecimalPlaces(2));
}
