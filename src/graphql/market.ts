/** Prices: bars, quotes, instruments, and the import of a CSV file. */
import { requireScope } from '../access/index.ts';
import {
  type Bars,
  formatBarTime,
  type ImportResult,
  type Interval,
  importBars,
  type Quote,
  type SymbolListing,
} from '../market/index.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { enumOf, INPUT } from './inputs.ts';
import { payloadType } from './payload.ts';

/** A GraphQL name cannot begin with a digit: `1d` is `D1`. */
export const INTERVAL_NAMES = {
  '1m': 'M1',
  '5m': 'M5',
  '15m': 'M15',
  '30m': 'M30',
  '1h': 'H1',
  '1d': 'D1',
  '1w': 'W1',
  '1mo': 'MO1',
} as const satisfies Record<Interval, string>;

export const IntervalEnum = enumOf<Interval>('Interval', {
  description: 'The length of a bar.',
  values: {
    '1m': 'A minute.',
    '5m': '5 minutes.',
    '15m': '15 minutes.',
    '30m': '30 minutes.',
    '1h': 'An hour.',
    '1d': 'A trading day.',
    '1w': 'A week, beginning on Monday.',
    '1mo': 'A month.',
  },
  names: INTERVAL_NAMES,
});

/** When a bar begins, as people write it. */
export function barDate(bars: Bars, index: number): string {
  return formatBarTime(bars.time[index] ?? 0, bars.interval);
}

interface BarShape {
  readonly bars: Bars;
  readonly index: number;
}

const Bar = builder.objectRef<BarShape>('Bar').implement({
  description: 'One bar. Prices are in the quote currency, adjusted for splits and dividends where the source can.',
  fields: (t) => ({
    date: t.string({
      description: '`YYYY-MM-DD` for days and longer, else the instant at which the bar begins.',
      resolve: ({ bars, index }) => barDate(bars, index),
    }),
    open: t.float({ description: 'The first price.', resolve: ({ bars, index }) => bars.open[index] ?? 0 }),
    high: t.float({ description: 'The highest price.', resolve: ({ bars, index }) => bars.high[index] ?? 0 }),
    low: t.float({ description: 'The lowest price.', resolve: ({ bars, index }) => bars.low[index] ?? 0 }),
    close: t.float({ description: 'The last price.', resolve: ({ bars, index }) => bars.close[index] ?? 0 }),
    volume: t.float({
      description: 'Units traded; 0 where the source does not tell.',
      resolve: ({ bars, index }) => bars.volume[index] ?? 0,
    }),
  }),
});

const BarsRef = builder.objectRef<Bars>('Bars').implement({
  description: 'The bars of one symbol in a range, oldest first, and where they come from.',
  fields: (t) => ({
    symbol: t.expose('symbol', { type: 'Symbol', description: 'Whose prices these are.' }),
    interval: t.expose('interval', { type: IntervalEnum, description: 'The length of a bar.' }),
    source: t.exposeString('source', { description: '`simulated`, `csv` or the name of a provider.' }),
    data: t.field({
      type: [Bar],
      description: 'Oldest first.',
      resolve: (bars) => Array.from(bars.time, (_time, index) => ({ bars, index })),
    }),
  }),
});

const QuoteRef = builder.objectRef<Quote>('Quote').implement({
  description: 'The latest price of a symbol.',
  fields: (t) => ({
    symbol: t.expose('symbol', { type: 'Symbol', description: 'Whose price it is.' }),
    price: t.exposeFloat('price', { description: 'In the quote currency.' }),
    bid: t.exposeFloat('bid', {
      nullable: true,
      description: 'What one gets when one sells; null where the source does not tell.',
    }),
    ask: t.exposeFloat('ask', {
      nullable: true,
      description: 'What one pays when one buys; null where the source does not tell.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was so.' }),
    source: t.exposeString('source', { description: '`simulated` or the name of a provider.' }),
  }),
});

