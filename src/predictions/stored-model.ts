/** A model as it was stored, checked before anybody trusts it. */
import { createHash } from 'node:crypto';
import { conflict, memberOf, readJson } from '../core/index.ts';
import { FEATURES_VERSION, type FeatureConfig, fewestSymbols, warmUpBars } from '../features/index.ts';
import { INTERVALS, type Interval } from '../market/index.ts';
import { type Model, parseModel } from '../models/index.ts';
import type { Database, TrainedModelRow } from '../storage/index.ts';

/** A stored model, parsed. */
export interface StoredModel {
  readonly id: number;
  readonly model: Model;
  readonly config: FeatureConfig;
  /** SHA-256 of its bytes, hex. */
  readonly checksum: string;
  /** What it has learned from. */
  readonly symbols: readonly string[];
  readonly interval: Interval;
  readonly dataSource: string;
  /** When the last bar begins that it knows of. */
  readonly trainedUntil: number;
  /** Above and below which prediction it buys or sells short. */
  readonly longAbove: number;
  readonly shortBelow: number;
  /** Whether its features compare the symbols, so that it takes all of them together. */
  readonly isOfGroup: boolean;
  /** Bars at the front of a series that lack a feature. */
  readonly warmUpBars: number;
}

/**
 * The owner's model; null when there is none.
 *
 * @throws {DomainError} CONFLICT when its bytes are not those that were stored, or features or trees have another version
 */
export async function findStoredModel(
  { read }: Pick<Database, 'read'>,
  ownerId: number,
  id: number,
): Promise<StoredModel | null> {
  const row = await read.trainedModel.findFirst({ where: { id, ownerId } });
  if (row === null) return null;
  const { checksum, dataSource, trainedUntil, longAbove, shortBelow } = row;
  const model = parseModel(checkedBytes(row));
  const config = readJson<FeatureConfig>(row.featureConfig);
  return {
    ...{ id, model, config, checksum, dataSource, longAbove, shortBelow },
    symbols: readJson<readonly string[]>(row.symbols),
    interval: memberOf(INTERVALS, row.interval),
    trainedUntil: trainedUntil.getTime(),
    isOfGroup: fewestSymbols(config) > 1,
    warmUpBars: warmUpBars(config),
  };
}

function checkedBytes({ id, bytes, checksum, engineVersion }: TrainedModelRow): Uint8Array {
  if (!engineVersion.endsWith(`-features-${FEATURES_VERSION}`)) {
    throw conflict(`Model ${id} has learned from features that are defined otherwise today. Tune it again.`);
  }
  if (createHash('sha256').update(bytes).digest('hex') === checksum) return bytes;
  throw conflict(`Model ${id} is damaged: its bytes are not those that were stored. Tune it again.`);
}
