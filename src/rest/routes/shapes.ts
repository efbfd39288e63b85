/** Shapes that several areas of the API share: their JSON types, descriptions and names on the side of GraphQL. */
import { z } from 'zod';
import { invariant, memberOf } from '../../core/index.ts';
import { INTERVAL_NAMES } from '../../graphql/index.ts';
import { INTERVALS, type Interval } from '../../market/index.ts';

/** What a list of a document answers beside its nodes. */
interface Page {
  readonly pageInfo: { readonly hasNextPage: boolean };
}

/** GraphQL's name of a bar length. */
export function intervalName(interval: Interval): (typeof INTERVAL_NAMES)[Interval] {
  return INTERVAL_NAMES[interval];
}

/** The bar length behind a GraphQL name. */
export function intervalOf(name: (typeof INTERVAL_NAMES)[Interval]): Interval {
  const interval = INTERVALS.find((candidate) => INTERVAL_NAMES[candidate] === name);
  invariant(interval !== undefined, `every bar length has one GraphQL name; ${name} is none`);
  return interval;
}

/** The id of a row, which GraphQL writes as a text. */
export function idOf(id: string): number {
  return Number(id);
}

/** The parameter that leads to the page after `last`, or `null` when there is none. */
export function nextPage(
  page: Page,
  parameter: string,
  last: string | number | undefined,
): Record<string, string> | null {
  return page.pageInfo.hasNextPage && last !== undefined ? { [parameter]: String(last) } : null;
}

/** GraphQL's name of a word: `stop_limit` is `STOP_LIMIT`. */
export function enumName<const Word extends string>(word: Word): Uppercase<Word> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The type says what the method does.
  return word.toUpperCase() as Uppercase<Word>;
}

/** The word behind a GraphQL name. */
export function wordOf<const Word extends string>(words: readonly Word[], name: Uppercase<Word>): Word {
  return memberOf(words, name.toLowerCase());
}

/** A decimal of GraphQL as a JSON number. */
export function numberOf(text: string): number {
  return Number(text);
}

/** The same where there may be none. */
export function maybeNumberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** A decimal in a request: a number, or a text for those who need all the digits. What it may be is the use case's to say. */
export const decimalInput = z
  .custom<number | string>(
    (value) => typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)),
    'must be a number',
  )
  .meta({ type: ['number', 'string'] });

/** Id of a row. */
export const id = z.int().min(1);

/** An instant in an answer. */
export const instant = z.string().meta({ format: 'date-time', examples: ['2024-12-31T21:00:00.000Z'] });

/** When a bar begins, in an answer. */
export const barTime = z
  .string()
  .describe('When the bar begins: `YYYY-MM-DD` for days and longer, else an instant in UTC.')
  .meta({ examples: ['2024-12-31'] });

/** A number in an answer that is not always defined. */
export const maybeNumber = z.number().nullable();

/** Where prices came from, in an answer. */
export const dataSource = z
  .string()
  .describe('Where the prices came from: `simulated`, `csv` or the name of a provider.');

/** A symbol in a request; the use case says which ones there are. */
export const symbol = z
  .string()
  .describe('A ticker such as `SPY`, `BRK.B` or `BTC-USD`; lower case is taken as upper case.');

/** Symbols in a request. */
export const symbols = z.array(z.string()).describe('Tickers such as `SPY`; how many depends on the strategy type.');

/** A bar length in a request or an answer. */
export const interval = z.enum(INTERVALS).describe('Length of a bar.');

/** Parameters of a strategy, in a request: names and values are the type's to check. */
export const paramsInput = z.record(z.string(), z.unknown()).meta({
  additionalProperties: { type: ['number', 'string', 'null'] },
  description: 'Parameter → value; what is left out takes its default. `GET /api/strategies/types` lists them.',
});

/** Parameters of a strategy, in an answer. */
export const params = z.unknown().meta({
  type: 'object',
  additionalProperties: { type: ['number', 'string', 'null'] },
  description: 'Parameter → value, complete.',
});

/** First and last date of a range of bars, in a request. */
export const range = {
  start: z.string().describe('First date, inclusive, `YYYY-MM-DD`.'),
  end: z.string().describe('Last date, inclusive, `YYYY-MM-DD`; in the future it means today.'),
};

/** How a simulation trades and what it is annualised by, in a request. */
export const simulation = {
  interval: interval.default('1d'),
  initial_capital: z.number().nullish().describe('In the quote currency; default 100,000.'),
  commission_bps: z.number().nullish().describe('Basis points of the traded value; default 0.'),
  slippage_bps: z.number().nullish().describe('Basis points of the price, against us; default 2.'),
  allow_short: z.boolean().nullish().describe('Whether targets below 0 are held; default false.'),
  periods_per_year: z.number().nullish().describe('For annualising; default: of the symbols’ market and interval.'),
  source: z.string().nullish().describe('`csv` or the name of a provider; default: an import, else the provider.'),
};

/** Fields of the body of a creation that have a default or can be empty: null asks for that. */
export function orNull<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  const fields = Object.entries(shape).map(([name, field]) => {
    return [name, field.nullable().describe(`${field.description ?? ''} Null: the default.`.trim())] as const;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets what the keys are.
  return Object.fromEntries(fields) as { readonly [Name in keyof Shape]: z.ZodNullable<Shape[Name]> };
}
