import { isReducing } from './exposure.ts';
import type { DecisionView, Denial } from './view.ts';

/**
 * While trading is halted nothing passes but the closing orders of a kill that flattens; while it is reducing, only what
 * reduces. Closing orders that come after trading was resumed are too late: resuming means that nothing more is closed.
 */
export function checkTradingState(view: DecisionView): Denial | null {
  const { origin, settings } = view;
  if (origin.source === 'kill') return checkClosing(view);
  if (settings.state === 'active') return null;
  if (settings.state === 'halted') return halted(view);
  if (isReducing(view)) return null;
  return {
    code: 'REDUCING_ONLY',
    message:
      `Trading is reducing: only orders that bring a position nearer to 0 are accepted, and this one does not. ` +
      `Order at most what is held and not being closed yet, or set the state to active.`,
  };
}

function checkClosing(view: DecisionView): Denial | null {
  const { settings } = view;
  if (settings.state !== 'halted') {
    return {
      code: 'CONFLICT',
      message: `The order would close a position for the kill switch, and trading is ${settings.state} again: nothing more is closed.`,
    };
  }
  return settings.killPolicy === 'flatten' && isReducing(view) ? null : halted(view);
}

function halted({ origin, settings }: DecisionView): Denial {
  const { haltCause, haltReason } = settings;
  // What somebody wrote is quoted: it is no word of ours.
  const cause = `(${haltCause ?? 'unknown cause'}${haltReason === null ? '' : `: ${JSON.stringify(haltReason)}`})`;
  const closing =
    origin.source === 'kill'
      ? 'Orders of the kill switch pass only under the policy flatten, and only when they reduce a position.'
      : 'No order is accepted until somebody who may resumes trading.';
  return { code: 'KILL_SWITCH_ACTIVE', message: `Trading is halted ${cause}. ${closing}` };
}
