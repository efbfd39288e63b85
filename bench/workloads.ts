/** What the benchmarks compute: seeded random walks, and grids of the sizes that people search. */
import { parseSettings } from '../src/backtest/index.ts';
import { seededRandom } from '../src/core/index.ts';
import { allocateColumns } from '../src/market/bars.ts';
import type { Bars } from '../src/market/index.ts';
import type { EvaluationPlan } from '../src/optimize/evaluate.ts';
import { planSegments } from '../src/optimize/segments.ts';
import { walkForwardFolds } from '../src/optimize/walk-forward.ts';
import {
  type IndicatorSpec,
  indicatorKey,
  indicatorSpecs,
  type ParameterGrid,
  type Parameters,
  type StrategyType,
} from '../src/strategies/index.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A grid over bars, cut into windows. */
export interface Workload {
  readonly name: string;
  readonly typeName: string;
  readonly grid: ParameterGrid;
  readonly bars: number;
  readonly nSplits: number;
  /** Standard deviation of a bar's return. */
  readonly volatility: number;
}

const MANY: ParameterGrid = {
  short_window: [5, 8, 10, 12, 15, 20, 25, 30, 40, 50],
  long_window: Array.from({ length: 25 }, (_, i) => 60 + 10 * i),
  ma_type: ['sma', 'ema'],
};
const REVERSION: ParameterGrid = { window: [10, 20, 30], num_std: [1.5, 2, 2.5], zscore_entry: [-2.5, -2, -1.5] };

/** From the default grid of a daily job to a large one over years of minutes. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: 'W1 momentum',
    typeName: 'momentum',
    grid: { short_window: [5, 10, 20], long_window: [20, 50, 100], ma_type: ['sma', 'ema'] },
    bars: 1260,
    nSplits: 5,
    volatility: 0.012,
  },
  { name: 'W2 momentum', typeName: 'momentum', grid: MANY, bars: 100_000, nSplits: 5, volatility: 0.0007 },
  { name: 'W3 momentum', typeName: 'momentum', grid: MANY, bars: 1_000_000, nSplits: 1, volatility: 0.0007 },
  {
    name: 'W4 mean_reversion, short',
    typeName: 'mean_reversion',
    grid: REVERSION,
    bars: 1260,
    nSplits: 5,
    volatility: 0.012,
  },
  {
    name: 'W4 mean_reversion, long',
    typeName: 'mean_reversion',
    grid: REVERSION,
    bars: 100_000,
    nSplits: 5,
    volatility: 0.0007,
  },
];

/** The first workload whose name has this word. @throws {Error} when none has */
export function workloadNamed(word: string | undefined): Workload {
  const workload = WORKLOADS.find(({ name }) => word !== undefined && name.includes(word));
  if (workload === undefined) throw new Error(`Name one of ${WORKLOADS.map(({ name }) => name).join(', ')}.`);
  return workload;
}

/** Every combination of a grid that makes sense, the first axis slowest. */
export function combinationsOf(type: StrategyType, grid: ParameterGrid): readonly Parameters[] {
  let combinations: Parameters[] = [Object.fromEntries(type.parameters.map((spec) => [spec.name, spec.default]))];
  for (const [name, values] of Object.entries(grid)) {
    combinations = combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
  }
  return combinations.filter((each) => type.problem(each) === null);
}

/** The distinct indicators of these combinations. */
export function specsOf(type: StrategyType, combinations: readonly Parameters[]): readonly IndicatorSpec[] {
  const specs = combinations.flatMap((params) => indicatorSpecs(type, params, 1));
  return [...new Map(specs.map((spec) => [indicatorKey(spec), spec])).values()];
}

/** The plan of a workload over a random walk, before its indicators are computed. Costs are the defaults. */
export function planOf({ name, typeName, bars, nSplits, volatility }: Workload): Omit<EvaluationPlan, 'indicators'> {
  const folds = walkForwardFolds(bars, { nSplits, trainRatio: 0.7 }, 1);
  return {
    typeName,
    bars: [randomWalk(name, bars, volatility)],
    folds,
    segments: planSegments(folds),
    settings: parseSettings({}, { periodsPerYear: 252 }),
  };
}

/** Closes that move by normal returns; each bar opens a little beside the last close. */
function randomWalk(seed: string, length: number, volatility: number): Bars {
  const random = seededRandom(seed);
  const columns = allocateColumns(length);
  const step = volatility > 0.005 ? DAY_MS : MINUTE_MS;
  let price = 100;
  for (let t = 0; t < length; t++) {
    const open = price * (1 + 0.1 * volatility * random.normal());
    price = open * Math.exp(volatility * random.normal());
    columns.time[t] = Date.UTC(2020, 0, 1) + t * step;
    columns.open[t] = open;
    columns.close[t] = price;
    columns.high[t] = Math.max(open, price) * (1 + 0.1 * volatility);
    columns.low[t] = Math.min(open, price) * (1 - 0.1 * volatility);
    columns.volume[t] = 1000;
  }
  return { ...columns, symbol: 'WALK', interval: step === DAY_MS ? '1d' : '1m', source: 'bench' };
}
