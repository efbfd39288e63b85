import { canRunAway } from './runaway.ts';
import type { DecisionView, Denial } from './view.ts';

/** So many denials of one symbol may an automatic source cause in 60 s; the next attempt stops it. */
export const MAX_DENIALS_PER_SOURCE_AND_SYMBOL = 30;

/**
 * A source that was stopped as a runaway orders nothing more of the symbol until a person releases it. One that does not see that
 * it is denied is stopped here, because each denial is kept for ever.
 */
export function checkStoppedSource(view: DecisionView): Denial | null {
  const { isStopped, origin, request } = view;
  if (origin.source === 'kill') return null;
  if (!isStopped) return checkDenials(view);
  return {
    code: 'RUNAWAY',
    message: `Orders of ${origin.actor} for ${request.symbol} were stopped because there were too many in a minute: find out why, then release the source.`,
  };
}

function checkDenials({ origin, request, recent }: DecisionView): Denial | null {
  const count = recent.deniedOfSourceAndSymbolInLastMinute;
  if (!canRunAway(origin.source) || count < MAX_DENIALS_PER_SOURCE_AND_SYMBOL) return null;
  return {
    code: 'RUNAWAY',
    message: `${origin.actor} was denied ${count} times for ${request.symbol} within a minute, and ${MAX_DENIALS_PER_SOURCE_AND_SYMBOL} are allowed: it is stopped for this symbol. Find out why, then release the source.`,
    limit: String(MAX_DENIALS_PER_SOURCE_AND_SYMBOL),
    observed: String(count),
    consequence: 'stop_source',
  };
}
