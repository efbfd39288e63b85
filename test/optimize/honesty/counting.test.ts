/** The WebAssembly counter counts what the plain one defines, pair by pair. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockReturns } from '../../../src/optimize/honesty/block-returns.ts';
import { firstOfBest, openCounter, openPlainCounter } from '../../../src/optimize/honesty/counting/index.ts';
import { isTrusted } from '../../../src/optimize/honesty/doubtful.ts';
import { splitPairs } from '../../../src/optimize/honesty/splits.ts';
import { seededRandom } from '../../support/random.ts';

/** Mean and Σ(r − mean)² of a block of some 20 bars: what trades gave, steady, none, next to none, and too much. */
const CELLS: Readonly<Record<string, (random: () => number) => readonly [number, number]>> = {
  noisy: (random) => [0.001 * (random() - 0.5), 0.01 * (0.5 + random())],
  coarse: (random) => [Math.round(2 * random() - 1), 1 + Math.round(random())],
  steady: (random) => [1e-4 * Math.round(3 * random()), 1e-20],
  constant: () => [0.001, 0],
  flat: () => [0, 0],
  tiny: (random) => [1e-14 * (random() - 0.5), 1e-28 * random()],
  huge: (random) => [1e160 * random(), 1e300],
  broken: () => [Number.NaN, Number.NaN],
};

const counted = fc.record({
  seed: fc.integer(),
  combinations: fc.oneof(fc.integer({ min: 2, max: 70 }), fc.integer({ min: 2, max: 300 })),
  blocks: fc.integer({ min: 2, max: 8 }).map((half) => 2 * half),
  // Of a combination; a block is of another kind now and then.
  kinds: fc.array(fc.constantFrom('noisy', 'coarse', ...Object.keys(CELLS)), { minLength: 1, maxLength: 4 }),
  mixed: fc.constantFrom(0, 0.1),
  pair: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
});

function returnsOf({
  seed,
  combinations,
  blocks,
  kinds,
  mixed,
}: typeof counted extends fc.Arbitrary<infer Value> ? Value : never) {
  const random = seededRandom(seed);
  const counts = Float64Array.from({ length: blocks }, () => 10 + Math.floor(20 * random()));
  const [means, squares] = [new Float64Array(blocks * combinations), new Float64Array(blocks * combinations)];
  for (let cell = 0; cell < means.length; cell++) {
    const place = random() < mixed ? Math.floor(random() * kinds.length) : cell % combinations;
    const made = CELLS[kinds[place % kinds.length] ?? '']?.(random) ?? [0, 0];
    [means[cell], squares[cell]] = [made[0], made[1]];
  }
  return { combinations, blocks, counts, means, squares } satisfies BlockReturns;
}

describe('the counter of overfitted splits', () => {
  it('counts the same, plain and as WebAssembly', () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(counted, (input) => {
        const returns = returnsOf(input);
        const pairs = splitPairs(input.blocks);
        const first = Math.floor(input.pair * pairs);
        const [plain, wasm] = [openPlainCounter(returns), openCounter(returns)];

        for (let pair = first; pair < Math.min(pairs, first + 20); pair++) {
          const range = { from: pair, to: pair + 1 };
          const count = plain.count(range);
          expect(wasm.count(range)).toBe(count);
          seen.add(count);
        }
        const [from, to] = [first, Math.min(pairs, first + 50)];
        expect(wasm.count({ from, to })).toBe(plain.count({ from, to }));
        wasm.close();
      }),
      { seed: 20_261_129, numRuns: 300 },
    );
    expect(seen).toEqual(new Set([0, 1, 2]));
  }, 60_000);

  it('takes the first that ties with the best for the best', () => {
    const scores = Float64Array.from([-0.5, 0, 0.9025, 1, 0.5625]);

    expect(firstOfBest(scores, { share: 0, floor: 1 })).toBe(3);
    expect(firstOfBest(scores, { share: 0.1, floor: 1 })).toBe(2);
    expect(firstOfBest(scores, { share: 0.1, floor: 10 })).toBe(1);
  });

  it('scores exactly only in the halves where a steady block has nothing else beside it', () => {
    const [bars, mean, steady, noisy] = [100, 1e-4, 1e-20, 0.01];
    const halfOf = (squares: readonly number[]) => {
      const power = squares.reduce((sum, square) => sum + square + bars * mean * mean, 0);
      const sum = bars * squares.length * mean;
      return isTrusted((sum * sum) / power, power, bars * squares.length);
    };

    expect(halfOf([steady, steady, steady, steady])).toBe(false);
    expect(halfOf([steady, steady, steady, noisy])).toBe(true);
    expect(isTrusted(0, 0, bars)).toBe(true);
  });
});
