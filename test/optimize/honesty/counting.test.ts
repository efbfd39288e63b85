/** The WebAssembly counter counts what the plain one defines, pair by pair. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockReturns } from '../../../src/optimize/honesty/block-returns.ts';
import { openPlainCounter } from '../../../src/optimize/honesty/counting/index.ts';
import { openWasmCounter } from '../../../src/optimize/honesty/counting/wasm-counter.ts';
import { firstOfBest } from '../../../src/optimize/honesty/first-of-best.ts';
import { splitPairs } from '../../../src/optimize/honesty/splits.ts';
import { at } from '../../../src/strategies/index.ts';
import { seededRandom } from '../../support/random.ts';

/**
 * Mean and Σ(r − mean)² of a block of some 20 bars: what trades gave, steady, none, next to none, and too much. Beside the early
 * blocks of what is uneven single precision holds nothing of its late ones; what is heavy cannot be squared in double precision.
 */
const CELLS: Readonly<Record<string, (random: () => number, isLate: boolean) => readonly [number, number]>> = {
  noisy: (random) => [0.001 * (random() - 0.5), 0.01 * (0.5 + random())],
  coarse: (random) => [Math.round(2 * random() - 1), 1 + Math.round(random())],
  steady: (random) => [1e-4 * Math.round(3 * random()), 1e-20],
  constant: () => [0.001, 0],
  flat: () => [0, 0],
  tiny: (random) => [1e-14 * (random() - 0.5), 1e-28 * random()],
  uneven: (random, isLate) => (isLate ? [1e-9 * (random() - 0.5), 1e-17] : [1e10 * (random() - 0.5), 1e20]),
  heavy: (random) => [1e153 * (random() - 0.5), 1e304],
  huge: (random) => [1e160 * random(), 1e300],
  broken: () => [Number.NaN, Number.NaN],
};

/** By how much the mean of a twin is off, as a share: nothing, as little as ties, hardly more, and little enough for f32. */
const TWINS: readonly number[] = [0, 0, 1e-15, 1e-11, -1e-11, 1e-10, 1e-9, -1e-9, 1e-8, 1e-7];
/** What all returns of a twin are multiplied by. */
const SCALES: readonly number[] = [1, 1, 3, 1e3, 1e60];

/** What returns are made of. */
interface Shape {
  readonly seed: number;
  readonly combinations: number;
  readonly blocks: number;
  readonly kinds: readonly string[];
  readonly mixed: number;
  readonly twins: number;
  readonly isFlooded: boolean;
}

const counted = fc.record({
  seed: fc.integer(),
  combinations: fc.oneof(fc.integer({ min: 2, max: 70 }), fc.integer({ min: 2, max: 300 })),
  blocks: fc.integer({ min: 2, max: 8 }).map((half) => 2 * half),
  // Of a combination; a block is of another kind now and then.
  kinds: fc.array(fc.constantFrom('noisy', 'coarse', ...Object.keys(CELLS)), { minLength: 1, maxLength: 4 }),
  mixed: fc.constantFrom(0, 0.1),
  // Share of combinations that do as an earlier one does, nearly.
  twins: fc.constantFrom(0, 0.3, 0.9, 1),
  // A block in which nobody's returns can be squared, so that no combination has a score in its half.
  isFlooded: fc.constantFrom(false, false, false, true),
  pair: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
});

