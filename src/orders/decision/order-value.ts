import { decimalText } from '../../core/index.ts';
import { isReducing, orderValue } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

/** What one order may cost at most, where the owner set a limit. Orders that only reduce pass. */
export function checkOrderValue(view: DecisionView): Denial | null {
  const limit = view.settings.maxOrderValue;
  if (limit === null || isReducing(view)) return null;
  const value = orderValue(view);
  if (value === null) {
    return {
      code: 'ORDER_VALUE_LIMIT',
      message: `There is no price of ${view.request.symbol} to value the order with: try again when there is one.`,
    };
  }
  if (value.lte(limit)) return null;
  return {
    code: 'ORDER_VALUE_LIMIT',
    message: `maxOrderValue allows ${decimalText(limit)}, and the order may be worth ${decimalText(value)}: order less, or raise the limit.`,
    limit: decimalText(limit),
    observed: decimalText(value),
  };
}
