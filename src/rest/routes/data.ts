/** `/api/data`: bars, quotes, symbols, and the import of bars from a CSV file. */
import { z } from 'zod';
import {
  BarsInRangeDocument,
  ImportBarsDocument,
  KnownSymbolsDocument,
  LatestQuotesDocument,
} from '../../graphql/index.ts';
import { csvBody } from '../body.ts';
import { snakeKeys } from '../naming.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import { barTime, dataSource, instant, interval, intervalName, intervalOf, range, symbol } from './shapes.ts';

const price = z.number().describe('In the quote currency.');

const barsAnswer = z
  .object({
    symbol: z.string(),
    interval,
    source: dataSource,
    data: z.array(
      z.object({
        date: barTime,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: z.number().describe('Units traded; 0 where the source does not tell.'),
      }),
    ),
  })
  .meta({ title: 'Bars', description: 'The bars of one symbol, oldest first, adjusted where the source can.' });

const quoteAnswer = z
  .object({
    symbol: z.string(),
    price,
    bid: price.nullable().describe('Null where the source does not tell, as of a closed market.'),
    ask: price.nullable().describe('Null where the source does not tell.'),
    at: instant,
    source: dataSource,
  })
  .meta({ title: 'Quote', description: 'The latest price.' });

const listingAnswer = z
  .object({
    symbol: z.string(),
    name: z.string().describe('What it is called.'),
    source: dataSource,
    interval: interval.nullable().describe('Of a stored series; null otherwise.'),
    first: z.string().nullable().describe('First bar of a stored series.'),
    last: z.string().nullable().describe('Last bar of a stored series.'),
    rows: z.int().nullable().describe('Bars of a stored series.'),
  })
  .meta({ title: 'SymbolListing', description: 'A symbol that has prices.' });

const importAnswer = z
  .object({
    symbol: z.string(),
    interval,
    rows: z.int().describe('Rows of the file.'),
    inserted: z.int().describe('Bars that were new.'),
    updated: z.int().describe('Bars whose figures changed.'),
    first: z.string().describe('First bar of the file.'),
    last: z.string().describe('Last bar of the file.'),
    source: z.string().describe('`csv`.'),
  })
  .meta({
    title: 'ImportResult',
    description: 'What the import did. Importing the same file again inserts and updates nothing.',
  });

const common = { tag: 'data', status: 200, query: noQuery, body: noBody, errors: [] } as const;

const importExample = {
  symbol: 'IBM',
  interval: '1d',
  rows: 252,
  inserted: 252,
  updated: 0,
  first: '2024-01-02',
  last: '2024-12-31',
  source: 'csv',
} as const;

/** Rows of `/api/data`. */
export const dataRoutes: readonly Route[] = [
  route({
    ...common,
    method: 'GET',
    path: '/api/data/ohlcv',
    operationId: 'getBars',
    summary: 'Get the bars of a symbol',
    description: 'An imported series when there is one, else the provider, unless `source` names one.',
    query: z.strictObject({
      symbol,
      ...range,
      interval: interval.default('1d'),
      source: z.string().optional().describe('`csv` or the name of a provider.'),
    }),
    response: barsAnswer,
    answerExample: {
      symbol: 'SPY',
      interval: '1d',
      source: 'simulated',
      data: [{ date: '2024-12-31', open: 589.9, high: 590.6, low: 584.4, close: 586.1, volume: 57_052_700 }],
    },
    errors: ['UNAVAILABLE'],
    document: BarsInRangeDocument,
    variables: ({ query }) => ({ ...query, interval: intervalName(query.interval), source: query.source ?? null }),
    answer: ({ bars }) => bars && { ...snakeKeys(bars), interval: intervalOf(bars.interval) },
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/data/quotes',
    operationId: 'getQuotes',
    summary: 'Get the latest quotes',
    description: 'In the order asked.',
    query: z.strictObject({
      symbols: z
        .string()
        .describe('Tickers with commas between them, at most 100.')
        .meta({ examples: ['SPY,BTC-USD'] }),
    }),
    response: z.array(quoteAnswer).describe('One quote for each symbol.'),
    answerExample: [
      { symbol: 'SPY', price: 586.1, bid: 586.09, ask: 586.11, at: '2024-12-31T15:00:00.000Z', source: 'simulated' },
    ],
    errors: ['UNAVAILABLE'],
    document: LatestQuotesDocument,
    variables: ({ query }) => ({ symbols: query.symbols.split(',') }),
    answer: ({ quotes }) => quotes,
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/data/symbols',
    operationId: 'listSymbols',
    summary: 'List the symbols that are known to have prices',
    description: 'The simulated market has prices for any other, too.',
    response: z.array(listingAnswer).describe('Known symbols.'),
    answerExample: [
      { symbol: 'SPY', name: 'S&P 500 fund', source: 'simulated', interval: null, first: null, last: null, rows: null },
    ],
    document: KnownSymbolsDocument,
    variables: () => ({}),
    answer: ({ symbols }) =>
      symbols.map((listing) => ({
        ...listing,
        interval: listing.interval === null ? null : intervalOf(listing.interval),
      })),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/data/import',
    operationId: 'importBars',
    summary: 'Import bars from CSV',
    description:
      'A header with date, open, high, low, close, volume in any order and case, then a row per bar, oldest first; also as Yahoo, Stooq and pandas write them. All rows or none.',
    consumes: 'text/csv',
    status: 201,
    query: z.strictObject({ symbol, interval: interval.default('1d') }),
    body: csvBody,
    bodyExample: 'date,open,high,low,close,volume\n2024-12-31,589.9,590.6,584.4,586.1,57052700\n',
    response: importAnswer,
    answerExample: importExample,
    document: ImportBarsDocument,
    variables: ({ query, body }) => ({
      input: { symbol: query.symbol, interval: intervalName(query.interval), csv: body },
    }),
    answer: ({ importBars: { result } }) => result && { ...result, interval: intervalOf(result.interval) },
    location: ({ symbol: ticker, interval: length, first, last }) =>
      `/api/data/ohlcv?${new URLSearchParams({ symbol: ticker, interval: length, start: first.slice(0, 10), end: last.slice(0, 10), source: 'csv' }).toString()}`,
  }),
];
