/**
 * The kernel and the yardstick on one workload, in million combination·bars per second of one core, indicators included.
 * Fails when their figures differ. Called with the name of a workload; prints a row.
 */
import { evaluateBatch } from '../src/optimize/kernel/index.ts';
import {
  builtInStrategies,
  computeIndicators,
  type IndicatorSpec,
  indicatorKey,
  StrategyRegistry,
} from '../src/strategies/index.ts';
import { leastCpuMs, peakMemoryMb } from './measure.ts';
import { combinationsOf, planOf, specsOf, workloadNamed } from './workloads.ts';
import { yardstick } from './yardstick.ts';

/** The yardstick is timed on so many combination·bars at most, evenly picked. */
const YARDSTICK_WORK = 50_000_000;

const workload = workloadNamed(process.argv[2]);
const type = new StrategyRegistry(builtInStrategies).get(workload.typeName);
const combinations = combinationsOf(type, workload.grid);
const specs = specsOf(type, combinations);
const planned = planOf(workload);
const quiet = { isCancelled: () => false, onFold: () => undefined };

// The columns of one table are written again and again, as the jobs of a server write those of the ones before.
const columns = new Map<string, Float64Array>();
const plan = { ...planned, indicators: computeIndicators(specs, planned.bars, columnOf) };
let rows = evaluate();
const memory = peakMemoryMb();
const kernelMs = leastCpuMs(() => {
  rows = evaluate();
});
const indicatorMs = leastCpuMs(() => {
  computeIndicators(specs, planned.bars, columnOf);
});

const every = Math.max(1, Math.round((combinations.length * workload.bars) / YARDSTICK_WORK));
const picked = [...combinations.keys()].filter((place) => place % every === 0);
const pickedMs = leastCpuMs(() => {
  for (const place of picked) yardstick(plan, combinations[place] ?? {});
});
const yardstickMs = (pickedMs * combinations.length) / picked.length;
for (const place of picked) compare(place);

const work = (combinations.length * workload.bars) / 1000;
const kernel = work / (indicatorMs + kernelMs);
const plain = work / (indicatorMs + yardstickMs);
console.log(
  JSON.stringify({
    workload: workload.name,
    combinations: combinations.length,
    bars: workload.bars,
    splits: workload.nSplits,
    'kernel M/s': Math.round(kernel),
    'yardstick M/s': Math.round(plain),
    ratio: Number((kernel / plain).toFixed(2)),
    'indicators %': Math.round((100 * indicatorMs) / (indicatorMs + kernelMs)),
    'peak MiB': memory,
  }),
);

function evaluate(): Float64Array {
  return evaluateBatch(plan, type, combinations, quiet)?.rows ?? new Float64Array(0);
}

function columnOf(spec: IndicatorSpec): Float64Array {
  const key = indicatorKey(spec);
  const column = columns.get(key) ?? new Float64Array(new SharedArrayBuffer(8 * workload.bars));
  columns.set(key, column);
  return column;
}

/** Every figure of the kernel is the yardstick's to nine digits. */
function compare(place: number): void {
  const expected = yardstick(plan, combinations[place] ?? {});
  const row = rows.subarray(place * expected.length, (place + 1) * expected.length);
  const isSame = expected.every((value, i) => Math.abs((row[i] ?? NaN) - value) <= 1e-9 * Math.max(1, Math.abs(value)));
  if (!isSame) throw new Error(`Kernel and yardstick differ on combination ${place}.`);
}
