/**
 * Training time of each model type, in milliseconds of processor time per tree, on features that move slowly as those of
 * markets do: on independent values the sums of histograms never wait for each other, which hides a large part of the time.
 * Where Debian's python3-xgboost is installed, the same data train the original on one thread; both are timed without
 * binning. Called with a workload of `MODEL_WORKLOADS` and a model type; prints a row.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binFeatures, fitBins, MODEL_TYPES, parseModelParams, trainModel } from '../src/models/index.ts';
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

const binStart = cpuMs();
const binned = binFeatures(features, fitBins(features, null, params.max_bin));
const binMs = cpuMs() - binStart;
const times = Array.from({ length: REPETITIONS }, (_, seed) => {
  const start = cpuMs();
  trainModel(type, params, { binned, rows, label, objective: 'binary' }, { seed });
  return (cpuMs() - start) / workload.trees;
});
const ours = Math.min(...times);
const peakMb = peakMemoryMb();
const theirs = originalMs();
console.log(
  JSON.stringify({
    rows: workload.rows,
    features: workload.features,
    type,
    'ms per tree': round(ours),
    'XGBoost ms': theirs === null ? null : round(theirs),
    ratio: theirs === null ? null : round(ours / theirs),
    'binning ms': Math.round(binMs),
    'peak MiB': peakMb,
  }),
);

/** Milliseconds per tree of XGBoost with the settings that our type has; null where it is not installed, or does not grow so. */
function originalMs(): number | null {
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
    return Number(execFileSync(PYTHON, [script, request], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bytes({ buffer, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, 0, byteLength);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
