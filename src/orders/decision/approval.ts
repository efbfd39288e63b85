import { decimalText } from '../../core/index.ts';
import { orderValue } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

/** A large order of the agent needs a person who has seen it. */
export function checkApproval(view: DecisionView): Denial | null {
  const { origin, settings, request } = view;
  if (origin.source !== 'agent' || origin.isApproved === true) return null;
  const value = orderValue(view);
  if (value?.lte(settings.largeOrderThreshold)) return null;
  return {
    code: 'APPROVAL_REQUIRED',
    message: `The agent's order for ${request.symbol} ${value === null ? 'cannot be valued' : `may be worth ${decimalText(value)}`}, and above ${decimalText(settings.largeOrderThreshold)} a person has to approve it.`,
    limit: decimalText(settings.largeOrderThreshold),
    ...(value === null ? {} : { observed: decimalText(value) }),
  };
}
