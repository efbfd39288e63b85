/** The use case: what a model that was kept says of bars. */
import { createHash } from 'node:crypto';
import { type Principal, requireScope } from '../access/index.ts';
import type { Compute } from '../compute/index.ts';
import { conflict, invalid, notFound, parseAll, parseDateRange, readJson } from '../core/index.ts';
import { type FeatureConfig, fewestSymbols, planRows } from '../features/index.ts';
import { type Bars, formatBarTime, type MarketData, parseInterval, parseSymbols } from '../market/index.ts';
import { parseModel } from '../models/index.ts';
import type { Database, TrainedModelRow } from '../storage/index.ts';
import { at } from '../strategies/index.ts';
import { PREDICT, targetOf } from './tuning/index.ts';

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
  /** Default: those that it learned from. */
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
  /** 1 long, −1 short, 0 neither. */
  readonly target: number;
  /** Whether the model has learned from this bar or from a later one: then this is no prediction. */
  readonly isInSample: boolean;
}

/**
 * Predicts for the bars of a range, oldest first. Scope `read`: nothing is stored.
 *
 * @throws {DomainError} NOT_FOUND; VALIDATION naming the field; CONFLICT when the stored model is damaged or of another
 *   version of the engine; UNAVAILABLE when the market data cannot be had
 */
export async function predictModel(
  deps: PredictDeps,
  principal: Principal,
  input: PredictInput,
): Promise<readonly Prediction[]> {
  requireScope(principal, 'read');
  const row = await deps.database.read.trainedModel.findFirst({
    where: { id: input.modelId, ownerId: principal.userId },
  });
  if (row === null) throw notFound('model', input.modelId);
  const config = readJson<FeatureConfig>(row.featureConfig);
  const model = parseModel(checkedBytes(row));
  const { symbols } = parseAll({ symbols: () => symbolsOf(row, config, input), range: () => parseDateRange(input) });
  const { bars } = await deps.market.alignedBars(principal.userId, {
    symbols,
    interval: parseInterval(row.interval, 'interval'),
    start: input.start,
    end: input.end,
    source: input.source ?? row.dataSource,
  });
  const { rows, firstBar } = planRows(config, bars);
  refuseTooMany(rows);
  const values = rows === 0 ? new Float64Array() : await deps.compute.run(PREDICT, { model, config, bars });
  return Array.from(values, (value, index) => predictionAt(row, bars, { value, index, firstBar }));
}

/** @throws {DomainError} CONFLICT when they are not what was stored */
function checkedBytes({ id, bytes, checksum }: TrainedModelRow): Uint8Array {
  if (createHash('sha256').update(bytes).digest('hex') === checksum) return bytes;
  throw conflict(`Model ${id} is damaged: its bytes are not those that were stored. Tune it again.`);
}

function symbolsOf(row: TrainedModelRow, config: FeatureConfig, input: PredictInput): readonly string[] {
  const symbols = parseSymbols(input.symbols ?? readJson<readonly string[]>(row.symbols));
  const limit = fewestSymbols(config);
  if (symbols.length >= limit) return symbols;
  const message = `Model ${row.id} compares symbols and takes at least ${limit}; found ${symbols.length}.`;
  throw invalid('symbols', message, { limit, observed: symbols.length });
}

function refuseTooMany(observed: number): void {
  if (observed <= MAX_PREDICTIONS) return;
  const message = `An answer has at most ${MAX_PREDICTIONS} predictions; this range has ${observed}. Ask for a shorter one.`;
  throw invalid('start', message, { limit: MAX_PREDICTIONS, observed });
}

function predictionAt(
  row: TrainedModelRow,
  bars: readonly Bars[],
  { value, index, firstBar }: { readonly value: number; readonly index: number; readonly firstBar: number },
): Prediction {
  const series = bars[index % bars.length];
  const time = at(series?.time ?? new Float64Array(), firstBar + Math.floor(index / bars.length));
  return {
    symbol: series?.symbol ?? '',
    date: formatBarTime(time, series?.interval ?? '1d'),
    value,
    target: targetOf(value, row, true),
    isInSample: time <= row.trainedUntil.getTime(),
  };
}
