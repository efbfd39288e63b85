import { decimal, decimalText } from '../../core/index.ts';
import { isReducing } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

const ONE = decimal(1);

/** When the equity has fallen by maxDrawdownPct from its peak, trading is halted. Orders that only reduce pass until it is. */
export function checkDrawdown(view: DecisionView): Denial | null {
  if (isReducing(view)) return null;
  const { equity, peakEquity } = view.account;
  const bound = peakEquity.times(ONE.minus(view.settings.maxDrawdownPct));
  if (equity === null) {
    return {
      code: 'DRAWDOWN_LIMIT',
      message: `The drawdown cannot be told, because a position has no price: try again when it has one.`,
    };
  }
  if (equity.gt(bound)) return null;
  return {
    code: 'DRAWDOWN_LIMIT',
    message:
      `The equity fell to ${decimalText(equity)}, and maxDrawdownPct allows it to stay above ${decimalText(bound)} after its peak of ` +
      `${decimalText(peakEquity)}: trading is halted until somebody who may resumes it.`,
    limit: decimalText(bound),
    observed: decimalText(equity),
    consequence: 'halt_drawdown',
  };
}
