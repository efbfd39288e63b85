import { type Bars, formatBarTime, viewRows } from '../market/index.ts';
import {
  computeIndicators,
  indicatorSpecs,
  type Parameters,
  type PredictionTable,
  type QuotingStrategy,
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
  /** What was the target after the bar before, when that was the newest; 0 when there is none. */
  readonly previousTarget: number;
  /** buy when the target rose, sell when it fell. */
  readonly signal: 'buy' | 'sell' | 'hold';
}

/** What signals are computed from. */
interface SignalInput {
  readonly type: StrategyType;
  readonly params: Parameters;
  /** One per symbol, equal times, at least one bar. */
  readonly bars: readonly Bars[];
  readonly allowShort: boolean;
  /** What the model says that the type follows, if it follows one. */
  readonly predictions?: PredictionTable | undefined;
}

/**
 * The targets now, one per symbol; null for a type that quotes instead of taking targets. A target is what is held after the
 * last of `windowBars` bars, flat before the first of them. The one before is worked out of the window that ended a bar
 * earlier: so it is what was said then, and a position whose entry slides out of the window is sold instead of forgotten.
 *
 * @param windowBars default: all there are
 * @throws {DomainError} VALIDATION when the type cannot trade so many symbols
 */
export function currentSignals(
  input: SignalInput,
  windowBars: number = Number.POSITIVE_INFINITY,
): readonly Signal[] | null {
  const { type, bars } = input;
  requireSymbolCount(type, bars.length);
  if (type.trades === 'quotes') return null;
  const end = bars[0]?.time.length ?? 0;
  const [now, before] = [end, end - 1].map((to) => targetsAfter(type, windowOf(input, to - windowBars, to)));
  return bars.map((symbol, index) => signalOf(symbol, now?.[index] ?? 0, before?.[index] ?? 0));
}

/** The rows [from, to) of bars and predictions; from the first one where there are fewer. */
function windowOf(input: SignalInput, from: number, to: number): SignalInput {
  const first = Math.max(0, from);
  const cut = (column: Float64Array): Float64Array => column.subarray(first, to);
  const predictions = [...(input.predictions ?? [])].map(
    ([id, { neutral, bySymbol }]) => [id, { neutral, bySymbol: bySymbol.map(cut) }] as const,
  );
  return {
    ...input,
    bars: input.bars.map((series) => ({ ...series, ...viewRows(series, first, to) })),
    predictions: new Map(predictions),
  };
}

/** By symbol: the target after the last bar; 0 when there is none. */
function targetsAfter(type: Exclude<StrategyType, QuotingStrategy>, input: SignalInput): readonly number[] {
  const { params, bars } = input;
  if (bars[0]?.time.length === 0) return bars.map(() => 0);
  const indicators = computeIndicators(indicatorSpecs(type, params, bars.length), bars);
  return tradedSeries(type, bars.length).flatMap((series) => {
    const decision = decisionInput({ ...input, indicators }, series);
    const targets = new Int8Array(decision.bars[0]?.time.length ?? 0);
    type.decide(decision, targets);
    const last = targets.at(-1) ?? 0;
    // Not −0 of a flat spread.
    return series.map((_, leg) => (leg === 0 || last === 0 ? last : -last));
  });
}

function signalOf({ symbol, interval, time }: Bars, target: number, previousTarget: number): Signal {
  return {
    symbol,
    date: formatBarTime(time.at(-1) ?? Number.NaN, interval),
    target,
    previousTarget,
    signal: target > previousTarget ? 'buy' : target < previousTarget ? 'sell' : 'hold',
  };
}
