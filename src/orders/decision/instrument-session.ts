import type { DecisionView, Denial } from './view.ts';

/**
 * The instrument exists, and it trades now. An `opg` order waits for the next opening, and a broker that trades outside the
 * session may be asked at any time. Closing orders of a kill pass: whether and when they can be filled is for the broker to say.
 */
export function checkInstrumentSession({ session, request, origin, capabilities }: DecisionView): Denial | null {
  if (origin.source === 'kill') return null;
  if (session === null) {
    return {
      code: 'UNKNOWN_SYMBOL',
      message: `Expected a symbol that the source of prices knows, found ${request.symbol}: check the symbol.`,
    };
  }
  if (session.isOpen || request.timeInForce === 'opg' || capabilities.extendedHours) return null;
  return {
    code: 'MARKET_CLOSED',
    message: `The market of ${request.symbol} is closed: order while it is open, or with timeInForce opg for the next opening.`,
  };
}
