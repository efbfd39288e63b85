/** A model as it was stored: what is known of it, and its bytes, which are checked before anybody trusts them. */
import { createHash } from 'node:crypto';
import { conflict, memberOf, readJson } from '../core/index.ts';
import { FEATURES_VERSION, type FeatureConfig, fewestSymbols, warmUpBars } from '../features/index.ts';
import { INTERVALS, type Interval } from '../market/index.ts';
import { type Model, parseModel, ENGINE_VERSION as TREES_VERSION } from '../models/index.ts';
import type { Database } from '../storage/index.ts';

/** What is known of a stored model without its bytes. */
export interface StoredModel {
  readonly id: number;
  readonly config: FeatureConfig;
  /** SHA-256 of its bytes, hex. */
  readonly checksum: string;
  /** What it has learned from. */
  readonly symbols: readonly string[];
  readonly interval: Interval;
  readonly dataSource: string;
  /** When the last bar begins that it knows of. */
  readonly trainedUntil: number;
  /** When the last bar begins that its tuning job had. */
  readonly tunedUntil: number;
  /** Above and below which prediction it buys or sells short. */
  readonly longAbove: number;
  readonly shortBelow: number;
  /** Whether its features compare the symbols, so that it takes all of them together. */
  readonly isOfGroup: boolean;
  /** Bars at the front of a series that lack a feature. */
  readonly warmUpBars: number;
}

/**
 * The owner's model; null when there is none. Its bytes are not read.
 *
 * @throws {DomainError} CONFLICT when its features, or its trees, have another version
 */
export async function findStoredModel(
  { read }: Pick<Database, 'read'>,
  ownerId: number,
  id: number,
): Promise<StoredModel | null> {
  const row = await read.trainedModel.findFirst({
    where: { id, ownerId },
    omit: { bytes: true },
    include: { optimization: { select: { lastBar: true } } },
  });
  if (row === null) return null;
  const { checksum, dataSource, trainedUntil, longAbove, shortBelow, engineVersion } = row;
  if (!engineVersion.endsWith(`-features-${FEATURES_VERSION}`)) {
    throw conflict(`Model ${id} has learned from features that are defined otherwise today. Tune it again.`);
  }
  if (!engineVersion.includes(`-trees-${TREES_VERSION}-`)) {
    throw conflict(`Model ${id} was trained when trees grew otherwise than today (${engineVersion}). Tune it again.`);
  }
  const config = readJson<FeatureConfig>(row.featureConfig);
  return {
    ...{ id, config, checksum, dataSource, longAbove, shortBelow },
    symbols: readJson<readonly string[]>(row.symbols),
    interval: memberOf(INTERVALS, row.interval),
    trainedUntil: trainedUntil.getTime(),
    tunedUntil: row.optimization.lastBar.getTime(),
    isOfGroup: fewestSymbols(config) > 1,
    warmUpBars: warmUpBars(config),
  };
}

/**
 * Reads the bytes of a model and makes trees of them.
 *
 * @throws {DomainError} CONFLICT when there are none any more, they are not those that were stored, or trees have another
 *   version
 */
export async function loadModel(
  { read }: Pick<Database, 'read'>,
  { id, checksum }: Pick<StoredModel, 'id' | 'checksum'>,
): Promise<Model> {
  const row = await read.trainedModel.findUnique({ where: { id }, select: { bytes: true } });
  if (row === null) throw conflict(`There is no model ${id} any more.`);
  if (createHash('sha256').update(row.bytes).digest('hex') === checksum) return parseModel(row.bytes);
  throw conflict(`Model ${id} is damaged: its bytes are not those that were stored. Tune it again.`);
}