const SymbolRef = builder.objectRef<SymbolListing>('SymbolListing').implement({
  description:
    'A symbol that has prices: a stored series, imported or kept from a provider, or one that the provider knows well.',
  fields: (t) => ({
    symbol: t.expose('symbol', { type: 'Symbol', description: 'The ticker.' }),
    name: t.exposeString('name', { description: 'What it stands for.' }),
    source: t.exposeString('source', { description: '`csv` for an import, else the name of the provider.' }),
    interval: t.expose('interval', { type: IntervalEnum, nullable: true, description: 'Of a stored series.' }),
    first: t.exposeString('first', { nullable: true, description: 'First bar of a stored series.' }),
    last: t.exposeString('last', { nullable: true, description: 'Last bar of a stored series.' }),
    rows: t.exposeInt('rows', { nullable: true, description: 'Bars of a stored series.' }),
  }),
});

builder.queryFields((t) => ({
  bars: t.field({
    type: BarsRef,
    nullable: true,
    description: 'The bars of [start, end], both inclusive. Null, with an error, when they cannot be had.',
    args: {
      symbol: t.arg({ type: 'Symbol', required: true, description: 'Whose prices.' }),
      start: t.arg({ type: 'Date', required: true, description: 'First date, inclusive.' }),
      end: t.arg({ type: 'Date', required: true, description: 'Last date, inclusive; in the future: today.' }),
      interval: t.arg({
        type: IntervalEnum,
        required: true,
        defaultValue: '1d',
        description: 'The length of a bar.',
      }),
      source: t.arg.string({ description: '`csv` or the name of a provider; default: an import, else the provider.' }),
    },
    resolve: async (_root, { source, ...request }, { caller, services }) => {
      requireScope(caller.principal, 'read');
      return await services.market.bars(caller.principal.userId, {
        ...request,
        ...(source == null ? {} : { source }),
      });
    },
  }),
  quotes: t.field({
    type: [QuoteRef],
    nullable: true,
    description:
      'The latest quotes, in the order asked; at most 100 symbols. Null, with an error, when one of them cannot be had.',
    args: { symbols: t.arg({ type: ['Symbol'], required: true, description: '1 to 100.' }) },
    resolve: async (_root, { symbols }, { caller, services }) => {
      requireScope(caller.principal, 'read');
      return [...(await services.market.quotes(symbols))];
    },
  }),
  symbols: t.field({
    type: [SymbolRef],
    description: 'Symbols that are known to have prices. The simulated market has prices for any other, too.',
    resolve: async (_root, _args, { caller, services }) => {
      requireScope(caller.principal, 'read');
      return [...(await services.market.symbols(caller.principal.userId))];
    },
  }),
}));

const ImportBarsInput = builder.inputType('ImportBarsInput', {
  description: 'A price file and what it holds.',
  fields: (t) => ({
    symbol: t.field({ type: 'Symbol', required: true, description: 'Whose prices the file holds.' }),
    interval: t.field({ type: IntervalEnum, defaultValue: '1d', description: 'The length of its bars.' }),
    csv: t.field({
      type: 'Csv',
      required: true,
      description:
        'The file: a header with date, open, high, low, close, volume in any order and case, then a row per bar, oldest first. For files above 1 MiB use the REST import.',
    }),
  }),
});

const ImportResultRef = builder.objectRef<ImportResult>('ImportResult').implement({
  description: 'What an import did. Importing the same file again inserts and updates nothing.',
  fields: (t) => ({
    symbol: t.expose('symbol', { type: 'Symbol', description: 'Whose prices were imported.' }),
    interval: t.expose('interval', { type: IntervalEnum, description: 'The length of a bar.' }),
    rows: t.exposeInt('rows', { description: 'Rows in the file.' }),
    inserted: t.exposeInt('inserted', { description: 'Bars that were new.' }),
    updated: t.exposeInt('updated', { description: 'Bars whose figures changed.' }),
    first: t.exposeString('first', { description: 'First bar of the file.' }),
    last: t.exposeString('last', { description: 'Last bar of the file.' }),
    source: t.exposeString('source', { description: '`csv`.' }),
  }),
});

builder.mutationFields((t) => ({
  importBars: t.field({
    type: payloadType('ImportBarsPayload', 'result', {
      type: ImportResultRef,
      description: 'What the import did.',
    }),
    description: 'Imports bars from CSV text. All rows or none. Scope `trade`.',
    args: { input: t.arg({ type: ImportBarsInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() =>
        importBars(services, caller.principal, {
          symbol: input.symbol,
          interval: input.interval ?? '1d',
          csv: input.csv,
        }),
      ),
  }),
}));
