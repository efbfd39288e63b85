/** Prices are quoted on a grid that is finer where prices are small; it keeps five significant digits or more. */

/** The number of decimals of a price. */
export function priceDecimals(price: number): number {
  if (price >= 1) return 4;
  return Math.min(12, 4 - Math.floor(Math.log10(price)));
}

/** The price on its grid. It keeps order: a <= b gives roundPrice(a) <= roundPrice(b). */
export function roundPrice(price: number): number {
  const scale = 10 ** priceDecimals(price);
  return Math.round(price * scale) / scale;
}
