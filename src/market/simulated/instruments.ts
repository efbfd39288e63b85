/**
 * The characters of the simulated instruments. The numbers are rounded after the real namesakes, so that charts and
 * position sizes look familiar; nothing else about them is real.
 */
import { seededRandom } from '../../core/index.ts';
import { tradesAroundTheClock } from '../symbol.ts';

/** How one instrument moves. */
export interface Instrument {
  readonly symbol: string;
  readonly name: string;
  /** Close at the anchor date (end of 2025), in the quote currency. */
  readonly level: number;
  /** Mean yearly log return. */
  readonly drift: number;
  /** How many times the market factor's return it takes part in. */
  readonly beta: number;
  /** Yearly standard deviation of what is its own, in calm times. */
  readonly ownVolatility: number;
  /** Median units traded in a day. */
  readonly dailyVolume: number;
}

/** symbol, name, level, drift, beta, own volatility, daily volume in millions of units */
type Row = readonly [string, string, number, number, number, number, number];

const ROWS: readonly Row[] = [
  ['SPY', 'S&P 500 fund', 680, 0.08, 1, 0.01, 75],
  ['QQQ', 'Nasdaq-100 fund', 615, 0.1, 1.15, 0.06, 50],
  ['IWM', 'Russell 2000 fund', 246, 0.07, 1.15, 0.08, 35],
  ['DIA', 'Dow Jones Industrial fund', 480, 0.07, 0.92, 0.03, 4],
  ['VTI', 'Total US stock market fund', 335, 0.08, 1.02, 0.015, 4],
  ['VOO', 'S&P 500 fund', 625, 0.08, 1, 0.01, 6],
  ['EFA', 'Developed markets fund', 96, 0.05, 0.85, 0.08, 15],
  ['EEM', 'Emerging markets fund', 55, 0.05, 0.9, 0.13, 30],
  ['TLT', 'Treasury bonds of 20+ years fund', 87, 0.03, -0.15, 0.13, 35],
  ['IEF', 'Treasury bonds of 7-10 years fund', 96, 0.03, -0.08, 0.06, 8],
  ['AGG', 'US bonds fund', 100, 0.03, -0.02, 0.045, 8],
  ['BND', 'US bonds fund', 74, 0.03, -0.02, 0.045, 6],
  ['HYG', 'High-yield bonds fund', 80, 0.04, 0.4, 0.04, 30],
  ['GLD', 'Gold fund', 396, 0.06, 0.02, 0.14, 9],
  ['SLV', 'Silver fund', 64, 0.05, 0.25, 0.26, 25],
  ['USO', 'Oil fund', 69, 0.01, 0.4, 0.33, 5],
  ['XLE', 'Energy sector fund', 45, 0.05, 0.95, 0.18, 18],
  ['XLF', 'Financial sector fund', 55, 0.06, 1.05, 0.1, 40],
  ['XLK', 'Technology sector fund', 144, 0.1, 1.2, 0.09, 8],
  ['AAPL', 'Apple', 272, 0.14, 1.15, 0.18, 50],
  ['MSFT', 'Microsoft', 484, 0.13, 1.1, 0.16, 22],
  ['NVDA', 'Nvidia', 187, 0.2, 1.7, 0.33, 180],
  ['AMZN', 'Amazon', 231, 0.14, 1.25, 0.22, 40],
  ['GOOGL', 'Alphabet', 313, 0.13, 1.1, 0.19, 30],
  ['META', 'Meta Platforms', 660, 0.14, 1.25, 0.26, 14],
  ['TSLA', 'Tesla', 450, 0.17, 1.7, 0.45, 90],
  ['JPM', 'JPMorgan Chase', 322, 0.09, 1.1, 0.17, 9],
  ['BAC', 'Bank of America', 55, 0.07, 1.2, 0.2, 38],
  ['V', 'Visa', 351, 0.1, 0.95, 0.14, 6],
  ['JNJ', 'Johnson & Johnson', 207, 0.07, 0.55, 0.13, 8],
  ['UNH', 'UnitedHealth', 330, 0.09, 0.7, 0.22, 8],
  ['PG', 'Procter & Gamble', 143, 0.06, 0.5, 0.12, 8],
  ['KO', 'Coca-Cola', 70, 0.06, 0.5, 0.12, 15],
  ['WMT', 'Walmart', 111, 0.08, 0.6, 0.15, 18],
  ['XOM', 'Exxon Mobil', 120, 0.06, 0.8, 0.18, 15],
  ['IBM', 'IBM', 296, 0.06, 0.8, 0.17, 4],
  ['AMD', 'Advanced Micro Devices', 214, 0.12, 1.7, 0.38, 40],
  ['INTC', 'Intel', 37, 0.04, 1.2, 0.3, 80],
  ['BRK.B', 'Berkshire Hathaway', 503, 0.09, 0.85, 0.1, 4],
  ['BTC-USD', 'Bitcoin', 88_000, 0.2, 0.9, 0.5, 0.03],
  ['ETH-USD', 'Ether', 2970, 0.2, 1.2, 0.65, 0.5],
  ['SOL-USD', 'Solana', 125, 0.2, 1.4, 0.8, 5],
  ['EUR/USD', 'Euro in US dollars', 1.1745, 0, 0.05, 0.075, 900],
  ['GBP/USD', 'Pound sterling in US dollars', 1.3475, 0, 0.1, 0.085, 500],
  ['USD/JPY', 'US dollar in yen', 156.7, 0, 0.02, 0.09, 700],
];

const WELL_KNOWN: ReadonlyMap<string, Instrument> = new Map(
  ROWS.map(([symbol, name, level, drift, beta, ownVolatility, millions]) => [
    symbol,
    { symbol, name, level, drift, beta, ownVolatility, dailyVolume: millions * 1e6 },
  ]),
);

/** The instruments of the table, in its order. */
export const wellKnownInstruments: readonly Instrument[] = [...WELL_KNOWN.values()];

/** Any canonical symbol: that of the table, or one whose character (level 20 to 300) follows from its name alone. */
export function instrumentOf(symbol: string): Instrument {
  const known = WELL_KNOWN.get(symbol);
  if (known !== undefined) return known;
  const random = seededRandom(`instrument ${symbol}`);
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const isVolatile = tradesAroundTheClock(symbol);
  return {
    symbol,
    name: `${symbol} (invented)`,
    level: between(20, 300),
    drift: between(0.03, 0.1),
    beta: between(0.5, 1.5),
    ownVolatility: isVolatile ? between(0.4, 0.8) : between(0.14, 0.38),
    dailyVolume: 1e6 * between(0.5, 12),
  };
}
