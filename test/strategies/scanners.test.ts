/** What every scanner promises: the targets of `decide`, bar for bar. fast-check prints the seed of a failure. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decisionInput } from '../../src/backtest/index.ts';
import {
  builtInStrategies,
  computeIndicators,
  type DecisionInput,
  indicatorSpecs,
  openScanner,
  type Parameters,
  parseParameters,
  type SpreadStrategy,
  type StrategyType,
  type TargetStrategy,
} from '../../src/strategies/index.ts';
import { flatBars, randomBars } from '../support/series.ts';

type Deciding = TargetStrategy | SpreadStrategy;

const deciding = builtInStrategies.filter((type): type is Deciding => type.trades !== 'quotes');

const numbers = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  length: fc.integer({ min: 1, max: 400 }),
  short: fc.integer({ min: 1, max: 12 }),
  long: fc.integer({ min: 13, max: 40 }),
  threshold: fc.constantFrom(0, 0.001, 0.01, 1, 3),
  kind: fc.constantFrom('sma', 'ema'),
  z: fc.double({ min: 0.1, max: 2.5, noNaN: true }),
  exit: fc.oneof(fc.constant(null), fc.double({ min: -2, max: 2, noNaN: true })),
  allowShort: fc.boolean(),
  isRounded: fc.boolean(),
});

type Numbers = typeof numbers extends fc.Arbitrary<infer T> ? T : never;

function paramsOf(type: StrategyType, { short, long, threshold, kind, z, exit }: Numbers): Parameters {
  const raw: Record<string, object> = {
    momentum: { short_window: short, long_window: long, ma_type: kind, signal_threshold: threshold },
    mean_reversion: { window: long, zscore_entry: -z, num_std: z / 2, zscore_exit: exit },
    stat_arb: { lookback: long, entry_zscore: z, exit_zscore: exit ?? 0.3 },
  };
  return parseParameters(type, raw[type.name], 'params');
}

function inputOf(type: Deciding, one: Numbers): DecisionInput {
  const params = paramsOf(type, one);
  const symbols = type.trades === 'spread' ? [0, 1] : [0];
  const bars = symbols.map((i) => {
    const walk = randomBars(one.seed + i, { length: one.length });
    // whole prices repeat, so that averages are equal and deviations are zero now and then
    return one.isRounded ? flatBars(Array.from(walk.close, (price) => Math.round(price / 5) * 5)) : walk;
  });
  const indicators = computeIndicators(indicatorSpecs(type, params, bars.length), bars);
  return decisionInput({ params, bars, indicators, allowShort: one.allowShort }, symbols);
}

/** The column that the changes of a scanner describe. */
function scanned(type: Deciding, input: DecisionInput, cuts: readonly number[]): Int8Array {
  const length = input.bars[0]?.time.length ?? 0;
  const column = new Int8Array(length);
  const scanner = openScanner(type, input);
  const changes = { bars: new Int32Array(length), targets: new Int8Array(length) };
  let from = 0;
  for (const to of [...cuts.filter((cut) => cut < length).toSorted((a, b) => a - b), length]) {
    const count = scanner.scan(from, to, changes);
    for (let i = 0; i < count; i++) column.fill(changes.targets[i] ?? 9, changes.bars[i]);
    from = to;
  }
  return column;
}

describe.each(deciding.map((type) => [type.name, type] as const))('the scanner of %s', (_, type) => {
  const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 4 });

  test('finds the targets that are decided, however the bars are cut', () => {
    fc.assert(
      fc.property(numbers, cuts, (one, places) => {
        const input = inputOf(type, one);
        const decided = new Int8Array(one.length);
        type.decide(input, decided);

        expect(scanned(type, input, places)).toEqual(decided);
      }),
      { numRuns: 300 },
    );
  });

  test('is not needed: without one the column is scanned', () => {
    const { scanner: _own, ...plain } = type;
    const one = { seed: 5, length: 300, short: 3, long: 15, threshold: 0, kind: 'sma', z: 1, exit: 0 } as const;
    const input = inputOf(type, { ...one, allowShort: true, isRounded: false });
    const decided = new Int8Array(one.length);
    type.decide(input, decided);

    expect(scanned(plain, input, [7, 100])).toEqual(decided);
    expect(new Set(decided)).toEqual(new Set([0, 1, -1]));
  });
});
