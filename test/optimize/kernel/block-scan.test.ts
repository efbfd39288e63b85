/** The scan of two averages by the kernel against the definition of its target, where rounding decides. */
import { describe, expect, test } from 'vitest';
import { openBlockScan } from '../../../src/optimize/kernel/block-scan.ts';
import { LongMemory } from '../../../src/optimize/kernel/long-memory.ts';
import { BLOCK } from '../../../src/optimize/kernel/pieces.ts';
import { type Crossing, CrossingScanner, crossingTarget } from '../../../src/strategies/crossing.ts';
import { seededRandom } from '../../support/random.ts';
import { flatBars } from '../../support/series.ts';

/** Units in the last place that a short average is away from its bound, at most. */
const NEAR = 3n;
const NO_BAR = -1;

/** `count` representable numbers further. */
function stepped(value: number, count: bigint): number {
  const bits = new BigInt64Array(Float64Array.of(value).buffer);
  bits[0] = (bits[0] ?? 0n) + count;
  return new Float64Array(bits.buffer)[0] ?? Number.NaN;
}

/** A block of averages of which the short one is at its bound, but for some last bits, now above it and now below. */
function averagesAt(bound: number, seed: number): Crossing {
  const random = seededRandom(seed);
  const long = Float64Array.from({ length: BLOCK }, () => 1 + 99 * random());
  const steps = Number(2n * NEAR + 1n);
  const short = long.map((slow) => stepped(slow * (1 + bound), BigInt(Math.floor(random() * steps)) - NEAR));
  return { short, long, bound, down: 0 };
}

/** Bars and targets of the changes that the kernel finds. */
function scanned(crossing: Crossing): readonly (readonly [number, number])[] {
  const memory = new LongMemory(flatBars(Array<number>(BLOCK).fill(1)), { commission: 0, slippage: 0 }, 1);
  const scan = openBlockScan(memory, new CrossingScanner(crossing), memory.record(0).address);
  memory.load(0, BLOCK);
  memory.changes.bars.fill(NO_BAR);
  scan.scan({ from: 0, to: BLOCK, pieces: [] });
  const { bars, targets } = memory.changes;
  const found = Array.from(bars, (bar, i) => [bar, targets[i] ?? Number.NaN] as const).filter(
    ([bar]) => bar !== NO_BAR,
  );
  memory.release();
  return found;
}

function defined(crossing: Crossing): readonly (readonly [number, number])[] {
  const targets = Array.from({ length: BLOCK }, (_, t) => crossingTarget(crossing, t));
  return targets.flatMap((target, t) => (target === (targets[t - 1] ?? 0) ? [] : [[t, target] as const]));
}

describe('the scan of two averages', () => {
  test.each([0, 0.001, 0.005, 0.03, 1 / 3, 1.5])('follows its definition at a bound of %d to the last bit', (bound) => {
    for (let seed = 0; seed < 20; seed++) {
      const crossing = averagesAt(bound, seed);
      const expected = defined(crossing);

      expect(expected.length).toBeGreaterThan(100);
      expect(scanned(crossing)).toEqual(expected);
    }
  });
});
