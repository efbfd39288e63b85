/** What was tried before on the same bars with the same model type: whoever tries more needs a better best. */
import { setImmediate as breathe } from 'node:timers/promises';
import { memberOf, readJson } from '../../core/index.ts';
import type { Db, OptimizationRow } from '../../storage/index.ts';
import { TRIAL_STATUSES } from '../optimization.ts';
import type { TuningConfig } from '../tuning/index.ts';

/** Trials per page: some milliseconds. */
const PAGE = 1000;

/** Names the trials of a job by their parameters: the same features and labels, and the same parameters. */
export function trialKeys({ featureConfig }: Pick<TuningConfig, 'featureConfig'>): (params: string) => string {
  const features = JSON.stringify(featureConfig);
  return (params) => `${features} ${params}`;
}

/**
 * Trials of the owner's complete jobs on the same symbols, with the same model type and an overlapping range. They are read
 * in pages before the transaction of the job's end; within it only those of jobs that have ended meanwhile.
 */
export class EarlierModelTrials {
  readonly #row: OptimizationRow;
  readonly #readJobs = new Set<number>();
  readonly #keys = new Set<string>();

  constructor(row: OptimizationRow) {
    this.#row = row;
  }

  /** Distinct, those of skipped combinations left out. */
  get keys(): ReadonlySet<string> {
    return this.#keys;
  }

  /** Reads the trials of the jobs that `db` sees and that were not read yet. */
  async read(db: Db): Promise<void> {
    for (const { id, config, totalCombinations } of await this.#jobs(db)) {
      if (this.#readJobs.has(id)) continue;
      const keyOf = trialKeys(readJson<TuningConfig>(config));
      for (let from = 0; from < totalCombinations; from += PAGE) {
        // SQLite answers on this thread.
        await breathe();
        await this.#readPage(db, { id, from, keyOf });
      }
      this.#readJobs.add(id);
    }
  }

  #jobs(db: Db) {
    const { id, ownerId, symbolKey, modelType, firstBar, lastBar } = this.#row;
    return db.optimization.findMany({
      where: {
        ...{ ownerId, symbolKey, modelType, jobType: 'model', status: 'complete', id: { not: id } },
        ...{ firstBar: { lte: lastBar }, lastBar: { gte: firstBar } },
      },
      select: { id: true, config: true, totalCombinations: true },
      orderBy: { id: 'asc' },
    });
  }

  async #readPage(
    db: Db,
    { id, from, keyOf }: { readonly id: number; readonly from: number; readonly keyOf: (params: string) => string },
  ): Promise<void> {
    const trials = await db.modelTrial.findMany({
      where: { optimizationId: id, index: { gte: from, lt: from + PAGE } },
      select: { status: true, params: true },
    });
    for (const { status, params } of trials) {
      if (memberOf(TRIAL_STATUSES, status) !== 'skipped') this.#keys.add(keyOf(params));
    }
  }
}
