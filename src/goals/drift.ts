/** How far an account is from a goal. Pure, and in exact decimals: 0.65 − 0.60 is not more than 0.05. */
import { conflict, type Decimal, decimal, decimalText, maxOf, sumOf, toMoney, ZERO } from '../core/index.ts';
import { CASH, cashTarget, type Weights } from './weights.ts';

/** What is wanted: the weights of symbols, without cash, and how far they may be off. */
export interface Aim {
  readonly targets: Weights;
  readonly threshold: Decimal;
}

/** What an account is made of, with the prices of everything that is held or wanted. */
export interface Holdings {
  readonly cash: Decimal;
  /** Quantity by symbol, negative when short, never 0. */
  readonly positions: ReadonlyMap<string, Decimal>;
  readonly prices: ReadonlyMap<string, Decimal>;
}

/** One symbol, or cash. */
export interface DriftRow {
  /** `CASH` for cash, whose price is 1: the last row. An instrument of that name is among the others. */
  readonly symbol: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly value: Decimal;
  readonly targetWeight: Decimal;
  /** 8 places. */
  readonly currentWeight: Decimal;
  /** Current less target weight, 8 places. */
  readonly drift: Decimal;
  /** Whether the drift is greater than the threshold, either way; never of cash. */
  readonly isBreached: boolean;
}

/** The distance of a whole account. */
export interface Drift {
  /** Cash and the value of all positions, above 0. */
  readonly totalValue: Decimal;
  readonly threshold: Decimal;
  /** The greatest |drift| of a symbol; 0 when there is none. */
  readonly maxDrift: Decimal;
  readonly needsRebalance: boolean;
  /** By symbol, cash last. */
  readonly rows: readonly DriftRow[];
}

/**
 * The drift of every symbol that is held or wanted, and of cash.
 *
 * @throws {DomainError} CONFLICT when the account is worth nothing: then nothing has a weight
 */
export function measureHoldings({ targets, threshold }: Aim, holdings: Holdings): Drift {
  const totalValue = valueOf(holdings);
  if (!totalValue.gt(0)) {
    throw conflict(`The account is worth ${decimalText(totalValue)}: there is nothing to give weights to.`);
  }
  const symbols = [...new Set([...targets.keys(), ...holdings.positions.keys()])].toSorted();
  const rows = symbols.map((symbol) => {
    const quantity = holdings.positions.get(symbol) ?? ZERO;
    const price = priceIn(holdings, symbol);
    const row = rowOf({ symbol, quantity, price }, targets.get(symbol) ?? ZERO, totalValue);
    // Multiplied out: a quotient of decimals may have no end.
    const distance = row.value.minus(row.targetWeight.times(totalValue)).abs();
    return { ...row, isBreached: distance.gt(threshold.times(totalValue)) };
  });
  const cash = { symbol: CASH, quantity: holdings.cash, price: decimal(1) };
  return {
    totalValue,
    threshold,
    maxDrift: rows.reduce((greatest, { drift }) => maxOf(greatest, drift.abs()), ZERO),
    needsRebalance: rows.some(({ isBreached }) => isBreached),
    rows: [...rows, { ...rowOf(cash, cashTarget(targets), totalValue), isBreached: false }],
  };
}

/** Cash and the value of all positions. */
export function valueOf(holdings: Holdings): Decimal {
  const values = [...holdings.positions].map(([symbol, quantity]) =>
    toMoney(quantity.times(priceIn(holdings, symbol))),
  );
  return holdings.cash.plus(sumOf(values));
}

/** The price of a symbol that is held or wanted. */
export function priceIn({ prices }: Pick<Holdings, 'prices'>, symbol: string): Decimal {
  const price = prices.get(symbol);
  if (price === undefined) throw new TypeError(`There is no price of ${symbol} among those that were read.`);
  return price;
}

type Held = Pick<DriftRow, 'symbol' | 'quantity' | 'price'>;

function rowOf(held: Held, targetWeight: Decimal, totalValue: Decimal): Omit<DriftRow, 'isBreached'> {
  const value = toMoney(held.quantity.times(held.price));
  const weight = value.div(totalValue);
  return { ...held, value, targetWeight, currentWeight: toMoney(weight), drift: toMoney(weight.minus(targetWeight)) };
}
