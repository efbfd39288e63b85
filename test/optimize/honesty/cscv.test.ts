import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { mergeMoments, NO_MOMENTS, segmentMoments } from '../../../src/optimize/figures.ts';
import { type BlockReturns, blockReturns } from '../../../src/optimize/honesty/block-returns.ts';
import { type OpenCounter, openPlainCounter } from '../../../src/optimize/honesty/counting/index.ts';
import { countOverfitted } from '../../../src/optimize/honesty/cscv.ts';
import { splitMasks, splitPairs } from '../../../src/optimize/honesty/splits.ts';
import { planSegments } from '../../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../../src/optimize/walk-forward.ts';
import { seededRandom } from '../../support/random.ts';
import { plainSharpe, rowOf, testedBars } from './rows.ts';

function planOf(bars: number, nSplits: number, trainRatio = 0.5) {
  return planSegments(walkForwardFolds(bars, { nSplits, trainRatio }, 1));
}

/** The definition: every split from scratch, returns gathered anew, ranks by counting, the logarithm taken. */
function bruteForce(returns: readonly (readonly number[])[], bars: number, nSplits: number) {
  const chains = returns.map((series) => testedBars(planOf(bars, nSplits)).map((bar) => series[bar] ?? Number.NaN));
  const length = chains[0]?.length ?? 0;
  const most = Math.min(16, Math.floor(length / 10));
  const blocks = most - (most % 2);
  const size = Math.floor(length / blocks);
  let [splits, overfitted] = [0, 0];
  for (let mask = 0; mask < 2 ** blocks; mask++) {
    const chosen = (bar: number) => (mask >> Math.min(blocks - 1, Math.floor(bar / size))) & 1;
    if (Array.from({ length: blocks }, (_, block) => (mask >> block) & 1).filter(Boolean).length !== blocks / 2)
      continue;
    const inSample = chains.map((chain) => plainSharpe(chain.filter((_, bar) => chosen(bar) === 1)));
    const outOfSample = chains.map((chain) => plainSharpe(chain.filter((_, bar) => chosen(bar) === 0)));
    const best = Math.max(...inSample);
    const own = outOfSample[inSample.findIndex((sharpe) => ties(sharpe, best))] ?? Number.NaN;
    const equal = outOfSample.filter((sharpe) => ties(sharpe, own)).length;
    const below = outOfSample.filter((sharpe) => sharpe < own && !ties(sharpe, own)).length;
    const omega = (below + (equal + 1) / 2) / (chains.length + 1);
    splits++;
    if (Math.log(omega / (1 - omega)) <= 1e-12) overfitted++;
  }
  return { splits, overfitted };
}

/** Sharpe ratios of the same returns, whatever the last bits of these are. */
function ties(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a), Math.abs(b));
}

function tallyOf(returns: readonly (readonly number[])[], bars: number, nSplits: number, open?: OpenCounter) {
  const plan = planOf(bars, nSplits);
  const blocks = blockReturns(
    returns.map((series) => rowOf(series, plan)),
    plan,
  );
  return blocks === null ? null : countOverfitted(blocks, [{ from: 0, to: splitPairs(plan.blocks) }], open);
}

const KINDS = ['random', 'random', 'repeated', 'shaken', 'sleepy', 'flat', 'constant', 'thin', 'stepped', 'tiny'];

/** Noise; some combinations repeat another, are flat for a while, or have next to no variance or no return. */
const market = fc.record({
  seed: fc.integer(),
  bars: fc.integer({ min: 82, max: 260 }),
  nSplits: fc.integer({ min: 1, max: 4 }),
  kinds: fc.array(fc.constantFrom(...KINDS), {
    minLength: 2,
    maxLength: 9,
  }),
});

function returnsOf({ seed, bars, kinds }: { seed: number; bars: number; kinds: readonly string[] }) {
  const random = seededRandom(seed);
  const made: number[][] = [];
  for (const kind of kinds) {
    const noise = Array.from({ length: bars }, () => 0.02 * (random() - 0.5));
    const nap = Math.floor(random() * bars);
    if (kind === 'repeated' && made[0] !== undefined) made.push(made[0]);
    else if (kind === 'shaken' && kinds[0] === 'random' && made[0] !== undefined) made.push(shaken(made[0]));
    else if (kind === 'sleepy') made.push(noise.map((value, bar) => (Math.abs(bar - nap) < bars / 3 ? 0 : value)));
    else if (kind === 'flat') made.push(noise.map(() => 0));
    else if (kind === 'constant') made.push(noise.map(() => 0.0009765625));
    else if (kind === 'thin') made.push(noise.map((value) => 0.001 + 1e-5 * value));
    else if (kind === 'stepped') made.push(noise.map((_, bar) => 0.001 + 1e-8 * Math.floor(bar / 7)));
    else if (kind === 'tiny') made.push(noise.map((value) => 1e-16 * (value + 0.01)));
    else made.push(noise);
  }
  return made;
}

