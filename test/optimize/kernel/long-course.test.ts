import { describe, expect, test } from 'vitest';
import { LongCourse } from '../../../src/optimize/kernel/long-course.ts';
import { LongMemory } from '../../../src/optimize/kernel/long-memory.ts';
import { planBlocks } from '../../../src/optimize/kernel/pieces.ts';
import { planSegments } from '../../../src/optimize/segments.ts';
import { walkForwardFolds } from '../../../src/optimize/walk-forward.ts';
import type { TargetScanner } from '../../../src/strategies/index.ts';
import { barsOf, type Row } from '../../support/series.ts';

const BARS = 200;
const TRAINED = 100;
const CAPITAL = 333.33;

/** Follows a scanner over these bars, the first half of them a slice. */
function followed(rows: readonly Row[], scanner: TargetScanner, commission: number) {
  const segments = planSegments(walkForwardFolds(BARS, { nSplits: 1, trainRatio: TRAINED / BARS }, 1));
  const memory = new LongMemory(barsOf(rows, 'ANY'), { commission, slippage: 0 }, 1);
  const row = new Float64Array(200);
  const course = new LongCourse({ memory, capital: CAPITAL }, scanner, { place: 0, row });
  for (const block of planBlocks(segments)) {
    memory.load(block.from, block.to);
    course.advance(block);
  }
  const { isDoubtful } = course;
  memory.release();
  return { isDoubtful };
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

describe('a long position in one symbol', () => {
  test('is not trusted once its price has fallen so far that what the purchase left of the cash counts', () => {
    const fallen = (by: number) =>
      Array.from({ length: BARS }, (_, t): Row => {
        const price = t < 50 ? 3.7 : 3.7 / by;
        return [price, price, price, t % 2 === 0 ? price : price * 1.1];
      });

    expect(followed(fallen(10), holding, 0.0005).isDoubtful).toBe(false);
    expect(followed(fallen(1e9), holding, 0.0005).isDoubtful).toBe(true);
  });
});
