/** Decimals as whole numbers of 10^-8: the broker counts in its own way, so that its books check ours. */

/** One. */
export const UNIT = 100_000_000n;

/** `12.5` -> 1250000000n. */
export function amount(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,8}))?$/.exec(text);
  if (match === null) throw new RangeError(`'${text}' is no amount.`);
  const [, sign, whole = '0', part = ''] = match;
  const value = BigInt(whole) * UNIT + BigInt(part.padEnd(8, '0'));
  return sign === '-' ? -value : value;
}

/** 1250000000n -> `12.5`. */
export function amountText(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(9, '0');
  const part = digits.slice(-8).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -8)}${part === '' ? '' : `.${part}`}`;
}

/** a · b / c, the nearest whole number, halves to even. */
export function mulDiv(a: bigint, b: bigint, c: bigint): bigint {
  const product = a * b;
  const isNegative = product < 0n !== c < 0n;
  const [top, bottom] = [product < 0n ? -product : product, c < 0n ? -c : c];
  const twiceRest = (top % bottom) * 2n;
  let quotient = top / bottom;
  if (twiceRest > bottom || (twiceRest === bottom && quotient % 2n === 1n)) quotient += 1n;
  return isNegative ? -quotient : quotient;
}
