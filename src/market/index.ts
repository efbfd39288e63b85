/**
 * Prices: instruments, calendars, bars, quotes, and the sources they come from. `MarketData` is the one door through
 * which everything else gets them; `importBars` is the one way in for files.
 */
export type { AlignedBars } from './aligner.ts';
export type { BarColumns, Bars } from './bars.ts';
export { allocateColumns, barTimeFormat, formatBarTime, viewRows } from './bars.ts';
export {
  calendarNamed,
  lastCompletedSession,
  nyse,
  sessionAfter,
  sessions,
  type TradingCalendar,
  tradingDay,
} from './calendar/index.ts';
export type { CsvSource } from './csv/index.ts';
export { BARS_IMPORTED, type ImportDeps, type ImportInput, type ImportResult, importBars } from './import-bars.ts';
export { INTERVALS, type Interval, intervalMinutes, parseInterval } from './interval.ts';
export { type LatestBarsDeps, latestBars } from './latest-bars.ts';
export {
  type AlignedBarsRequest,
  MarketData,
  type SourcedBarsRequest,
  type SymbolListing,
} from './market-data.ts';
export type { BarsRequest, ListedSymbol, MarketDataProvider, Quote } from './provider.ts';
export { QUOTE_PAUSES_MS, QuoteFeed, type QuoteFeedOptions, type QuoteWatcher } from './quote-feed.ts';
export { SimulatedProvider } from './simulated/index.ts';
export {
  calendarOf,
  commonPeriodsPerYear,
  parseSymbol,
  parseSymbols,
  periodsPerYear,
  tradesAroundTheClock,
} from './symbol.ts';
export { type YahooOptions, YahooProvider } from './yahoo/index.ts';
