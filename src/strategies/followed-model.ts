/**
 * What a type that follows a stored model takes beside bars. Models are to the right of here, so whoever composes the program
 * supplies them (`ModelSource`), as it supplies the types.
 */
import { conflict, formatDate, invalid } from '../core/index.ts';
import type { Bars, Interval } from '../market/index.ts';
import { at } from './indicators/index.ts';
import type { Parameters } from './parameters.ts';
import type { Predictions } from './predictions.ts';
import type { StrategyType } from './strategy-type.ts';

/** How predictions are made. */
export interface PredictOptions {
  /** Where those of a symbol go, [length] on shared memory, overwritten; default: new memory. */
  readonly columnOf?: (length: number) => Float64Array;
  readonly signal?: AbortSignal;
}

/** A stored model that strategies can follow: what is known of it without its bytes, which are read for each prediction. */
export interface TradedModel {
  readonly id: number;
  /** SHA-256 of its bytes, hex. */
  readonly checksum: string;
  /** What it has learned from. */
  readonly symbols: readonly string[];
  readonly interval: Interval;
  readonly dataSource: string;
  /** Whether it compares its symbols, so that it can only be asked of all of them together. */
  readonly isOfGroup: boolean;
  /** When the last bar begins that it knows of. */
  readonly trainedUntil: number;
  /** When the last bar begins that it was tuned on: the end of the hold-out that it was scored by. */
  readonly tunedUntil: number;
  /** Bars at the front of a series that it says nothing of. */
  readonly warmUpBars: number;
  /** @throws {DomainError} VALIDATION at `path` with the arithmetic, when its features of these bars would take too long */
  requireFeasible(bars: readonly Bars[], path: string): void;
  /**
   * @param bars one per symbol, equal times
   * @throws {DomainError} CONFLICT when it is gone or damaged
   * @throws {ComputeFailure} when a worker fails, or the signal aborts
   */
  predict(bars: readonly Bars[], options?: PredictOptions): Promise<Predictions>;
}

/** Where stored models are. */
export interface ModelSource {
  /**
   * The owner's model; null when there is none. Its bytes, 128 MiB of the largest, are neither read nor checked.
   *
   * @throws {DomainError} CONFLICT when it was made by another version of features or trees
   */
  find(ownerId: number, id: number): Promise<TradedModel | null>;
}

/** A strategy that is to follow a model. */
export interface ModelUse {
  readonly type: StrategyType;
  readonly params: Parameters;
  readonly symbols: readonly string[];
  readonly interval: Interval;
}

/** Where the parameters stand in the input; null for what was stored after it was checked. */
export type ParametersPath = string | null;

/**
 * The model that a strategy follows; null where its type follows none.
 *
 * @throws {DomainError} VALIDATION naming the parameter when there is no such model, `interval` or `symbols` when it says
 *   nothing of those; CONFLICT when there is none any more, and as `ModelSource.find`
 */
export async function followedModel(
  models: ModelSource,
  ownerId: number,
  use: ModelUse & { readonly path: ParametersPath },
): Promise<TradedModel | null> {
  const { modelParameter } = use.type;
  if (modelParameter === undefined) return null;
  const id = use.params[modelParameter];
  const path = use.path === null ? null : `${use.path}.${modelParameter}`;
  return await usableModel(models, ownerId, { ...use, id: Number(id), path });
}

/** The model with this id, if it can be asked about these symbols. Errors as of `followedModel`. */
export async function usableModel(
  models: ModelSource,
  ownerId: number,
  { id, path, symbols, interval }: Pick<ModelUse, 'symbols' | 'interval'> & { id: number; path: ParametersPath },
): Promise<TradedModel> {
  const model = await models.find(ownerId, id);
  if (model === null) {
    const message = `There is no model ${id}.`;
    throw path === null
      ? conflict(`${message} The strategy that follows it can do nothing without it.`)
      : invalid(path, message);
  }
  requireFit(model, { symbols, interval });
  return model;
}

/** @throws {DomainError} VALIDATION on `symbols` or `interval` when the model says nothing of them */
export function requireFit(
  { id, ...model }: Pick<TradedModel, 'id' | 'interval' | 'symbols' | 'isOfGroup'>,
  { symbols, interval }: Pick<ModelUse, 'symbols' | 'interval'>,
): void {
  if (interval !== model.interval) {
    throw invalid('interval', `Model ${id} has learned from bars of ${model.interval}, found ${interval}.`);
  }
  if (!model.isOfGroup || isSameGroup(symbols, model.symbols)) return;
  const group = model.symbols.join(', ');
  throw invalid('symbols', `Model ${id} compares symbols: it takes ${group} together, found ${symbols.join(', ')}.`);
}

function isSameGroup(symbols: readonly string[], group: readonly string[]): boolean {
  return symbols.length === group.length && symbols.every((symbol) => group.includes(symbol));
}

/** Bars that a model predicts for although it has learned from them or from later ones. */
export interface Hindsight {
  readonly predictedBars: number;
  readonly inSampleBars: number;
  /** Date of the first bar that it did not know; null when there is none. */
  readonly firstUnknown: string | null;
}

/** How much a model knows of bars beforehand. */
export function hindsightOf({ trainedUntil, warmUpBars }: TradedModel, bars: readonly Bars[]): Hindsight {
  const { time } = bars[0] ?? { time: new Float64Array() };
  const first = time.findIndex((start) => start > trainedUntil);
  const known = first < 0 ? time.length : first;
  return {
    predictedBars: Math.max(0, time.length - warmUpBars),
    inSampleBars: Math.max(0, known - warmUpBars),
    firstUnknown: first < 0 ? null : formatDate(at(time, first)),
  };
}
