import { createHash } from 'node:crypto';
import type { OptimizationRow } from '../../storage/index.ts';
import { at, type Parameters } from '../../strategies/index.ts';
import type { EdgeVerdict, FinalFit } from '../tuning/index.ts';
import type { RowWrite } from './findings.ts';
import type { LoadedTuning } from './load-tuning.ts';

/** A model that is kept, and how it came about. */
export interface KeptModel {
  readonly row: OptimizationRow;
  readonly loaded: LoadedTuning;
  readonly params: Parameters;
  readonly final: FinalFit;
  readonly verdict: EdgeVerdict['verdict'];
}

/** Stores the model of a complete job: the one that the hold-out was scored with, trained on what was before it. */
export async function storeModel({ db, optimizationId, now }: RowWrite, kept: KeptModel): Promise<void> {
  const { row, loaded, params, final, verdict } = kept;
  const { config, job } = loaded;
  const { train } = job.cut.holdout;
  const { time = new Float64Array() } = job.bars[0] ?? {};
  const bytes = Uint8Array.from(final.bytes);
  await db.trainedModel.create({
    data: {
      ownerId: row.ownerId,
      optimizationId,
      modelType: config.modelType,
      params: JSON.stringify(params),
      featureConfig: JSON.stringify(config.featureConfig),
      symbols: JSON.stringify(config.symbols),
      interval: config.interval,
      dataSource: row.dataSource,
      trainedFrom: new Date(at(time, job.firstBar + train.from)),
      // The last training label looks so many bars ahead.
      trainedUntil: new Date(at(time, job.firstBar + train.to - 1 + config.featureConfig.horizon)),
      rows: (train.to - train.from) * job.bars.length,
      ...config.thresholds,
      verdict,
      engineVersion: row.engineVersion,
      bytes,
      checksum: createHash('sha256').update(bytes).digest('hex'),
      createdAt: now,
    },
  });
}
