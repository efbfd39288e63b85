import { decimal, decimalText } from '../../core/index.ts';
import type { DecisionView, Denial } from './view.ts';

/** Two orders of one source for the same symbol, side and quantity within this time are taken for one that was sent twice, ms. */
export const DUPLICATE_WINDOW_MS = 5_000;

/** A repeat under the same client id never comes here: that is the same order. */
export function checkDuplicate({ origin, recent, now, request }: DecisionView): Denial | null {
  if (recent.sameAt === null || origin.source === 'kill') return null;
  const sinceMs = Math.abs(now - recent.sameAt);
  if (sinceMs > DUPLICATE_WINDOW_MS) return null;
  const since = decimalText(decimal(sinceMs).div(1000));
  return {
    code: 'DUPLICATE_ORDER',
    message: `The same order (${request.side} ${decimalText(request.quantity)} ${request.symbol}) came from the same source ${since} s ago: repeat it with its clientOrderId when it is the same, or wait until ${DUPLICATE_WINDOW_MS / 1000} s are over when it is another.`,
    limit: decimalText(decimal(DUPLICATE_WINDOW_MS).div(1000)),
    observed: since,
  };
}
