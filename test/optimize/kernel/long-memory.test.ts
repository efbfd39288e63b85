/** The table of a block against stretches that are measured bar by bar; fast-check prints the seed of a failure. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LongMemory } from '../../../src/optimize/kernel/long-memory.ts';
import { BLOCK } from '../../../src/optimize/kernel/pieces.ts';
import { flatBars } from '../../support/series.ts';

const NODE = 16;

const cases = fc.record({
  closes: fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 2, maxLength: 100, size: 'max' }),
  /** How often the prices above are repeated, so that some series have several blocks. */
  repeats: fc.constantFrom(1, 1, 30),
  block: fc.nat(2),
  /** Where a stretch begins and ends, in thousandths of the bars. */
  first: fc.nat(999),
  last: fc.nat(999),
});

/** What [from, to) adds to nothing: the tail of a node, whole nodes and the head of another, each summed by itself. */
function measured(closes: readonly number[], blockStart: number, from: number, to: number) {
  const nodeOf = (bar: number): number => Math.floor((bar - blockStart) / NODE);
  const bars = Array.from({ length: to - from }, (_, i) => from + i);
  const isInOneNode = nodeOf(from) === nodeOf(to - 1);
  const stretch = { sum: 0, squares: 0, high: 0, low: Infinity, depth: 1 };
  for (const node of new Set(bars.map(nodeOf))) {
    const part = bars.filter((bar) => nodeOf(bar) === node);
    const isTail = node === nodeOf(from) && !isInOneNode;
    const moves = (isTail ? part.toReversed() : part).map((bar) => (closes[bar] ?? 0) / (closes[bar - 1] ?? 0) - 1);
    stretch.sum += moves.reduce((sum, move) => sum + move, 0);
    stretch.squares += moves.reduce((sum, move) => sum + move * move, 0);
  }
  for (const bar of bars) {
    const close = closes[bar] ?? 0;
    stretch.high = Math.max(stretch.high, close);
    stretch.low = Math.min(stretch.low, close);
    stretch.depth = Math.min(stretch.depth, close / stretch.high);
  }
  return stretch;
}

describe('the table of a block', () => {
  test('measures any stretch as its bars do, one by one', () => {
    let nodes = 0;
    fc.assert(
      fc.property(cases, ({ closes: prices, repeats, block, first, last }) => {
        const closes = Array.from({ length: repeats }, () => prices).flat();
        const start = BLOCK * Math.min(block, Math.floor((closes.length - 1) / BLOCK));
        const end = Math.min(start + BLOCK, closes.length);
        // No stretch holds the first bar of a series.
        const least = Math.max(1, start);
        if (least >= end) return;
        const [a = 0, b = 0] = [first, last]
          .map((each) => least + Math.floor((each * (end - least)) / 1000))
          .toSorted((x, y) => x - y);

        const memory = new LongMemory(flatBars(closes, 'ANY'), { commission: 0, slippage: 0 }, 0);
        memory.load(start, end);
        memory.stretch.set([0, 0, 0, Infinity, 1]);
        memory.wasm.measure(a - start, b - start);
        const [sum, squares, high, low, deepest = Number.NaN] = memory.stretch;
        memory.release();

        const { depth, ...expected } = measured(closes, start, a, b + 1);
        expect({ sum, squares, high, low }).toEqual(expected);
        expect(Math.abs(deepest - depth)).toBeLessThanOrEqual(4e-16);
        if (b - a > NODE) nodes += 1;
      }),
      { numRuns: 500 },
    );
    expect(nodes).toBeGreaterThan(100);
  });
});
