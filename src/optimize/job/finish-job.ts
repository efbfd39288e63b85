/** From the figures of a job to what is stored: the ranking, and of a complete job the judgement. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Compute } from '../../compute/index.ts';
import type { OptimizationRow } from '../../storage/index.ts';
import type { ComputableJob } from '../engine/compute-job.ts';
import type { IndicatorCache } from '../engine/indicator-cache.ts';
import type { JobFigures } from '../engine/job-figures.ts';
import { assessEvidence, gatherEvidence } from '../engine/judge-job.ts';
import { rankAndWrite } from '../engine/rank-task.ts';
import type { RankTaskInput } from '../engine/result-texts.ts';
import { type Findings, findingsOf } from './findings.ts';
import type { JobEnd } from './job-outcome.ts';
import type { TrialCount } from './trial-count.ts';

/** Ranked combinations that are kept whole: of a strategy job, of each type of a sweep. */
const TOP = 20;
const TOP_OF_TYPE = 5;
/** Combinations that are counted before the event loop has its turn. */
const COUNTED_AT_ONCE = 1000;

/** A job and its figures so far. */
export interface SearchedJob {
  readonly computable: ComputableJob;
  readonly figures: JobFigures;
}

/** A job of which every combination is done. */
export interface CompleteJob extends SearchedJob {
  readonly count: TrialCount;
  /** Resolves when the trials of earlier jobs are counted. */
  readonly counting: Promise<void>;
  readonly signal: AbortSignal;
  /** What its search has left in memory, which ends here. */
  readonly indicators: IndicatorCache;
}

/** The strategy types of the sections. */
export function typesOf({ sections }: ComputableJob): readonly string[] {
  return sections.map(({ type }) => type.name);
}

/**
 * Ranks and gathers evidence. It is judged by the trials of all jobs that have ended when this one is stored.
 *
 * @throws {ComputeFailure} when a worker fails, or the signal aborts
 */
export async function completeJob(compute: Compute, row: OptimizationRow, job: CompleteJob): Promise<JobEnd> {
  const { computable, figures, count, counting, signal, indicators } = job;
  const { predictions, settings } = computable;
  // Of several types the winners are replayed on all lanes.
  const isOne = computable.sections.length === 1;
  const replay = isOne ? { predictions, settings, indicators: indicators.inMemory } : null;
  const input = { ...rankInput(row, job), replay };
  const { ranking: ranked, texts: writing } = rankAndWrite(compute, input, signal);
  const [ranking, evidence, texts] = await Promise.all([
    ranked,
    gatherEvidence({ compute, job: computable, figures, ranking: ranked, texts: writing, signal, indicators }),
    writing,
    counting.then(() => addOwn(count, job)),
  ]);
  const found = { figures, ranking, texts, types: typesOf(computable) };
  return {
    status: 'complete',
    error: null,
    findings: async (db) => {
      if (!(await count.isComplete(db))) await count.readEarlier();
      return findingsOf(row, found, { evidence, judgement: assessEvidence(computable, evidence, count.counts()) });
    },
  };
}

/**
 * Ranks what a job has that did not become complete.
 *
 * @throws {ComputeFailure} when a worker fails
 */
export async function partialFindings(compute: Compute, row: OptimizationRow, job: SearchedJob): Promise<Findings> {
  const input = rankInput(row, job);
  const { ranking: ranked, texts: writing } = rankAndWrite(compute, { ...input, replay: null });
  const [ranking, texts] = await Promise.all([ranked, writing]);
  return findingsOf(row, { figures: job.figures, ranking, texts, types: typesOf(job.computable) }, null);
}

function rankInput({ jobType }: OptimizationRow, { computable, figures }: SearchedJob): RankTaskInput {
  const { bars, folds, segments, settings, sections } = computable;
  const { rows, isDone, params, skipped } = figures;
  const isSweep = jobType === 'sweep';
  return {
    ...{ bars, folds, segments, settings },
    ...{ rows, isDone, params, skipped, isSweep },
    sections: sections.map(({ type, space, from, to }) => ({ strategyType: type.name, space, from, to })),
    top: isSweep ? TOP_OF_TYPE : TOP,
  };
}

/** Counts the job's own combinations, in slices; threads get what they have to do first. */
async function addOwn(count: TrialCount, { computable, figures }: SearchedJob): Promise<void> {
  await breathe();
  for (const { type, from, to } of computable.sections) {
    for (let index = from; index < to; index += 1) {
      const params = figures.params[index];
      if (params !== undefined && !figures.skipped.has(index)) count.add(type.name, params);
      if (index % COUNTED_AT_ONCE === COUNTED_AT_ONCE - 1) await breathe();
    }
  }
}
