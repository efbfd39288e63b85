import { decimal, decimalText } from '../../core/index.ts';
import { isReducing } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

const ONE = decimal(1);

/**
 * When the equity has fallen by maxDailyLossPct since the trading day began, trading is halted. Orders that only reduce pass
 * until it is.
 */
export function checkDailyLoss(view: DecisionView): Denial | null {
  if (isReducing(view)) return null;
  const { equity, dayStartEquity } = view.account;
  const bound = dayStartEquity.times(ONE.minus(view.settings.maxDailyLossPct));
  if (equity === null) {
    return {
      code: 'DAILY_LOSS_LIMIT',
      message: `The loss of the day cannot be told, because a position has no price: try again when it has one.`,
    };
  }
  if (equity.gt(bound)) return null;
  return {
    code: 'DAILY_LOSS_LIMIT',
    message:
      `The equity fell to ${decimalText(equity)}, and maxDailyLossPct allows it to stay above ${decimalText(bound)} after ` +
      `${decimalText(dayStartEquity)} at the beginning of the trading day: trading is halted until somebody who may resumes it.`,
    limit: decimalText(bound),
    observed: decimalText(equity),
    consequence: 'halt_daily_loss',
  };
}
