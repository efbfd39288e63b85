/** The kernel against the plain definition, on whatever fast-check thinks of; it prints the seed of a failure. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bars } from '../../../src/market/index.ts';
import { type EvaluationPlan, evaluatePlainly } from '../../../src/optimize/evaluate.ts';
import { rowWidth } from '../../../src/optimize/figures.ts';
import { evaluateBatch } from '../../../src/optimize/kernel/index.ts';
import {
  builtInStrategies,
  type Parameters,
  StrategyRegistry,
  type TargetStrategy,
} from '../../../src/strategies/index.ts';
import { evaluationPlan, expectSameFigures, paramsOf } from '../../support/evaluation.ts';
import { barsOf, flatBars, type Row, randomBars } from '../../support/series.ts';

const registry = new StrategyRegistry(builtInStrategies);
const quiet = { isCancelled: () => false, onFold: () => undefined };

interface Case {
  readonly typeName: string;
  readonly params: readonly Parameters[];
  readonly plan: EvaluationPlan;
}

const small = fc.integer({ min: 1, max: 40 });
const score = fc.double({ min: 0.1, max: 2.5, noNaN: true });
const exit = fc.oneof(fc.constant(0), fc.double({ min: -1.5, max: 1.5, noNaN: true }));

/** Parameters of each type, over the range that makes it trade. */
const grids: readonly fc.Arbitrary<{ readonly typeName: string; readonly params: readonly Parameters[] }>[] = [
  many('momentum', {
    short_window: small,
    long_window: fc.integer({ min: 1, max: 120 }),
    ma_type: fc.constantFrom('sma', 'ema'),
    signal_threshold: fc.constantFrom(0, 0, 0.005, 0.03, 1.5),
  }),
  many('mean_reversion', {
    window: fc.integer({ min: 2, max: 60 }),
    num_std: score,
    zscore_entry: score.map((value) => -value),
    zscore_exit: fc.option(exit),
  }),
  many('stat_arb', { lookback: fc.integer({ min: 2, max: 60 }), entry_zscore: score, exit_zscore: exit }),
  many('market_making', {
    spread_bps: fc.double({ min: 1, max: 300, noNaN: true }),
    quote_size: fc.integer({ min: 1, max: 60 }),
    volatility_window: fc.integer({ min: 2, max: 30 }),
  }),
];

function many(name: string, model: { readonly [key: string]: fc.Arbitrary<number | string | null> }) {
  const type = registry.get(name);
  return fc
    .array(fc.record(model), { minLength: 1, maxLength: 5 })
    .map((raw) => ({ typeName: name, params: raw.map((each) => paramsOf(type, each)) }));
}

/** Lengths up to a few blocks of 1,024 bars, often near a border, and often shorter than a window. */
const lengths = fc.oneof(
  fc.integer({ min: 8, max: 300 }),
  fc.tuple(fc.constantFrom(1, 2, 3), fc.integer({ min: -2, max: 2 })).map(([blocks, more]) => blocks * 1024 + more),
  fc.integer({ min: 1000, max: 3500 }),
);

/** How the prices of a symbol move. */
const shapes = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  kind: fc.constantFrom('walk', 'walk', 'walk', 'outlier', 'jump', 'constant', 'geometric', 'calm'),
  swing: fc.constantFrom(1e-5, 1e-3, 0.02, 0.2),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
});

type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function barsOfShape({ seed, kind, swing, place }: Shape, length: number): Bars {
  const symbol = `S${seed}`;
  if (kind === 'constant') return flatBars(Array<number>(length).fill(seed + 1), symbol);
  if (kind === 'geometric')
    return flatBars(
      Array.from({ length }, (_, t) => 100 * (1 + swing / 100) ** t),
      symbol,
    );
  const walk = randomBars(seed, { length, swing, symbol });
  const at = Math.floor(place * length);
  const factor = (t: number) => {
    if (kind === 'outlier') return t === at ? 1e6 : 1;
    if (kind === 'jump') return t >= at ? 1e6 : 1;
    return 1;
  };
  const isCalm = (t: number) => kind === 'calm' && t % 97 > 5;
  const rows = Array.from({ length }, (_, t): Row => {
    const of = (column: Float64Array) => (column[isCalm(t) ? t - (t % 97) : t] ?? 1) * factor(t);
    return [of(walk.open), of(walk.high), of(walk.low), of(walk.close)];
  });
  return barsOf(rows, symbol);
}

