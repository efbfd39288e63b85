/** Prices are quoted on a grid that is finer where prices are small; it keeps six significant digits or more. */

/** 10^0 to 10^12: looked up, because raising is half the work of a simulated minute. */
const SCALES = Float64Array.from({ length: 13 }, (_, decimals) => 10 ** decimals);

/** The number of decimals of a price: 2 from 1000 on, 4 from 10 on, 6 from 1 on, and one more for each zero below. */
export function priceDecimals(price: number): number {
  if (price >= 1000) return 2;
  if (price >= 10) return 4;
  if (price >= 1) return 6;
  return Math.min(12, 6 - Math.floor(Math.log10(price)));
}

/** The price on its grid. It keeps order: a <= b gives roundPrice(a) <= roundPrice(b). */
export function roundPrice(price: number): number {
  const scale = SCALES[priceDecimals(price)] ?? Number.NaN;
  return Math.round(price * scale) / scale;
}
