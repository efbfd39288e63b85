import { CHECKS } from './checks.ts';
import { isReducing } from './exposure.ts';
import type { DecisionView, Verdict } from './view.ts';

/** Whether an order may be sent. Pure: the same view always has the same verdict. */
export function decide(view: DecisionView): Verdict {
  const reduces = isReducing(view);
  for (const check of CHECKS) {
    const denial = check(view);
    if (denial !== null) return { kind: 'denied', isReducing: reduces, denial };
  }
  return { kind: 'approved', isReducing: reduces };
}
