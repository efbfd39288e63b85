/** Symbols that people look for first. Yahoo knows a hundred thousand more and has no list of them. */
import type { ListedSymbol } from '../provider.ts';

const NAMES: readonly (readonly [symbol: string, name: string])[] = [
  ['SPY', 'SPDR S&P 500 ETF'],
  ['QQQ', 'Invesco QQQ (Nasdaq-100)'],
  ['IWM', 'iShares Russell 2000 ETF'],
  ['DIA', 'SPDR Dow Jones Industrial Average ETF'],
  ['VTI', 'Vanguard Total Stock Market ETF'],
  ['EFA', 'iShares MSCI EAFE ETF'],
  ['EEM', 'iShares MSCI Emerging Markets ETF'],
  ['TLT', 'iShares 20+ Year Treasury Bond ETF'],
  ['IEF', 'iShares 7-10 Year Treasury Bond ETF'],
  ['AGG', 'iShares Core US Aggregate Bond ETF'],
  ['GLD', 'SPDR Gold Shares'],
  ['SLV', 'iShares Silver Trust'],
  ['AAPL', 'Apple'],
  ['MSFT', 'Microsoft'],
  ['NVDA', 'NVIDIA'],
  ['AMZN', 'Amazon'],
  ['GOOGL', 'Alphabet'],
  ['META', 'Meta Platforms'],
  ['TSLA', 'Tesla'],
  ['JPM', 'JPMorgan Chase'],
  ['XOM', 'Exxon Mobil'],
  ['KO', 'Coca-Cola'],
  ['PEP', 'PepsiCo'],
  ['IBM', 'IBM'],
  ['BRK.B', 'Berkshire Hathaway, class B'],
  ['BTC-USD', 'Bitcoin in US dollars'],
  ['ETH-USD', 'Ether in US dollars'],
  ['EUR/USD', 'Euro in US dollars'],
  ['GBP/USD', 'Pound sterling in US dollars'],
  ['USD/JPY', 'US dollar in yen'],
];

/** The suggestions, in a sensible order. */
export const SUGGESTIONS: readonly ListedSymbol[] = NAMES.map(([symbol, name]) => ({ symbol, name }));