/** The same returns as after another way of rounding: a few last bits differ. */
function shaken(returns: readonly number[]): number[] {
  return returns.map((value, bar) => 1 + value + (bar % 3) * Number.EPSILON - 1);
}

describe('the count of overfitted splits', () => {
  it('lets combinations with the same returns tie, whatever their last bits', () => {
    const made = returnsOf({ seed: 7, bars: 200, kinds: ['random', 'random', 'random'] });
    const [first = []] = made;

    const tally = tallyOf([...made, shaken(first)], 200, 2);

    expect(tally).toEqual(tallyOf([...made, first], 200, 2));
    expect(tally).toEqual(bruteForce([...made, first], 200, 2));
  });

  it('equals the definition, split by split from scratch', () => {
    fc.assert(
      fc.property(market, (input) => {
        const returns = returnsOf(input);

        const found = tallyOf(returns, input.bars, input.nSplits);

        expect(found).toEqual(bruteForce(returns, input.bars, input.nSplits));
        expect(tallyOf(returns, input.bars, input.nSplits, openPlainCounter)).toEqual(found);
      }),
      {
        seed: 3,
        numRuns: 40,
        examples: [[{ seed: 1, bars: 330, nSplits: 3, kinds: ['random', 'sleepy', 'repeated'] }]],
      },
    );
  }, 60_000);

  it('is the same for any cut into ranges', () => {
    const returns = returnsOf({ seed: 5, bars: 300, kinds: Array.from({ length: 7 }, () => 'random') });
    const plan = planOf(300, 2);
    const blocks = blockReturns(
      returns.map((series) => rowOf(series, plan)),
      plan,
    ) as BlockReturns;
    const pairs = splitPairs(plan.blocks);
    const whole = countOverfitted(blocks, [{ from: 0, to: pairs }]);

    fc.assert(
      fc.property(fc.array(fc.nat(pairs), { maxLength: 6 }), (cuts) => {
        const borders = [0, ...cuts.toSorted((a, b) => a - b), pairs];
        const ranges = borders.slice(1).map((to, i) => ({ from: borders[i] ?? 0, to }));
        const parts = ranges.map((range) => countOverfitted(blocks, [range]));

        expect(countOverfitted(blocks, ranges)).toEqual(whole);
        expect(parts.reduce((sum, part) => sum + part.overfitted, 0)).toBe(whole.overfitted);
        expect(parts.reduce((sum, part) => sum + part.splits, 0)).toBe(whole.splits);
      }),
      { seed: 4, numRuns: 25 },
    );
  });

  it('is 0 when one combination is best everywhere, and all when the best of one half is the worst of the other', () => {
    const noise = (seed: number) =>
      Array.from(
        { length: 160 },
        (
          (random) => () =>
            random() - 0.5
        )(seededRandom(seed)),
      );
    const steady = [0.3, 0.2, 0.1, 0].map((drift, seed) => noise(seed).map((value) => 0.01 * (value + 5 * drift)));
    expect(tallyOf(steady, 160, 1)).toEqual({ splits: 70, overfitted: 0 });

    // Whoever gains in a block more than another has lost as much in the opposite ones.
    const seesaw = [1, -1].map((sign) =>
      noise(9).map((value, bar) => (bar < 80 ? 0 : 0.01 * value + sign * halfOf(bar))),
    );
    const tally = tallyOf(seesaw, 160, 1);
    expect(tally?.overfitted).toBeGreaterThan(0.6 * (tally?.splits ?? 0));
  });

  it('takes a tie of all for the median', () => {
    const flat = Array.from({ length: 4 }, () => Array.from({ length: 100 }, () => 0));

    expect(tallyOf(flat, 100, 1)).toEqual({ splits: 6, overfitted: 6 });
  });

  it('gives returns without variance a Sharpe ratio of exactly 0, however they were summed', () => {
    // 0.1 % every bar is no better than a loss of 0.1 % every bar, and worse than a noisy gain.
    const noisy = Array.from({ length: 160 }, (_, bar) => 0.0001 + (bar % 2 === 0 ? 0.001 : -0.001));
    const constant = (value: number) => Array.from({ length: 160 }, () => value);
    const returns = [constant(-0.001), constant(0.001), noisy];

    expect(tallyOf(returns, 160, 1)).toEqual(bruteForce(returns, 160, 1));
    expect(tallyOf(returns, 160, 1)).toEqual({ splits: 70, overfitted: 0 });
  });

  it('knows a steady gain from none at all', () => {
    const wave = Array.from({ length: 160 }, (_, bar) => Math.sin(bar * bar));
    const noisy = wave.map((value) => 0.0001 + 0.01 * value);
    const all = { splits: 70, overfitted: 0 };

    // Nearly the same gain every bar: hardly any variance, and the best Sharpe ratio in every half.
    expect(tallyOf([noisy, wave.map((value) => 0.001 + 1e-8 * value)], 160, 1)).toEqual(all);
    // Constant within a block, slightly different from block to block.
    expect(tallyOf([noisy, wave.map((_, bar) => 0.001 + 1e-8 * Math.floor(bar / 10))], 160, 1)).toEqual(all);
    // Gains that are no more than rounding count for nothing, however steady: both tie.
    const dust = [wave.map((value) => 1e-17 * (value + 1)), wave.map(() => 0)];
    expect(tallyOf(dust, 160, 1)).toEqual({ splits: 70, overfitted: 70 });
  });

  test.each([
    [4, 3],
    [6, 10],
    [8, 35],
    [16, 6435],
  ])('of %i blocks knows %i pairs of splits, each with half of the blocks', (blocks, pairs) => {
    const masks = splitMasks(blocks);

    expect(masks).toHaveLength(pairs);
    expect(new Set(masks).size).toBe(pairs);
    expect([...masks].every((mask) => bitsOf(mask) === blocks / 2 && mask >> (blocks - 1) === 0)).toBe(true);
  });
});

