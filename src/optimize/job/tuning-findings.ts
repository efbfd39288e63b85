/** What a tuning job has found, as it is stored: the row of the job, a row per combination, and the model that is kept. */
import type { OptimizationRow } from '../../storage/index.ts';
import { inPieces } from '../in-pieces.ts';
import { basisOf, type FinalFit, judgeTuning, resultOf, type TuningFindings } from '../tuning/index.ts';
import { trialKeys } from './earlier-model-trials.ts';
import { type Findings, noFindings } from './findings.ts';
import type { LoadedTuning } from './load-tuning.ts';
import { insertModelTrials, type TuningTrial, trialsOf } from './model-trials.ts';
import { storeModel } from './store-model.ts';

/** Ranked combinations that are kept whole. */
const TOP = 20;

/** Of a job that stopped on its way, or of which nothing could be ranked: nothing is said about an edge. */
export async function tunedFindings(loaded: LoadedTuning, ranked: readonly number[]): Promise<Findings> {
  const { figures, job } = loaded;
  const basis = basisOf(job);
  const results = await inPieces(ranked, (index, place) => resultOf(figures, { index, rank: place + 1 }, basis));
  const [best] = results;
  const trials = await trialsOf(figures, results, basis);
  return {
    done: figures.settled,
    columns: {
      ...noFindings({ jobType: 'model' }).columns,
      results: JSON.stringify(results.slice(0, TOP)),
      bestParams: best === undefined ? null : JSON.stringify(best.params),
      bestSharpe: best?.sharpe ?? null,
      skipped: reasonsText(trials, 'skipped'),
      unranked: reasonsText(trials, 'unranked'),
    },
    storeRows: (write) => insertModelTrials(write, trials),
  };
}

/** What is known of a complete job besides its figures. */
export interface JudgedBest {
  readonly row: OptimizationRow;
  /** The best first; at least one. */
  readonly ranked: readonly number[];
  readonly final: FinalFit;
  readonly returns: readonly Float64Array[];
  /** Keys of what earlier jobs tried on the same bars. */
  readonly earlier: ReadonlySet<string>;
}

/** Of a complete job: with the verdict, and the model. */
export async function judgedFindings(loaded: LoadedTuning, best: JudgedBest): Promise<Findings> {
  const { config, figures, job } = loaded;
  const { ranked, final, returns, row, earlier } = best;
  const keyOf = trialKeys(config);
  const tried = new Set(earlier);
  await inPieces(figures.params, (params, index) => {
    if (!figures.skipped.has(index)) tried.add(keyOf(JSON.stringify(params)));
  });
  const nTrials = tried.size;
  const judged: TuningFindings = await judgeTuning({ job, figures, ranked, final, returns, nTrials });
  const found = await tunedFindings(loaded, ranked);
  return {
    ...found,
    columns: { ...found.columns, tuning: JSON.stringify(judged) },
    storeRows: async (write) => {
      await found.storeRows(write);
      const params = figures.params[ranked[0] ?? 0] ?? {};
      await storeModel(write, { row, loaded, params, final, verdict: judged.verdict });
    },
  };
}

/** JSON of `Unranked[]`. */
function reasonsText(trials: readonly TuningTrial[], status: TuningTrial['status']): string {
  const chosen = trials.filter((trial) => trial.status === status);
  return `[${chosen.map(({ params, reason }) => `{"params":${params},"reason":${JSON.stringify(reason)}}`).join(',')}]`;
}
