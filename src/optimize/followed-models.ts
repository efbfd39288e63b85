/** The stored models that the combinations of a job follow: found when it is submitted, and asked when it is computed. */
import { conflict, formatDate, invalid } from '../core/index.ts';
import { type AlignedBars, type Bars, calendarOf, type Interval, intervalMinutes } from '../market/index.ts';
import {
  at,
  hindsightOf,
  type ModelSource,
  type Predictions,
  type PredictionTable,
  type PredictOptions,
  type StrategyType,
  type TradedModel,
  usableModel,
} from '../strategies/index.ts';
import { axisLength, axisOf, axisValue, type ParameterSpace } from './search/index.ts';

/** Most models of one job: the predictions of all of them are in memory together. */
const MAX_MODELS = 20;

/** A model as a job was submitted with it. */
export interface ModelStamp {
  readonly id: number;
  /** SHA-256 of its bytes, hex. */
  readonly checksum: string;
}

/** On what the models are to predict. */
export interface ModelMarket {
  readonly symbols: readonly string[];
  readonly interval: Interval;
}

/**
 * The models that a space names; none for a type that follows none.
 *
 * @throws {DomainError} VALIDATION on `paramGrid` when there are too many, or one that is not there, `symbols` or `interval`
 *   when one says nothing of those; CONFLICT when one was made by another version of features or trees
 */
export async function modelsOfSpace(
  models: ModelSource,
  ownerId: number,
  asked: ModelMarket & { readonly type: StrategyType; readonly space: ParameterSpace },
): Promise<readonly TradedModel[]> {
  const { type, space, ...market } = asked;
  const spec = type.parameters.find(({ name }) => name === type.modelParameter);
  if (spec === undefined) return [];
  const path = `paramGrid.${spec.name}`;
  const axis = axisOf(space, spec);
  const observed = axisLength(axis);
  if (observed > MAX_MODELS) {
    const message = `A job follows at most ${MAX_MODELS} models; this one names ${observed}.`;
    throw invalid(path, message, { limit: MAX_MODELS, observed });
  }
  const found: TradedModel[] = [];
  for (let index = 0; index < observed; index++) {
    const id = Number(axisValue(axis, index));
    found.push(await usableModel(models, ownerId, { ...market, id, path }));
  }
  return found;
}

/**
 * Holds models against the bars of a search.
 *
 * @throws {DomainError} VALIDATION on `start` when one would take too long, says nothing of them, or knows some beforehand
 */
export function requireUsableBars(models: readonly TradedModel[], { bars }: Pick<AlignedBars, 'bars'>): void {
  for (const model of models) {
    model.requireFeasible(bars, 'start');
    refuseSilence(model, bars);
    refuseHindsight(model, bars);
  }
}

function refuseSilence({ id, warmUpBars }: TradedModel, bars: readonly Bars[]): void {
  const observed = bars[0]?.time.length ?? 0;
  const required = warmUpBars + 1;
  if (observed >= required) return;
  const message = `Model ${id} says nothing of the first ${warmUpBars} bars, and this range has ${observed}. Start earlier.`;
  throw invalid('start', message, { limit: required, observed });
}

/** A search judges its best by bars that nothing was chosen by. A model that has learned from them would pass every test. */
function refuseHindsight(model: TradedModel, bars: readonly Bars[]): void {
  const { inSampleBars, predictedBars } = hindsightOf(model, bars);
  if (inSampleBars === 0) return;
  throw invalid(
    'start',
    `Model ${model.id} has learned from ${inSampleBars} of the ${predictedBars} bars that it would be judged by. ${adviceOn(model, bars, inSampleBars)}`,
    { limit: 0, observed: inSampleBars },
  );
}

/** On which day bars have to begin for the first prediction to be of one that the model does not know. */
function adviceOn({ warmUpBars }: TradedModel, [series]: readonly Bars[], inSampleBars: number): string {
  const bar = series === undefined ? null : dayStart(series, inSampleBars);
  const first = bar === null ? Number.NaN : at(series?.time ?? new Float64Array(), bar + warmUpBars);
  if (series === undefined || bar === null || Number.isNaN(first)) {
    return 'No later day leaves bars that it does not know: wait for later ones, or tune a model on earlier ones.';
  }
  const day = formatDate(dayOf(series, bar));
  return `Start on ${day} or later: of its ${warmUpBars} bars of warm-up it says nothing, and the first one after them is of ${formatDate(first)}.`;
}

/** The first bar from `bar` on that is the first of its day, because ranges begin with days; null when there is none. */
function dayStart(series: Bars, bar: number): number | null {
  for (let start = bar; start < series.time.length; start++) {
    if (start === 0 || dayOf(series, start) !== dayOf(series, start - 1)) return start;
  }
  return null;
}

/** The exchange date of a bar. */
function dayOf({ symbol, interval, time }: Bars, bar: number): number {
  return intervalMinutes(interval) === null ? at(time, bar) : calendarOf(symbol).dayOf(at(time, bar));
}

/** How a job names its models. */
export function stampsOf(models: readonly TradedModel[]): readonly ModelStamp[] {
  return models.map(({ id, checksum }) => ({ id, checksum }));
}

/**
 * What the models of a job say of its bars.
 *
 * @throws {DomainError} CONFLICT when one is gone, or not the one that the job was submitted with
 */
export async function predictionsOf(
  source: ModelSource,
  { ownerId, stamps, bars, ...market }: ModelMarket & PredictedJob,
  options: PredictOptions,
): Promise<PredictionTable> {
  const table = new Map<number, Predictions>();
  for (const { id, checksum } of stamps) {
    const model = await usableModel(source, ownerId, { ...market, id, path: null });
    if (model.checksum !== checksum) throw conflict(`Model ${id} has changed since this job was submitted.`);
    table.set(id, await model.predict(bars, options));
  }
  return table;
}

interface PredictedJob {
  readonly ownerId: number;
  readonly stamps: readonly ModelStamp[];
  readonly bars: readonly Bars[];
}
