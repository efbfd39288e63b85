import { CHECKS } from './checks.ts';
import { isReducing } from './exposure.ts';
import type { Check, DecisionView, Denial, Verdict } from './view.ts';

/** Whether an order may be sent. Pure: the same view always has the same verdict. A check that fails denies. */
export function decide(view: DecisionView, checks: readonly Check[] = CHECKS): Verdict {
  const reduces = isReducing(view);
  for (const check of checks) {
    const denial = denialOf(check, view);
    if (denial !== null) return { kind: 'denied', isReducing: reduces, denial };
  }
  return { kind: 'approved', isReducing: reduces };
}

/** The other orders of the turn must not suffer from what one of them makes a check do. */
function denialOf(check: Check, view: DecisionView): Denial | null {
  try {
    return check(view);
  } catch (fault) {
    const message =
      'The order could not be checked because of a fault in this server, and so it was denied: report it.';
    return { code: 'UNAVAILABLE', message, fault };
  }
}
