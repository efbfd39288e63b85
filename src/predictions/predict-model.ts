/** The use case: what a model that was kept says of bars. */
import { type Principal, requireScope } from '../access/index.ts';
import { type Compute, computedOrUnavailable } from '../compute/index.ts';
import { invalid, notFound, parseAll, parseDateRange } from '../core/index.ts';
import { refuseTooManyTerms } from '../features/index.ts';
import { type Bars, formatBarTime, type MarketData, parseSymbols } from '../market/index.ts';
import type { Database } from '../storage/index.ts';
import { at, requireFit } from '../strategies/index.ts';
import { predictBars } from './predict-task.ts';
import { findStoredModel, loadModel, type StoredModel } from './stored-model.ts';

/** Most predictions of one answer. */
const MAX_PREDICTIONS = 100_000;

/** What predicting works with. */
export interface PredictDeps {
  readonly database: Database;
  readonly market: MarketData;
  readonly compute: Compute;
}

/** What a caller asks for. Null and undefined both take the default. */
export interface PredictInput {
  readonly modelId: number;
  /** Default: those that it learned from. One that compares symbols takes these and no others. */
  readonly symbols?: readonly string[] | null | undefined;
  /** First and last date, inclusive, `YYYY-MM-DD`; features take bars from `start` on, so that the first ones have none. */
  readonly start: string;
  readonly end: string;
  /** Default: where what it learned from came from. */
  readonly source?: string | null | undefined;
}

/** What a model says after one bar of one symbol. */
export interface Prediction {
  readonly symbol: string;
  /** As bars are labelled. */
  readonly date: string;
  /** The probability of a rise, or the expected return, over the horizon. */
  readonly value: number;
  /** 1 long, −1 short, 0 neither: of this prediction alone. */
  readonly target: number;
  /** Whether the model has learned from this bar or from a later one: then this is no prediction. */
  readonly isInSample: boolean;
}

/**
 * Predicts for the bars of a range, oldest first. What it says of a bar depends on that bar and on those of its warm-up
 * alone, wherever the range begins. Scope `read`: nothing is stored.
 *
 * @throws {DomainError} NOT_FOUND; VALIDATION naming the field; CONFLICT when the stored model is damaged or of another
 *   version of the program; UNAVAILABLE when the market data cannot be had, or the predictions not be computed
 */
export async function predictModel(
  deps: PredictDeps,
  principal: Principal,
  input: PredictInput,
): Promise<readonly Prediction[]> {
  requireScope(principal, 'read');
  const stored = await findStoredModel(deps.database, principal.userId, input.modelId);
  if (stored === null) throw notFound('model', input.modelId);
  const { symbols } = parseAll({ symbols: () => symbolsOf(stored, input), range: () => parseDateRange(input) });
  const { bars } = await deps.market.alignedBars(principal.userId, {
    symbols,
    interval: stored.interval,
    start: input.start,
    end: input.end,
    source: input.source ?? stored.dataSource,
  });
  const { time = new Float64Array() } = bars[0] ?? {};
  const firstBar = Math.min(time.length, stored.warmUpBars);
  refuseTooManyTerms(stored.config, bars, 'start');
  refuseTooMany((time.length - firstBar) * bars.length);
  if (firstBar === time.length) return [];
  const model = await loadModel(deps.database, stored);
  const predict = () => predictBars(deps.compute, { ...stored, model, bars });
  const columns = await computedOrUnavailable('The predictions', predict);
  return Array.from(time.subarray(firstBar), (_, row) => firstBar + row).flatMap((bar) =>
    bars.map((series, symbol) => predictionAt(stored, series, { bar, value: at(columns[symbol] ?? time, bar) })),
  );
}

function symbolsOf(stored: StoredModel, input: PredictInput): readonly string[] {
  const symbols = parseSymbols(input.symbols ?? stored.symbols);
  requireFit(stored, { ...stored, symbols });
  return symbols;
}

function refuseTooMany(observed: number): void {
  if (observed <= MAX_PREDICTIONS) return;
  const message = `An answer has at most ${MAX_PREDICTIONS} predictions; this range has ${observed}. Ask for a shorter one.`;
  throw invalid('start', message, { limit: MAX_PREDICTIONS, observed });
}

function predictionAt(
  { trainedUntil, longAbove, shortBelow }: StoredModel,
  { symbol, interval, time }: Bars,
  { bar, value }: { readonly bar: number; readonly value: number },
): Prediction {
  return {
    symbol,
    date: formatBarTime(at(time, bar), interval),
    value,
    target: value > longAbove ? 1 : value < shortBelow ? -1 : 0,
    isInSample: at(time, bar) <= trainedUntil,
  };
}
