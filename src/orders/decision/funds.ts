import { decimalText } from '../../core/index.ts';
import { buyingPower } from './buying-power.ts';
import { highestPrice, isReducing, openingQuantity } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

/** The buying power covers what the order opens; what it closes needs none. Short sales need as much as purchases. */
export function checkFunds(view: DecisionView): Denial | null {
  if (isReducing(view)) return null;
  const power = buyingPower(view.account);
  const need = highestPrice(view.request, view.quote?.price ?? null)?.times(openingQuantity(view));
  if (power === null || need === undefined) {
    return {
      code: 'INSUFFICIENT_FUNDS',
      message: `The buying power or the order cannot be valued, because there is no price: try again when there is one.`,
    };
  }
  if (need.lte(power)) return null;
  return {
    code: 'INSUFFICIENT_FUNDS',
    message: `The buying power is ${decimalText(power)}, and the order may need ${decimalText(need)}: order less, or cancel an order that works.`,
    limit: decimalText(power),
    observed: decimalText(need),
  };
}
