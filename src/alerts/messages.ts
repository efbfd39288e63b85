/** What alerts say to people. */
import { type Decimal, decimalText } from '../core/index.ts';
import type { Condition, RiskMetric } from './condition.ts';

const METRICS: Readonly<Record<RiskMetric, string>> = {
  drawdown: 'The drawdown from the peak',
  daily_loss: 'The loss of the day',
  exposure: 'The exposure',
};

/** `SPY is 201, above 200.` */
export function levelMessage(condition: Extract<Condition, { readonly level: Decimal }>, value: Decimal): string {
  const { direction, level } = condition;
  if (condition.type === 'price') {
    return `${condition.symbol} is ${decimalText(value)}, ${direction} ${decimalText(level)}.`;
  }
  return `${METRICS[condition.metric]} is ${percent(value)}, ${direction} ${percent(level)}.`;
}

/** `Momentum says buy SPY (2026-01-05).` */
export function signalMessage(strategy: string, { signal, symbol, date }: SignalWords): string {
  return `${strategy} says ${signal} ${symbol} (${date}).`;
}

interface SignalWords {
  readonly signal: string;
  readonly symbol: string;
  readonly date: string;
}

/** `The portfolio differs from the goal Core by 7 %, more than 5 %.` */
export function driftMessage(
  name: string,
  { maxDrift, threshold }: { readonly maxDrift: Decimal; readonly threshold: Decimal },
): string {
  return `The portfolio differs from the goal ${name} by ${percent(maxDrift)}, more than ${percent(threshold)}.`;
}

function percent(fraction: Decimal): string {
  return `${decimalText(fraction.times(100).toDecimalPlaces(2))} %`;
}
