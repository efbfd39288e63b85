/**
 * Money as whole numbers of 10^-8 in BigInt: a second implementation of what the books do, written from the definitions and
 * sharing nothing with the code but texts.
 */

const PLACES = 8;
const ONE = 10n ** BigInt(PLACES);

/** `"12.5"` -> 1250000000n. Fails on more than 8 places: what is stored has none. */
export function units(text: string): bigint {
  const [, sign = '', whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d{1,8}))?$/.exec(text) ?? [];
  if (whole === '') throw new Error(`${text} is not on the grid of 8 decimals.`);
  const magnitude = BigInt(whole) * ONE + BigInt(part.padEnd(PLACES, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

/** numerator / denominator to the nearest whole number, halves to even; the denominator is above 0. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const sign = numerator < 0n ? -1n : 1n;
  const magnitude = numerator * sign;
  const floor = magnitude / denominator;
  const twice = (magnitude % denominator) * 2n;
  const isUp = twice > denominator || (twice === denominator && floor % 2n === 1n);
  return sign * (isUp ? floor + 1n : floor);
}

/** quantity · price. */
export function valueOf(quantity: bigint, price: bigint): bigint {
  return divideHalfEven(quantity * price, ONE);
}

/** A position; all in units of 10^-8. */
export interface ExactHolding {
  readonly quantity: bigint;
  readonly cost: bigint;
  readonly realized: bigint;
}

export const NOTHING: ExactHolding = { quantity: 0n, cost: 0n, realized: 0n };

/** A trade; `signed` is negative when something is sold. */
export interface ExactTrade {
  readonly signed: bigint;
  readonly price: bigint;
  readonly commission: bigint;
}

/**
 * Average cost, told in another way than the code does: a trade that crosses 0 is one that closes everything, then one that
 * opens; the value is shared out by quantity.
 */
export function tradeExactly(before: ExactHolding, { signed, price, commission }: ExactTrade): ExactHolding {
  const value = valueOf(signed, price);
  const after = before.quantity + signed;
  const cost = costAfter(before, { signed, value, after });
  return { quantity: after, cost, realized: before.realized + cost - before.cost - value - commission };
}

function costAfter(
  { quantity, cost }: ExactHolding,
  { signed, value, after }: { signed: bigint; value: bigint; after: bigint },
): bigint {
  if (after === 0n) return 0n;
  if (quantity === 0n || quantity > 0n === signed > 0n) return cost + value;
  if (after > 0n === quantity > 0n) return divideHalfEven(cost * abs(after), abs(quantity));
  return divideHalfEven(value * abs(after), abs(signed));
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
