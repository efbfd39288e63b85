/** Bars whose next direction is known as often as one wants, and a tuning job on them that needs no database. */
import { parseSettings } from '../../src/backtest/index.ts';
import { parseFeatureConfig, planRows } from '../../src/features/index.ts';
import type { Bars } from '../../src/market/index.ts';
import { SharedMemory } from '../../src/optimize/engine/shared-memory.ts';
import { combinationsOf } from '../../src/optimize/job/load-tuning.ts';
import { parseSpace } from '../../src/optimize/search/index.ts';
import {
  cutBars,
  judgeTuning,
  MODEL_SPACES,
  rankedIndexes,
  TuningComputation,
  TuningFigures,
  type TuningJob,
} from '../../src/optimize/tuning/index.ts';
import { inlineCompute } from './inline-compute.ts';
import { seededRandom } from './random.ts';

const DAY_MS = 86_400_000;

/**
 * Days whose opening gap points to where the next close goes, with this probability; 0.5 is noise. Moves have heavy tails,
 * and nothing else says anything.
 */
export function edgeBars(seed: number, { length, probability }: { length: number; probability: number }): Bars {
  const random = seededRandom(seed);
  const close = new Float64Array(length);
  const open = new Float64Array(length);
  let price = 100;
  let pointer = 1;
  for (let t = 0; t < length; t++) {
    const gap = (random() < 0.5 ? -1 : 1) * 0.001 * (0.5 + random());
    const size = 0.004 + 0.012 * random() ** 3 + (random() < 0.03 ? 0.03 * random() : 0);
    const direction = random() < probability ? pointer : -pointer;
    open[t] = price * Math.exp(gap);
    price *= Math.exp(direction * size);
    close[t] = price;
    pointer = Math.sign(gap);
  }
  const high = close.map((value, t) => Math.max(value, open[t] ?? 0) * (1 + 0.003 * random()));
  const low = close.map((value, t) => Math.min(value, open[t] ?? 0) * (1 - 0.003 * random()));
  const time = Float64Array.from({ length }, (_, t) => Date.UTC(2000, 0, 1) + t * DAY_MS);
  const volume = close.map(() => 1000 * (1 + random()));
  return { symbol: 'EDGE', interval: '1d', source: 'test', time, open, high, low, close, volume };
}

/** A grid of four combinations in two trainings. */
export const SMALL_GRID = { n_estimators: [20, 40], max_depth: [2, 3], learning_rate: 0.1, subsample: 0.7 };

/** A job on these bars with 5 folds; `paramGrid` undefined takes the default grid. */
export async function tuningJob(
  bars: readonly Bars[],
  {
    paramGrid,
    seed = 1,
    horizon = 1,
    label = 'direction',
  }: { paramGrid?: unknown; seed?: number; horizon?: number; label?: string } = {},
) {
  const modelType = 'xgboost' as const;
  const search = { method: 'grid' as const, maxTrials: null, seed };
  const featureConfig = parseFeatureConfig({ horizon, label }, { symbols: bars.length });
  const { firstBar, labelled } = planRows(featureConfig, bars);
  const job: TuningJob = {
    modelType,
    search,
    bars,
    featureConfig,
    firstBar,
    cut: cutBars(labelled / bars.length, { nSplits: 5, horizon, embargoBars: 10 }),
    objective: label === 'direction' ? 'binary' : 'regression',
    thresholds: label === 'direction' ? { longAbove: 0.5, shortBelow: 0.5 } : { longAbove: 0, shortBelow: 0 },
    settings: parseSettings({}, { periodsPerYear: 252 }),
  };
  const space = parseSpace(MODEL_SPACES[modelType], paramGrid, { method: 'grid', maxCombinations: 10_000 });
  const params = await combinationsOf({ modelType, paramGrid: space, trials: 10_000, ...search });
  return { job, figures: await TuningFigures.of(params, { folds: 5, problem: () => null }) };
}

/** The figures, the model and the judgement of a job, computed on this thread. */
export async function computed({ job, figures }: Awaited<ReturnType<typeof tuningJob>>) {
  const { signal } = new AbortController();
  const computation = new TuningComputation(inlineCompute, job, { memory: new SharedMemory(), signal });
  await computation.search(figures, { signal, onFit: () => undefined });
  const ranked = await rankedIndexes(figures);
  const params = figures.params[ranked[0] ?? 0] ?? {};
  const [final, returns] = [await computation.final(params), await computation.replay(params)];
  const nTrials = figures.params.length;
  return { ranked, final, returns, findings: await judgeTuning({ job, figures, ranked, final, returns, nTrials }) };
}
