/** What was tried before on the same bars with the same model type: whoever tries more needs a better best. */
import { memberOf, readJson } from '../../core/index.ts';
import type { Db, OptimizationRow } from '../../storage/index.ts';
import { TRIAL_STATUSES } from '../optimization.ts';
import type { TuningConfig } from '../tuning/index.ts';

/** Names a trial: the same features and labels, and the same parameters. */
export function trialKey({ featureConfig }: Pick<TuningConfig, 'featureConfig'>, params: string): string {
  return `${JSON.stringify(featureConfig)} ${params}`;
}

/** Trials of the owner's complete jobs on the same symbols, with the same model type and an overlapping range. */
export async function earlierModelTrials(db: Db, row: OptimizationRow): Promise<ReadonlySet<string>> {
  const { id, ownerId, symbolKey, modelType, firstBar, lastBar } = row;
  const jobs = await db.optimization.findMany({
    where: {
      ...{ ownerId, symbolKey, modelType, jobType: 'model', status: 'complete', id: { not: id } },
      ...{ firstBar: { lte: lastBar }, lastBar: { gte: firstBar } },
    },
    select: { config: true, modelTrials: { select: { status: true, params: true } } },
    orderBy: { id: 'asc' },
  });
  return new Set(
    jobs.flatMap(({ config, modelTrials }) =>
      modelTrials
        .filter(({ status }) => memberOf(TRIAL_STATUSES, status) !== 'skipped')
        .map(({ params }) => trialKey(readJson<TuningConfig>(config), params)),
    ),
  );
}
