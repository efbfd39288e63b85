/** The stored models that the combinations of a job follow: found when it is submitted, and asked when it is computed. */
import { conflict, formatDate, invalid } from '../core/index.ts';
import type { AlignedBars, Bars, Interval } from '../market/index.ts';
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
 *   when one says nothing of those; CONFLICT when one is damaged
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
 * A search judges its best by bars that nothing was chosen by. A model that has learned from them would pass every test.
 *
 * @throws {DomainError} VALIDATION on `start` with the first date on which the bars may begin
 */
export function refuseHindsight(models: readonly TradedModel[], { bars }: AlignedBars): void {
  const { time = new Float64Array() } = bars[0] ?? {};
  for (const model of models) {
    const { inSampleBars, predictedBars, firstUnknown } = hindsightOf(model, bars);
    if (inSampleBars === 0) continue;
    const advice =
      firstUnknown === null
        ? 'It knows all of them: wait for later ones, or tune a model on earlier ones.'
        : `Start on ${formatDate(at(time, inSampleBars))} or later: of its ${model.warmUpBars} bars of warm-up it says nothing, and the first one after them is of ${firstUnknown}.`;
    throw invalid(
      'start',
      `Model ${model.id} has learned from ${inSampleBars} of the ${predictedBars} bars that it would be judged by. ${advice}`,
      { limit: 0, observed: inSampleBars },
    );
  }
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
