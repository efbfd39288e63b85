import { type Bars, formatBarTime } from '../market/index.ts';
import {
  computeIndicators,
  indicatorSpecs,
  type Parameters,
  type PredictionTable,
  requireSymbolCount,
  type StrategyType,
  tradedSeries,
} from '../strategies/index.ts';
import { decisionInput } from './simulation.ts';

/** What a strategy wants of one symbol after its last bar. */
export interface Signal {
  readonly symbol: string;
  /** The last bar: `2020-01-02`, within the day `2020-01-02T14:30:00Z`. */
  readonly date: string;
  /** −1, 0 or +1; for the second symbol of a spread the opposite of the spread's. */
  readonly target: number;
  /** The target after the bar before; 0 when there is none. */
  readonly previousTarget: number;
  /** buy when the target rose, sell when it fell. */
  readonly signal: 'buy' | 'sell' | 'hold';
}

/**
 * The targets now, one per symbol; null for a type that quotes instead of taking targets.
 *
 * @throws {DomainError} VALIDATION when the type cannot trade so many symbols
 */
export function currentSignals(input: {
  readonly type: StrategyType;
  readonly params: Parameters;
  /** One per symbol, equal times, at least one bar. */
  readonly bars: readonly Bars[];
  readonly allowShort: boolean;
  /** What the model says that the type follows, if it follows one. */
  readonly predictions?: PredictionTable | undefined;
}): readonly Signal[] | null {
  const { type, params, bars } = input;
  requireSymbolCount(type, bars.length);
  if (type.trades === 'quotes') return null;
  const indicators = computeIndicators(indicatorSpecs(type, params, bars.length), bars);
  return tradedSeries(type, bars.length).flatMap((series) => {
    const decision = decisionInput({ ...input, indicators }, series);
    const targets = new Int8Array(decision.bars[0]?.time.length ?? 0);
    type.decide(decision, targets);
    return decision.bars.map((symbol, leg) => signalOf(symbol, targets, leg === 0 ? 1 : -1));
  });
}

function signalOf(bars: Bars, targets: Int8Array, sign: 1 | -1): Signal {
  const last = targets.at(-1) ?? 0;
  const before = targets.at(-2) ?? 0;
  const rose = sign * (last - before);
  return {
    symbol: bars.symbol,
    date: formatBarTime(bars.time.at(-1) ?? Number.NaN, bars.interval),
    target: last === 0 ? 0 : sign * last,
    previousTarget: before === 0 ? 0 : sign * before,
    signal: rose > 0 ? 'buy' : rose < 0 ? 'sell' : 'hold',
  };
}