function halfOf(bar: number): number {
  return Math.floor(bar / 10) % 2 === 0 ? 0.02 : -0.02;
}

describe('the moments of blocks', () => {
  it('merge what a block has of two test slices', () => {
    const random = seededRandom(2);
    const plan = planOf(330, 3);
    const returns = Array.from({ length: 330 }, () => random() - 0.4);
    const chain = testedBars(plan).map((bar) => returns[bar] ?? Number.NaN);

    const blocks = blockReturns([rowOf(returns, plan), rowOf(returns, plan)], plan);

    const size = Math.floor(chain.length / plan.blocks);
    expect(new Set(plan.blockOf).size - 1).toBeLessThan(plan.blockOf.filter((block) => block >= 0).length);
    for (let block = 0; block < plan.blocks; block++) {
      const own = chain.slice(block * size, block === plan.blocks - 1 ? undefined : (block + 1) * size);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      expect(blocks?.counts[block]).toBe(own.length);
      expect(blocks?.means[2 * block + 1]).toBeCloseTo(mean, 14);
      expect(blocks?.squares[2 * block]).toBeCloseTo(
        own.reduce((sum, value) => sum + (value - mean) ** 2, 0),
        12,
      );
    }
  });

  it('are merged in the order of the segments, to the bit', () => {
    const random = seededRandom(3);
    const plan = planOf(330, 3);
    const row = rowOf(
      Array.from({ length: 330 }, () => random() - 0.4),
      plan,
    );

    const found = blockReturns([row, row], plan);

    for (let block = 0; block < plan.blocks; block++) {
      const segments = [...plan.blockOf.keys()].filter((segment) => plan.blockOf[segment] === block);
      const merged = segments.reduce((sum, each) => mergeMoments(sum, segmentMoments(row, plan, each)), NO_MOMENTS);
      expect({
        count: found?.counts[block],
        mean: found?.means[2 * block + 1],
        squares: found?.squares[2 * block],
      }).toEqual(merged);
    }
  });

  it('are none for a single combination and for fewer than four blocks', () => {
    const plan = planOf(160, 1);
    const short = planOf(78, 1);

    expect(blockReturns([rowOf(new Float64Array(160), plan)], plan)).toBeNull();
    expect(blockReturns([rowOf(new Float64Array(78), short), rowOf(new Float64Array(78), short)], short)).toBeNull();
  });
});

function bitsOf(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}
