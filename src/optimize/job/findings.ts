/** What a job has found, as the texts that are stored with it. */
import type { Database, Db, OptimizationRow } from '../../storage/index.ts';
import type { JobFigures } from '../engine/job-figures.ts';
import type { Evidence, Judgement } from '../engine/judge-job.ts';
import type { BestOfGroup, RankTaskOutput, TextsTaskOutput } from '../engine/rank-task.ts';
import { sweepConfidence } from '../honesty/index.ts';
import type { SweepRecommendation } from '../optimization.ts';
import { insertTrials } from './insert-trials.ts';

/** What is stored of a job that has ended. */
export interface Findings {
  /** Combinations that are done. */
  readonly done: number;
  readonly columns: FoundColumns;
  /** Stores a row per combination, and whatever else the job made, in the transaction of its end. */
  readonly storeRows: (write: RowWrite) => Promise<void>;
}

/** Where rows of a job are stored. */
export interface RowWrite {
  readonly db: Db;
  readonly database: Pick<Database, 'provider'>;
  readonly optimizationId: number;
  readonly now: Date;
}

/** JSON texts and figures in the row of the job. */
export interface FoundColumns {
  readonly results: string;
  readonly bestParams: string | null;
  readonly bestSharpe: number | null;
  readonly skipped: string;
  readonly unranked: string;
  readonly overfitting: string | null;
  readonly curve: string | null;
  /** Of a job about a model: how its best was judged. */
  readonly tuning: string | null;
}

/** What is known of a complete job besides its ranking. */
export interface JudgedFindings {
  readonly evidence: Evidence;
  readonly judgement: Judgement;
}

type JobKind = Pick<OptimizationRow, 'jobType'>;

/** Of a job that ended before anything was computed. */
export function noFindings(job: JobKind): Findings {
  const results = job.jobType === 'sweep' ? sweepText([], null) : '[]';
  const nothing = { bestParams: null, bestSharpe: null, overfitting: null, curve: null, tuning: null };
  return {
    done: 0,
    columns: { results, skipped: '[]', unranked: '[]', ...nothing },
    storeRows: () => Promise.resolve(),
  };
}

/** Of a job that is complete, or stopped on the way: then nothing is said about luck. */
export function findingsOf(
  job: JobKind,
  {
    figures,
    ranking,
    texts,
    types,
  }: {
    readonly figures: JobFigures;
    readonly ranking: RankTaskOutput;
    readonly texts: TextsTaskOutput;
    /** Of the sections. */
    readonly types: readonly string[];
  },
  judged: JudgedFindings | null,
): Findings {
  const best = ranking.pooled;
  const judgement = judged?.judgement ?? null;
  return {
    done: figures.done,
    columns: {
      results:
        job.jobType === 'sweep' ? sweepText(typesFound(texts, types, judgement), best) : (texts.results[0] ?? '[]'),
      bestParams: best === null ? null : JSON.stringify(best.params),
      bestSharpe: best?.meanSharpe ?? null,
      skipped: texts.skipped,
      unranked: texts.unranked,
      overfitting: textOrNull(judgement?.pooled),
      curve: judged?.evidence.pooled.replay?.curve ?? null,
      tuning: null,
    },
    storeRows: ({ db, database, optimizationId }) =>
      insertTrials(db, database, { optimizationId, texts: texts.trials }),
  };
}

/** JSON of one element of `SweepResults.byStrategy` each. */
function typesFound(
  { results }: TextsTaskOutput,
  types: readonly string[],
  judgement: Judgement | null,
): readonly string[] {
  return results.map((text, place) => {
    const overfitting = textOrNull(judgement?.sections[place]) ?? 'null';
    return `{"strategyType":${JSON.stringify(types[place])},"results":${text},"overfitting":${overfitting}}`;
  });
}

/** JSON of `SweepResults`: put together from texts, because results can be long. */
function sweepText(byStrategy: readonly string[], best: BestOfGroup | null): string {
  return `{"byStrategy":[${byStrategy.join(',')}],"recommendation":${JSON.stringify(recommendation(best))}}`;
}

function recommendation(best: BestOfGroup | null): SweepRecommendation {
  return {
    strategyType: best?.strategyType ?? null,
    bestParams: best?.params ?? null,
    meanSharpe: best?.meanSharpe ?? null,
    sharpeStd: best?.sharpeStd ?? null,
    confidence: sweepConfidence(best),
    recommended: best !== null && best.meanSharpe > 0,
  };
}

function textOrNull(value: object | null | undefined): string | null {
  return value == null ? null : JSON.stringify(value);
}
