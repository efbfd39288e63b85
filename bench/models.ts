/**
 * Training time of each model type, in milliseconds of processor time per tree, on features that move slowly as those of
 * markets do: on independent values the sums of histograms never wait for each other, which hides a large part of the time.
 * Where Debian's python3-xgboost is installed, the same data train the original on one thread; both are timed without
 * binning, which is timed once per table beside it: ours finds the cuts in double precision and makes a byte of each value;
 * the original's starts from single precision (`xgboost-time.py`). Called with a workload of `MODEL_WORKLOADS` and a model type; prints a row.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BinnedFeatures,
  binFeatures,
  fitBins,
  MODEL_TYPES,
  parseModelParams,
  trainModel,
} from '../src/models/index.ts';
import { marketLike } from './market-like.ts';
import { cpuMs, peakMemoryMb } from './measure.ts';
import { modelWorkloadNamed } from './model-workloads.ts';

/** Debian's, whatever else is called python3. */
const PYTHON = '/usr/bin/python3';
const REPETITIONS = 3;

const [name = '', typeName = ''] = process.argv.slice(2);
const workload = modelWorkloadNamed(name);
const type = MODEL_TYPES.find((each) => each === typeName);
if (type === undefined) throw new Error(`There is no model type ${typeName}.`);
const params = parseModelParams(type, { n_estimators: workload.trees }, 'params');
const { features, label } = marketLike(workload.rows, workload.features);
const rows = Int32Array.from({ length: workload.rows }, (_, row) => row);

const bin = (): BinnedFeatures => binFeatures(features, fitBins(features, null, params.max_bin));
const binMs = leastMs(bin);
const binned = bin();
const train = (seed: number): unknown =>
  trainModel(type, params, { binned, rows, label, objective: 'binary' }, { seed });
const ours = leastMs(train) / workload.trees;
const peakMb = peakMemoryMb();
const theirs = original();
console.log(
  JSON.stringify({
    rows: workload.rows,
    features: workload.features,
    type,
    'ms per tree': round(ours),
    'XGBoost ms': theirs === null ? null : round(theirs.tree),
    ratio: theirs === null ? null : round(ours / theirs.tree),
    'binning ms': Math.round(binMs),
    'XGBoost binning ms': theirs === null ? null : Math.round(theirs.binning),
    'ratio with binning':
      theirs === null ? null : round((binMs + workload.trees * ours) / (theirs.binning + workload.trees * theirs.tree)),
    'peak MiB': peakMb,
  }),
);

/** The least processor time of some repetitions of a call, milliseconds. */
function leastMs(work: (repetition: number) => unknown): number {
  const times = Array.from({ length: REPETITIONS }, (_, repetition) => {
    const start = cpuMs();
    work(repetition);
    return cpuMs() - start;
  });
  return Math.min(...times);
}

/** Milliseconds of XGBoost with the settings that our type has; null where it is not installed, or does not grow so. */
function original(): OriginalTimes | null {
  if (type !== 'xgboost' && type !== 'lightgbm') return null;
  if (spawnSync(PYTHON, ['-c', 'import xgboost']).status !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-bench-'));
  try {
    const data = join(folder, 'data');
    writeFileSync(data, Buffer.concat([bytes(Float32Array.from(features.values)), bytes(Float32Array.from(label))]));
    const script = fileURLToPath(new URL('xgboost-time.py', import.meta.url));
    const shape = { rows: workload.rows, features: workload.features, trees: workload.trees, repetitions: REPETITIONS };
    const { n_estimators: _, early_stopping_rounds: __, ...settings } = params;
    const request = JSON.stringify({ data, type, ...shape, settings });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The script is ours.
    return JSON.parse(execFileSync(PYTHON, [script, request], { encoding: 'utf8' })) as OriginalTimes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface OriginalTimes {
  /** Per tree. */
  readonly tree: number;
  /** Of the table. */
  readonly binning: number;
}

function bytes({ buffer, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, 0, byteLength);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
