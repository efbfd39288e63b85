/** How Yahoo calls what we call by our canonical symbols. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Single letters that Yahoo puts after a dot to name an exchange: Frankfurt, London, Tokyo and the TSX Venture. */
const EXCHANGE_LETTERS: ReadonlySet<string> = new Set(['F', 'L', 'T', 'V']);

/**
 * Yahoo's form of a canonical symbol; `undefined` when there can be none. A share class has a hyphen (`BRK.B` is `BRK-B`),
 * a pair of currencies ends in `=X` (`EUR/USD` is `EURUSD=X`), any other pair is a coin (`BTC/USD` is `BTC-USD`), and the
 * rest is called the same (`SPY`, `BTC-USD`, `VOD.L`).
 */
export function toYahooSymbol(symbol: string): string | undefined {
  const pair = /^([A-Z0-9]+)\/([A-Z0-9]+)$/.exec(symbol);
  if (pair !== null) {
    const [, base = '', quote = ''] = pair;
    return CURRENCIES.has(base) && CURRENCIES.has(quote) ? `${base}${quote}=X` : `${base}-${quote}`;
  }
  if (!/^[A-Z0-9.-]+$/.test(symbol)) return undefined;
  const [, name, letter = ''] = /^([A-Z]+)\.([A-Z])$/.exec(symbol) ?? [];
  return name === undefined || EXCHANGE_LETTERS.has(letter) ? symbol : `${name}-${letter}`;
}
