/**
 * What the verdict is for: of data without an edge next to nothing is accepted, of data with one nearly everything. Daily
 * bars of five years, the default grid of momentum, five windows, costs as they are by default.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../src/core/index.ts';
import type { Bars } from '../../../src/market/index.ts';
import { builtInStrategies, StrategyRegistry } from '../../../src/strategies/index.ts';
import { barsOf, type Row } from '../../support/series.ts';
import { type JudgedJob, judgedJob } from './judged-job.ts';

const SEED = 'honesty-2026';
const BARS = 1260;
const momentum = new StrategyRegistry(builtInStrategies).get('momentum');

/** Prices whose log return per bar is normal with `volatility` around what `drift` says. */
function walk(seed: string, volatility: number, drift: (random: Random) => () => number): Bars {
  const random = seededRandom(seed);
  const driftOfBar = drift(random);
  let close = 100;
  const rows = Array.from({ length: BARS }, (): Row => {
    const open = close;
    close *= Math.exp(driftOfBar() - volatility ** 2 / 2 + volatility * random.normal());
    return [open, Math.max(open, close), Math.min(open, close), close];
  });
  return barsOf(rows);
}

/** Nothing to be found: 1 % a day, no drift, no memory. */
function randomWalk(seed: string): Bars {
  return walk(seed, 0.01, () => () => 0);
}

/**
 * Something to be found: markets rise by 0.5 % a day for 40 to 120 bars, then fall by 0.5 % for 20 to 60, with 0.6 % of
 * noise a day. Averages of every window of the grid notice a turn in time, short ones earlier: an edge that is there in
 * training and in test, and that orders the combinations alike in both.
 */
function trends(seed: string): Bars {
  return walk(seed, 0.006, (random) => {
    let isRising = random.uniform() < 0.5;
    let left = 0;
    return () => {
      if (left <= 0) {
        isRising = !isRising;
        left = (isRising ? 80 : 40) * (0.5 + random.uniform());
      }
      left--;
      return isRising ? 0.005 : -0.005;
    };
  });
}

function judgeSeeds(count: number, market: (seed: string) => Bars): readonly JudgedJob[] {
  return Array.from({ length: count }, (_, place) => judgedJob(momentum, market(`${SEED}/${place}`)));
}

function acceptedShare(jobs: readonly JudgedJob[]): number {
  return jobs.filter(({ verdict }) => verdict === 'accept').length / jobs.length;
}

describe(`on simulated markets (seeds ${SEED}/0, /1, …)`, () => {
  let noise: readonly JudgedJob[] = [];
  let edge: readonly JudgedJob[] = [];

  beforeAll(() => {
    noise = judgeSeeds(200, randomWalk);
    edge = judgeSeeds(50, trends);
  }, 120_000);

  it('accepts at most 5 % of 200 random walks', () => {
    expect(noise).toHaveLength(200);
    expect(acceptedShare(noise), `accepted of random walks, seed ${SEED}`).toBeLessThanOrEqual(0.05);
  });

  it('finds a PBO near one half on random walks', () => {
    const mean = noise.reduce((sum, { pbo }) => sum + (pbo ?? Number.NaN), 0) / noise.length;

    expect(mean, `mean PBO of random walks, seed ${SEED}`).toBeGreaterThan(0.4);
    expect(mean, `mean PBO of random walks, seed ${SEED}`).toBeLessThan(0.6);
  });

  it('takes the best of a random walk for real about as seldom as the deflated Sharpe ratio promises', () => {
    const share = (read: (job: JudgedJob) => number | null) =>
      noise.filter((job) => (read(job) ?? 0) >= 0.95).length / noise.length;

    expect(share(({ deflatedSharpe }) => deflatedSharpe)).toBeLessThanOrEqual(0.05);
    // The same figure that does not know how many were tried is fooled far more often.
    expect(share(({ undeflated }) => undeflated)).toBeGreaterThan(0.1);
  });

  it('accepts at least 80 % of 50 markets with trends', () => {
    expect(edge).toHaveLength(50);
    expect(acceptedShare(edge), `accepted of markets with trends, seed ${SEED}`).toBeGreaterThanOrEqual(0.8);
  });

  it('finds next to no overfitting where there are trends, and a result that lasts', () => {
    const mean = (read: (job: JudgedJob) => number | null) =>
      edge.reduce((sum, job) => sum + (read(job) ?? Number.NaN), 0) / edge.length;

    expect(mean(({ pbo }) => pbo)).toBeLessThan(0.1);
    expect(mean(({ oosSharpe }) => oosSharpe)).toBeGreaterThan(2);
  });
});
