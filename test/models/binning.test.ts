/** The WebAssembly loops cut and bin as the plain ones define, bit by bit. */
import { describe, expect, it } from 'vitest';
import { type Column, plainBinning, wasmBinning } from '../../src/models/binning/index.ts';
import { seededRandom } from '../support/random.ts';

/** More than what is binned at a time. */
const ROWS = 20_000;

const SHAPES: readonly (readonly [name: string, valueOf: (x: number, row: number) => number])[] = [
  ['both signs', (x) => Math.log(x / (1 - x))],
  ['heavy tails', (x) => Math.tan(3 * (x - 0.5))],
  ['a narrow range far from 0', (x) => 1e9 + x],
  ['a narrow range far below 0', (x) => -1e9 - x],
  ['all magnitudes', (x) => (x - 0.4) * 10 ** (600 * x - 300)],
  ['next to the largest numbers', (x) => (x < 0.5 ? -1 : 1) * Number.MAX_VALUE * x],
  ['next to the smallest numbers', (x) => Math.floor(x * 2000 - 1000) * Number.MIN_VALUE],
  ['neighbours', (x) => 1 + Math.floor(x * 1000) * Number.EPSILON],
  ['one value most of the time', (x) => (x < 0.9 ? 3 : x)],
  ['two clusters', (x, row) => (row % 2 === 0 ? x * 1e-12 : 1e12 + x)],
  ['a trend', (x, row) => row + x],
  ['zeros of both signs', (x, row) => (x < 0.5 ? (row % 2 === 0 ? 0 : -0) : x - 0.75)],
  ['gaps', (x, row) => (row % 3 === 0 ? Number.NaN : x < 0.1 ? Infinity : x < 0.2 ? -Infinity : x)],
  ['a value in the last row only', (_, row) => (row === ROWS - 1 ? 7 : Number.NaN)],
  ['nothing', () => Number.NaN],
  ['one value', () => -2.5],
  ['two values', (x) => (x < 0.5 ? -1 : 1)],
  ['as many values as bins', (x) => Math.floor(x * 255) - 100],
  ['one value more than bins', (x) => Math.floor(x * 256) - 100],
];

/** Numbers of any bits, which later rows may have whatever the cuts were made of; some are close to each other. */
const OTHERS = (() => {
  const random = seededRandom(11);
  const bits = BigUint64Array.from({ length: 500 }, () => BigInt(Math.floor(random() * 2 ** 32)) * 2n ** 32n);
  const numbers = [...new Float64Array(bits.buffer), ...Float64Array.from(bits, () => random())];
  return Float64Array.from(numbers.flatMap((value) => [value, value * (1 + Number.EPSILON)]));
})();

describe('columns of', () => {
  it.each(SHAPES)('%s are cut and binned alike', (_, valueOf) => {
    const values = valuesOf(ROWS, valueOf);
    const some = Int32Array.from({ length: 9001 }, (_each, i) => (i * 7919) % ROWS);

    for (const each of [values, Float32Array.from(values)]) {
      for (const rows of [null, some]) for (const maxBin of [2, 64, 255]) expectAlike({ values: each, rows }, maxBin);
    }
  });

  it.each([0, 1, 2, 24, 25, 26, 255, 256, 257, 511, 8191, 8192, 8193])('%d rows are cut and binned alike', (length) => {
    for (const [, valueOf] of SHAPES) expectAlike({ values: valuesOf(length, valueOf), rows: null }, 255);
  });

  it('a table larger than the one before are cut and binned alike', () => {
    expectAlike({ values: valuesOf(200_000, (x) => x ** 9), rows: null }, 255);
  });
});

function valuesOf(length: number, valueOf: (x: number, row: number) => number): Float64Array {
  const random = seededRandom(7);
  return Float64Array.from({ length }, (_, row) => valueOf(random(), row));
}

function expectAlike(column: Column, maxBin: number): void {
  const [cuts = new Float64Array()] = plainBinning.cut([column], maxBin);
  expect(wasmBinning.cut([column], maxBin).map(bytesOf)).toEqual([bytesOf(cuts)]);
  for (const each of [column, { values: OTHERS, rows: null }]) {
    const [plain, wasm] = [plainBinning, wasmBinning].map(({ bin }) => {
      const bins = new Uint8Array(each.rows?.length ?? each.values.length);
      bin(each, cuts, bins);
      return Buffer.from(bins);
    });
    expect(wasm?.equals(plain ?? Buffer.of())).toBe(true);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
}
