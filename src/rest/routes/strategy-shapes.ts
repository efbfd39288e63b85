/** How strategies, their types and their signals look in REST. */
import { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import type { StrategyFieldsFragment } from '../../graphql/index.ts';
import { STRATEGY_MODES } from '../../strategies/index.ts';
import { snakeKeys } from '../naming.ts';
import { barTime, id, idOf, instant, interval, intervalOf, orNull, params, paramsInput, symbols } from './shapes.ts';

/** What a change of target asks for. */
export const SIGNALS = ['buy', 'sell', 'hold'] as const;

const mode = z
  .enum(STRATEGY_MODES)
  .describe(
    'What its owner wants of its signals: to look at them, to be told, to trade on them. It is kept, and nothing places orders by it yet: in every mode each `market_scan` of the strategy announces a turn as the event `StrategySignaled` and to `signal` alerts, and of `auto_trade` its run says `Signals only`.',
  );

/** A strategy in an answer. */
export const strategyAnswer = z
  .object({
    id,
    name: z.string().describe('1 to 100 characters.'),
    strategy_type: z.string().describe('Name of its type.'),
    params,
    symbols: z.array(z.string()).describe('What it trades.'),
    interval,
    mode,
    enabled: z
      .boolean()
      .describe('Whether a `market_scan` job of it scans; else its runs say that nothing was scanned.'),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ title: 'Strategy', description: 'A saved strategy: a type with parameters and the symbols it trades.' });

type StrategyAnswer = z.input<typeof strategyAnswer>;

const modeInput = z
  .enum([...STRATEGY_MODES, 'auto-trade'])
  .describe('See the answer; `auto-trade` is an older spelling of `auto_trade`. No mode places orders yet.');

const fields = {
  name: z.string().describe('1 to 100 characters.'),
  strategy_type: z.string().describe('Name of a type, e.g. `momentum`.'),
  symbols,
};
const optional = {
  interval,
  mode: modeInput,
  enabled: z.boolean().describe('Whether a `market_scan` job of it scans; else its runs say that nothing was scanned.'),
};
const nullable = orNull(optional);

/** Body of a creation. */
export const createBody = z.strictObject({
  ...fields,
  params: paramsInput.nullish(),
  interval: nullable.interval.default('1d'),
  mode: nullable.mode.default('monitor'),
  enabled: nullable.enabled.default(true),
});

/** Body of a change: any of the fields. */
export const updateBody = z.strictObject({ ...fields, params: paramsInput, ...optional }).partial();

/** Signals in an answer. */
export const signalsAnswer = z
  .array(
    z.object({
      symbol: z.string().describe('The ticker.'),
      date: barTime,
      target: z.number().describe('-1 short, 0 flat, 1 long; the two of a spread have opposite signs.'),
      previous_target: z.number().describe('What was the target after the bar before, when that was the newest.'),
      signal: z.enum(SIGNALS).describe('What the change of target asks for.'),
    }),
  )
  .describe('One signal for each symbol.');

/** Strategy types in an answer. */
export const typesAnswer = z
  .array(
    z.object({
      strategy_type: z.string().describe('Its name, for `strategy_type` elsewhere.'),
      description: z.string().describe('What it does.'),
      parameters: z.unknown().meta({ type: 'object', description: 'JSON Schema (2020-12) of `params`.' }),
      default_grid: z
        .unknown()
        .meta({ type: 'object', description: 'Parameter → values, for an optimization without `param_grid`.' }),
      min_symbols: z.int().describe('Fewest symbols.'),
      max_symbols: z.int().nullable().describe('Most symbols; null for as many as one likes.'),
    }),
  )
  .describe('Every type that this server knows.');

/** An example for the documents. */
export const strategyExample = {
  id: 1,
  name: 'SPY trend',
  strategy_type: 'momentum',
  params: { short_window: 20, long_window: 50 },
  symbols: ['SPY'],
  interval: '1d',
  mode: 'monitor',
  enabled: true,
  created_at: '2026-01-05T09:00:00.000Z',
  updated_at: '2026-01-05T09:00:00.000Z',
};

/** A strategy as the facade writes it. */
export function shownStrategy(strategy: StrategyFieldsFragment): StrategyAnswer {
  return {
    ...snakeKeys(strategy),
    id: idOf(strategy.id),
    symbols: [...strategy.symbols],
    interval: intervalOf(strategy.interval),
    mode: memberOf(STRATEGY_MODES, strategy.mode.toLowerCase()),
  };
}

/** GraphQL's name of a mode. */
export function modeName(given: z.output<typeof modeInput>): 'MONITOR' | 'ALERT' | 'AUTO_TRADE' {
  if (given === 'monitor') return 'MONITOR';
  return given === 'alert' ? 'ALERT' : 'AUTO_TRADE';
}