function returnsOf({ seed, combinations, blocks, kinds, mixed, twins, isFlooded }: Shape) {
  const random = seededRandom(seed);
  const counts = Float64Array.from({ length: blocks }, () => 10 + Math.floor(20 * random()));
  const [means, squares] = [new Float64Array(blocks * combinations), new Float64Array(blocks * combinations)];
  for (let cell = 0; cell < means.length; cell++) {
    const place = random() < mixed ? Math.floor(random() * kinds.length) : cell % combinations;
    const made = CELLS[kinds[place % kinds.length] ?? '']?.(random, cell >= means.length / 2) ?? [0, 0];
    [means[cell], squares[cell]] = [made[0], made[1]];
  }
  for (let place = 1; place < combinations; place++) {
    if (random() >= twins) continue;
    const model = random() < 0.5 ? 0 : Math.floor(random() * place);
    const scale = SCALES[Math.floor(random() * SCALES.length)] ?? 1;
    const shift = scale * (1 + (TWINS[Math.floor(random() * TWINS.length)] ?? 0));
    // Some tie in one half and differ in the other.
    const alike = random() < 0.5 ? blocks : blocks / 2;
    for (let block = 0; block < alike; block++) {
      const [from, to] = [block * combinations + model, block * combinations + place];
      means[to] = at(means, from) * shift;
      squares[to] = at(squares, from) * scale * scale;
    }
  }
  if (isFlooded) {
    means.fill(1e160, -combinations);
    squares.fill(1e300, -combinations);
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
        const [plain, wasm] = [openPlainCounter(returns), openWasmCounter(returns)];

        // The half of the first pair is the early blocks.
        for (let pair = 0; pair < Math.min(pairs, first + 20); pair = Math.max(pair + 1, first)) {
          const range = { from: pair, to: pair + 1 };
          const count = plain.count(range);
          expect(wasm.count(range)).toBe(count);
          seen.add(count);
        }
        const [from, to] = [first, Math.min(pairs, first + 50)];
        expect(wasm.count({ from, to })).toBe(plain.count({ from, to }));
        expect(wasm.exactScores()).toBe(plain.exactScores());
        wasm.close();
      }),
      { seed: 20_261_129, numRuns: 600 },
    );
    expect(seen).toEqual(new Set([0, 1, 2]));
  }, 60_000);

  it.each([
    ['in single precision cannot be told apart', ['noisy'], 1],
    ['are the same', ['coarse', 'flat'], 1],
    ['have blocks that are nothing beside others', ['noisy', 'uneven'], 0],
    ['are too heavy to be squared', ['noisy', 'heavy'], 0],
  ])('counts the same where hundreds %s', (_name, kinds, twins) => {
    for (let seed = 0; seed < 20; seed++) {
      const shape = { seed, combinations: 100 + 10 * seed, blocks: 6, kinds, mixed: 0, twins, isFlooded: false };
      const returns = returnsOf(shape);
      const [plain, wasm] = [openPlainCounter(returns), openWasmCounter(returns)];

      const pairs = Array.from({ length: splitPairs(6) }, (_, from) => ({ from, to: from + 1 }));
      expect(pairs.map((pair) => wasm.count(pair))).toEqual(pairs.map((pair) => plain.count(pair)));
      wasm.close();
    }
  });

  it('tries rough scores again after a count in which ties abounded', () => {
    const shape = { seed: 1, combinations: 200, blocks: 10, mixed: 0, twins: 0, isFlooded: false };
    const pairs = splitPairs(10);
    const fineHalves = (kinds: readonly string[]): number => {
      const counter = openWasmCounter(returnsOf({ ...shape, kinds }));
      counter.count({ from: 0, to: pairs });
      const fine = counter.fineHalves();
      counter.close();
      return fine;
    };

    expect(fineHalves(['flat'])).toBe(2 * pairs);
    expect(fineHalves(['noisy'])).toBeLessThan(pairs / 10);
    expect(fineHalves(['noisy', 'heavy'])).toBe(2 * pairs);
  });

  it('takes the first that ties with the best for the best', () => {
    const scores = Float64Array.from([-0.5, 0, 0.9025, 1, 0.5625]);

    expect(firstOfBest(scores, { share: 0, floor: 1 })).toBe(3);
    expect(firstOfBest(scores, { share: 0.1, floor: 1 })).toBe(2);
    expect(firstOfBest(scores, { share: 0.1, floor: 10 })).toBe(1);
  });

  it.each([
    ['plain', openPlainCounter],
    ['as WebAssembly', openWasmCounter],
  ])('scores exactly only in the half where a steady block has nothing else beside it, %s', (_name, open) => {
    const [steady, noisy] = [1e-20, 0.01];
    // Four blocks of two combinations, the first of which is steady in so many.
    const exactlyScored = (steadyBlocks: number): number => {
      const squares = Float64Array.from({ length: 8 }, (_, cell) =>
        cell % 2 === 0 && cell / 2 < steadyBlocks ? steady : noisy,
      );
      const counter = open({
        ...{ combinations: 2, blocks: 4, squares },
        ...{ counts: new Float64Array(4).fill(100), means: new Float64Array(8).fill(1e-4) },
      });
      counter.count({ from: 0, to: 3 });
      const exact = counter.exactScores();
      counter.close();
      return exact;
    };

    // Of the six halves those that are all steady.
    expect([0, 1, 2, 3, 4].map(exactlyScored)).toEqual([0, 0, 1, 3, 6]);
  });
});
