import type { DecisionView, Denial } from './view.ts';

/** A source that was stopped as a runaway orders nothing more of the symbol until a person releases it. */
export function checkStoppedSource({ isStopped, origin, request }: DecisionView): Denial | null {
  if (!isStopped || origin.source === 'kill') return null;
  return {
    code: 'RUNAWAY',
    message: `Orders of ${origin.actor} for ${request.symbol} were stopped because there were too many in a minute: find out why, then release the source.`,
  };
}