const costs = fc.constantFrom(0, 1, 5, 100, 3000);

const cases: fc.Arbitrary<Case> = fc
  .record({
    grid: fc.oneof(...grids),
    length: lengths,
    shapes: fc.array(shapes, { minLength: 2, maxLength: 3 }),
    symbols: fc.constantFrom(1, 1, 1, 2, 3),
    nSplits: fc.integer({ min: 1, max: 6 }),
    trainRatio: fc.constantFrom(0.1, 0.5, 0.7, 0.9, 1 / 3),
    settings: fc.record({
      commissionBps: costs,
      slippageBps: costs,
      allowShort: fc.boolean(),
      initialCapital: fc.constantFrom(1, 333.33, 100_000),
    }),
  })
  .map(({ grid, length, shapes: given, symbols, nSplits, trainRatio, settings }) => {
    const type = registry.get(grid.typeName);
    const count = type.name === 'stat_arb' ? 2 : Math.min(symbols, given.length);
    const bars = given.slice(0, count).map((shape) => barsOfShape(shape, length));
    const walkForward = { nSplits, trainRatio };
    return { ...grid, plan: evaluationPlan(type, { params: grid.params, bars, settings, walkForward }) };
  });

function targetType(name: string): TargetStrategy {
  const type = registry.get(name);
  if (type.trades !== 'targets') throw new Error(`${name} has no targets`);
  return type;
}

describe('the kernel', () => {
  test('finds what the plain definition finds, to nine digits', () => {
    fc.assert(
      fc.property(cases, ({ typeName, params, plan }) => {
        const type = registry.get(typeName);
        const outcome = evaluateBatch(plan, type, params, quiet);

        const width = rowWidth(plan.segments);
        params.forEach((each, place) => {
          const row = outcome?.rows.subarray(place * width, (place + 1) * width) ?? new Float64Array(0);
          const expected = evaluatePlainly(plan, type, each);
          const reason = outcome?.skipped.find((skip) => skip.place === place)?.reason;
          expect(reason).toEqual(expected instanceof Float64Array ? undefined : expected.reason);
          if (expected instanceof Float64Array) {
            expectSameFigures(row, expected, plan.segments, JSON.stringify(each));
          } else {
            expect(row.every(Number.isNaN)).toBe(true);
          }
        });
      }),
      { numRuns: 400 },
    );
  });

  test('finds the same to the bit however the combinations are grouped', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 3 }), ({ typeName, params, plan }, size) => {
        const type = registry.get(typeName);
        const whole = evaluateBatch(plan, type, params, quiet)?.rows;

        const parts: number[] = [];
        for (let from = 0; from < params.length; from += size) {
          const part = evaluateBatch(plan, type, params.slice(from, from + size).toReversed(), quiet)?.rows;
          const width = rowWidth(plan.segments);
          for (let end = part?.length ?? 0; end > 0; end -= width)
            parts.push(...(part?.subarray(end - width, end) ?? []));
        }
        expect(Float64Array.from(parts)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  test('finds the same to the bit for a type without a scanner of its own', () => {
    const crossings = fc.record({
      short_window: fc.integer({ min: 1, max: 12 }),
      long_window: fc.integer({ min: 13, max: 40 }),
      ma_type: fc.constantFrom('sma', 'ema'),
      signal_threshold: fc.constantFrom(0, 0.005, 0.03),
    });
    const reversions = fc.record({
      window: fc.integer({ min: 2, max: 60 }),
      num_std: score,
      zscore_exit: fc.option(exit),
    });
    const ofTypes = fc.oneof(
      crossings.map((raw) => ({ typeName: 'momentum', raw })),
      reversions.map((raw) => ({ typeName: 'mean_reversion', raw })),
    );

    fc.assert(
      fc.property(ofTypes, lengths, shapes, ({ typeName, raw }, length, shape) => {
        const type = targetType(typeName);
        const params = [paramsOf(type, raw)];
        const plan = evaluationPlan(type, { params, bars: [barsOfShape(shape, length)] });
        const { scanner: _own, ...plain } = type;

        expect(evaluateBatch(plan, plain, params, quiet)).toEqual(evaluateBatch(plan, type, params, quiet));
      }),
      { numRuns: 100 },
    );
  });
});
