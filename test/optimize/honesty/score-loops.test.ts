/** The WebAssembly loops compute what the plain ones define, bit by bit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Loops, openLoops, openPlainLoops } from '../../../src/optimize/honesty/scores/index.ts';

/** A sum or a power of a half: what trades gave, nothing at all, next to nothing, and too much. */
const number = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  fc.constantFrom(0, -0, 1e-25, -1e-25, 1e-300, 5e-324, 1e300, 0.25, 0.25),
);

const half = fc.integer({ min: 1, max: 9 }).chain((combinations) =>
  fc.record({
    sums: fc.array(number, { minLength: combinations, maxLength: combinations }),
    powers: fc.array(number.map(Math.abs), { minLength: combinations, maxLength: combinations }),
    moreSums: fc.array(number, { minLength: 3 * combinations, maxLength: 3 * combinations }),
    morePowers: fc.array(number.map(Math.abs), { minLength: 3 * combinations, maxLength: 3 * combinations }),
    union: fc.nat(2),
    place: fc.nat(combinations - 1),
    tie: fc.constantFrom(1e-10, 0.3),
  }),
);

type Half = typeof half extends fc.Arbitrary<infer Value> ? Value : never;

/** All that the loops say of a half. */
function answers(loops: Loops, { union, place, tie, ...numbers }: Half) {
  const column = (values: readonly number[]): Float64Array => {
    const made = loops.column(values.length);
    made.set(values);
    return made;
  };
  const columns = {
    sums: column(numbers.sums),
    powers: column(numbers.powers),
    moreSums: column(numbers.moreSums),
    morePowers: column(numbers.morePowers),
    scores: loops.column(numbers.sums.length),
  };
  const offset = union * numbers.sums.length;
  const best = loops.score(columns, offset, { share: tie, floor: 1e-6 });
  const scores = Array.from(columns.scores);
  columns.scores.set(columns.sums);
  const bestOfOthers = loops.best(columns.scores, { share: tie, floor: 1e-6 });
  const score = columns.scores[place] ?? 0;
  const lead = loops.lead(columns.scores, {
    least: score - tie * Math.abs(score),
    most: score + tie * Math.abs(score),
  });
  loops.add(columns.sums, columns.moreSums, offset);
  const added = Array.from(columns.sums);
  loops.close();
  return { scores, best, bestOfOthers, lead, added };
}

function lengthsOf({ sums, moreSums }: Half): readonly number[] {
  return [sums.length, sums.length, moreSums.length, moreSums.length, sums.length];
}

describe('the loops of the cross-validation', () => {
  it('answer the same, plain and as WebAssembly', () => {
    const places = new Set<number>();
    fc.assert(
      fc.property(half, (input) => {
        const plain = answers(openPlainLoops(), input);

        const wasm = answers(openLoops(lengthsOf(input)), input);

        expect(wasm).toEqual(plain);
        places.add(plain.best);
      }),
      { seed: 20_261_129, numRuns: 2000 },
    );
    // The best was found among those taken four at a time, and among the last few.
    expect(places).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]));
  });

  it('take the first that ties with the best for the best, and give what has no return 0', () => {
    for (const loops of [openPlainLoops(), openLoops([5, 5, 5, 5, 5])]) {
      const column = (values: readonly number[]) => {
        const made = loops.column(5);
        made.set(values);
        return made;
      };
      const nothing = column([0, 0, 0, 0, 0]);
      const columns = {
        ...{ sums: column([-2, 0, 1.9, 2, 1.5]), powers: column([8, 0, 4, 4, 4]) },
        ...{ moreSums: nothing, morePowers: nothing, scores: loops.column(5) },
      };

      expect(loops.score(columns, 0, { share: 0, floor: 1 })).toBe(3);
      expect([...columns.scores]).toEqual([-0.5, 0, (1.9 * 1.9) / 4, 1, 2.25 / 4]);
      expect(loops.score(columns, 0, { share: 0.1, floor: 1 })).toBe(2);
      expect(loops.score(columns, 0, { share: 0.1, floor: 10 })).toBe(1);
      loops.close();
    }
  });

  it('begin with zeros, whatever a count before has left', () => {
    const first = openLoops([5]);
    first.column(5).fill(7);
    first.close();

    const second = openLoops([5]);

    expect([...second.column(5)]).toEqual([0, 0, 0, 0, 0]);
    second.close();
  });
});
