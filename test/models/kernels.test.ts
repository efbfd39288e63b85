/** The WebAssembly kernel computes what the plain one defines, bit by bit. */
import { describe, expect, it } from 'vitest';
import {
  binFeatures,
  fitBins,
  MODEL_TYPES,
  type ModelType,
  type Objective,
  parseModelParams,
  serialiseModel,
  type TrainingData,
} from '../../src/models/index.ts';
import { type Kernel, type OpenKernel, openPlainKernel, openWasmKernel } from '../../src/models/kernel/index.ts';
import { quantise } from '../../src/models/quantise.ts';
import { trainerOn } from '../../src/models/train-model.ts';
import { seededRandom } from '../support/random.ts';
import { marketData, rowsBetween } from './market-data.ts';

const ROWS = 400;
const SEED = 20_261_129;

describe.each(MODEL_TYPES)('the kernels, training %s', (type) => {
  // All rows: leaves are added to the margins of their rows by the kernel. Some: every row walks through the tree.
  it.each([
    ['binary', 1],
    ['binary', 0.9],
    ['regression', 1],
    ['regression', 0.9],
  ] as const)('give the same bytes for a %s, of %d of the rows', (objective, subsample) => {
    expectSameBytes(type, { n_estimators: 6, subsample }, trainingData(objective, 11));
  });
});

describe('the kernels', () => {
  it('give the same bytes with penalties and few features per tree', () => {
    const raw = { n_estimators: 8, lambda: 0, alpha: 0.5, gamma: 0.2, min_child_weight: 0, colsample_bytree: 0.6 };
    expectSameBytes('xgboost', { ...raw, max_bin: 40 }, trainingData('binary', 21, 40));
  });

  it('give the same bytes of 120 features', () => {
    expectSameBytes('xgboost', { n_estimators: 3 }, trainingData('binary', 120));
  });

  it.each([
    ['plain', openPlainKernel],
    ['WebAssembly', openWasmKernel],
  ])('subtract what they have summed without a rest (%s)', (_, open) => {
    const shape = { rows: 3000, features: 11, slots: 3 };
    const kernel = open(shape);
    fill(kernel, shape.rows);

    kernel.build({ from: 0, to: 3000 }, 11, 0);
    kernel.build({ from: 0, to: 1234 }, 11, 1);
    kernel.build({ from: 1234, to: 3000 }, 11, 2);
    kernel.subtract(0, 1, 11);
    const slot = 2 * 256 * 11;
    const rest = kernel.arrays.histograms.slice(0, slot);
    const summed = kernel.arrays.histograms.slice(2 * slot, 3 * slot);
    kernel.close();

    expect(summed.some((value) => value !== 0)).toBe(true);
    expect(rest).toEqual(summed);
  });

  it.each([true, false])(
    'add to rows by their side of a cut what they add after a partition (missing left: %s)',
    (isMissingLeft) => {
      const cut = { feature: 3, threshold: 100, isMissingLeft };
      const span = { from: 17, to: 2900 };

      const margins = [openPlainKernel, openWasmKernel].flatMap((open) => [
        marginsAfter(open, (kernel) => kernel.setStepsBySide(span, cut, { left: 0.25, right: -3 })),
        marginsAfter(open, (kernel) => {
          const middle = kernel.partition(span, cut);
          kernel.setSteps({ from: span.from, to: middle }, 0.25);
          kernel.setSteps({ from: middle, to: span.to }, -3);
        }),
      ]);
      expect(new Set(margins[0])).toEqual(new Set([1, 1.25, -2]));
      for (const each of margins) expect(each).toEqual(margins[0]);
    },
  );
});

describe.each([
  ['plain', openPlainKernel],
  ['WebAssembly', openWasmKernel],
])('derivatives (%s)', (_, open) => {
  it.each([
    [Number.NaN, 0],
    [0, Number.NaN],
    [Infinity, 0],
    [0, -Infinity],
    [Number.MAX_VALUE, 0],
  ])('are refused where their sum is not finite: hessian %d, gradient %d', (hessian, gradient) => {
    expect(() => integersOf(open, [1, 1, Number.MAX_VALUE, 1, hessian, gradient])).toThrow('are finite');
  });

  it('become integers next to the smallest numbers', () => {
    const least = Number.MIN_VALUE;

    expect(integersOf(open, [least, -least, 2 ** -1022, 2 ** -1022, 0, 0])).toEqual([0, 0, 1, 1, 0, 0]);
  });
});

/** What derivatives are quantised to. */
function integersOf(open: OpenKernel, derivatives: readonly number[]): readonly number[] {
  const rows = derivatives.length / 2;
  const kernel = open({ rows, features: 1, slots: 1 });
  try {
    kernel.arrays.derivatives.set(derivatives);
    for (let row = 0; row < rows; row++) kernel.arrays.order[row] = row;
    quantise(kernel, rows);
    return [...kernel.arrays.gradients.slice(0, 2 * rows)];
  } finally {
    kernel.close();
  }
}

function expectSameBytes(type: ModelType, raw: object, data: TrainingData): void {
  const params = parseModelParams(type, raw, 'params');
  const [plain, wasm] = [openPlainKernel, openWasmKernel].map((open) =>
    serialiseModel(trainerOn(open)(type, params, data, { seed: 5 })),
  );
  expect(plain?.length).toBeGreaterThan(1000);
  expect(plain).toEqual(wasm);
}

/** The margins after some work on rows whose margins were 1. */
function marginsAfter(open: OpenKernel, work: (kernel: Kernel) => void): Float64Array {
  const kernel = open({ rows: 3000, features: 11, slots: 1 });
  fill(kernel, 3000);
  kernel.arrays.margins.fill(1);
  kernel.arrays.steps.fill(0);
  work(kernel);
  kernel.takeSteps();
  const margins = kernel.arrays.margins.slice();
  kernel.close();
  return margins;
}

/** Bins, gradients and an order that a seed decides. */
function fill(kernel: Kernel, rows: number): void {
  const random = seededRandom(SEED);
  const { bins, order, gradients, columns } = kernel.arrays;
  for (let j = 0; j < 11; j++) {
    columns[j] = j;
    for (let row = 0; row < rows; row++) {
      bins[j * rows + row] = Math.floor(random() * 256);
    }
  }
  kernel.prepare();
  for (let row = 0; row < rows; row++) {
    order[row] = row;
    gradients[2 * row] = Math.floor(random() * 2 ** 18);
    gradients[2 * row + 1] = Math.floor((random() - 0.5) * 2 ** 19);
  }
}

function trainingData(objective: Objective, features: number, maxBin = 255): TrainingData {
  const market = marketData(SEED, ROWS, features);
  const values = market.features.values.map((value, i) => (i % 7 === 3 ? Number.NaN : value));
  const table = { ...market.features, values };
  const rows = rowsBetween(0, ROWS);
  const binned = binFeatures(table, fitBins(table, null, maxBin));
  const label =
    objective === 'binary'
      ? market.label
      : values.subarray(0, ROWS).map((value) => (Number.isNaN(value) ? 1 : value / 977));
  return { binned, rows, label: Float64Array.from(label), objective };
}
