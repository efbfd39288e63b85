/** The data and the predictions of `test/fixtures/xgboost/generate.py`. */
import { readFileSync } from 'node:fs';
import { readJson } from '../../src/core/index.ts';
import type { Features, ModelType, Objective } from '../../src/models/index.ts';
import { lcg } from './lcg.ts';

export interface GoldenGroup {
  readonly setting: Readonly<Record<string, number>> & { readonly type: ModelType; readonly objective?: Objective };
  readonly missing: boolean;
  readonly seed: number;
  /** Per number of trees: 16-bit integers, base64. */
  readonly predictions: readonly string[];
}

interface Golden {
  readonly trainRows: number;
  readonly testRows: number;
  readonly features: number;
  readonly values: number;
  readonly trees: readonly number[];
  readonly unit: number;
  readonly groups: readonly GoldenGroup[];
}

export const golden = readJson<Golden>(
  readFileSync(new URL('../fixtures/xgboost/golden.json', import.meta.url), 'utf8'),
);

/** What XGBoost predicted for the test rows, to half of 1/50000. */
export function goldenPredictions(packed: string): Float64Array {
  const bytes = Buffer.from(packed, 'base64');
  return Float64Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i) / golden.unit);
}

export interface GoldenData {
  readonly features: Features;
  readonly binary: Float64Array;
  readonly value: Float64Array;
}

/** Makes the data of a seed again, as `data` in the generator does. */
export function goldenData(seed: number, withMissing: boolean): GoldenData {
  const count = golden.trainRows + golden.testRows;
  const below = lcg(seed);
  const values = new Float64Array(count * golden.features);
  const binary = new Float64Array(count);
  const value = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const x = Array.from({ length: golden.features }, () => below(golden.values));
    const score = scoreOf(x) + below(60);
    binary[row] = score > 90 ? 1 : 0;
    value[row] = (40 + score) / 400;
    x.forEach((each, j) => {
      const isGap = below(100) < 15;
      values[j * count + row] = withMissing && isGap ? Number.NaN : each;
    });
  }
  const names = Array.from({ length: golden.features }, (_, j) => `f${j}`);
  return { features: { names, rows: count, values }, binary, value };
}

function scoreOf([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]: readonly number[]): number {
  return 2 * a - b + (c > 25 && d < 30 ? 30 : 0) + Math.floor((e * f) / 25);
}
