import { describe, expect, test } from 'vitest';
import type { Bars } from '../../../src/market/index.ts';
import { evaluatePlainly } from '../../../src/optimize/evaluate.ts';
import { rowWidth } from '../../../src/optimize/figures.ts';
import { LongCourse } from '../../../src/optimize/kernel/long-course.ts';
import { LongMemory } from '../../../src/optimize/kernel/long-memory.ts';
import { planBlocks } from '../../../src/optimize/kernel/pieces.ts';
import { planSegments } from '../../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../../src/optimize/walk-forward.ts';
import {
  builtInStrategies,
  StrategyRegistry,
  type StrategyType,
  type TargetScanner,
} from '../../../src/strategies/index.ts';
import { evaluationPlan, figuresOf } from '../../support/evaluation.ts';
import { barsOf, flatBars, type Row } from '../../support/series.ts';

const BARS = 200;
const TRAINED = 100;
const CAPITAL = 333.33;
const COMMISSION = 0.0005;

/** Follows a scanner over these bars, the first half of them a slice. */
function followed(bars: Bars, scanner: TargetScanner) {
  const segments = planSegments(walkForwardFolds(BARS, { nSplits: 1, trainRatio: TRAINED / BARS }, 1));
  const memory = new LongMemory(bars, { commission: COMMISSION, slippage: 0 }, 1);
  const row = new Float64Array(rowWidth(segments));
  const course = new LongCourse({ memory, capital: CAPITAL }, scanner, { place: 0, row });
  for (const block of planBlocks(segments)) {
    memory.load(block.from, block.to);
    course.advance(block);
  }
  const { isDoubtful } = course;
  memory.release();
  return { isDoubtful, row, segments };
}

/** Buys after the first bar. */
const holding: TargetScanner = {
  scan(from, _to, changes) {
    if (from > 0) return 0;
    changes.bars[0] = 0;
    changes.targets[0] = 1;
    return 1;
  },
};

/** Buys after the first bar and sells after the second. */
const passing: TargetScanner = {
  scan(from, _to, changes) {
    if (from > 0) return 0;
    changes.bars.set([0, 1]);
    changes.targets.set([1, 0]);
    return 2;
  },
};

/** Decides as `passing`. */
function passingType(): StrategyType {
  const momentum = new StrategyRegistry(builtInStrategies).get('momentum');
  if (momentum.trades !== 'targets') throw new Error('it has targets');
  const { scanner: _own, ...type } = momentum;
  return { ...type, indicators: () => [], problem: () => null, decide: (_input, targets) => void (targets[0] = 1) };
}

describe('a long position in one symbol', () => {
  test('is not trusted once its price has fallen so far that what the purchase left of the cash counts', () => {
    const fallen = (by: number) =>
      Array.from({ length: BARS }, (_, t): Row => {
        const price = t < 50 ? 3.7 : 3.7 / by;
        return [price, price, price, t % 2 === 0 ? price : price * 1.1];
      });

    expect(followed(barsOf(fallen(10)), holding).isDoubtful).toBe(false);
    expect(followed(barsOf(fallen(1e9)), holding).isDoubtful).toBe(true);
  });

  // Sold for what makes up for both commissions, but for some of the last bits.
  test.each([
    ['1.7e-16', 3.333331665832917, 0],
    ['1.9e-15', 3.3333316658329224, 0],
    ['2.05e-15', 3.333331665832923, 1],
  ])('that gains %s of the equity is won where it is won by definition', (_gain, price, wins) => {
    const bars = flatBars(Array.from({ length: BARS }, (_, t) => (t < 2 ? 3.33 : price)));
    const settings = { initialCapital: CAPITAL, commissionBps: 10_000 * COMMISSION, slippageBps: 0 };
    const type = passingType();
    const walkForward = { nSplits: 1, trainRatio: TRAINED / BARS };
    const plan = evaluationPlan(type, { params: [{}], bars: [bars], settings, walkForward });

    const { isDoubtful, row, segments } = followed(bars, passing);
    const expected = evaluatePlainly(plan, type, {});

    expect(isDoubtful).toBe(false);
    const counts = (of: Float64Array) =>
      ['trades', 'wins', 'fills'].map((each) => figuresOf(of, segments).get(`slice 0 ${each}`));
    expect(counts(row)).toEqual([1, wins, 2]);
    expect(expected instanceof Float64Array ? counts(expected) : expected.reason).toEqual([1, wins, 2]);
  });
});
