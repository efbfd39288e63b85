/** When instruments trade: coins always, the rest on weekdays from 13:30 to 20:00 UTC, as New York does in summer time. */
const DAY_MS = 86_400_000;
const OPENS_MS = 13.5 * 3_600_000;
const CLOSES_MS = 20 * 3_600_000;

/** Opening hours as the broker keeps them. */
export interface Hours {
  isOpen(instrument: string, at: number): boolean;
  /** Whether the session that was or came next at `from` has ended by `until`. */
  hasClosed(instrument: string, from: number, until: number): boolean;
}

/** Hours of an exchange. */
export const EXCHANGE_HOURS: Hours = {
  isOpen: (instrument, at) => isCoin(instrument) || (isWeekday(at) && within(at, OPENS_MS, CLOSES_MS)),
  hasClosed: (instrument, from, until) => !isCoin(instrument) && until >= nextClose(from),
};

/** A market that never closes. */
export const ALWAYS_OPEN: Hours = { isOpen: () => true, hasClosed: () => false };

function isCoin(instrument: string): boolean {
  return instrument.endsWith('-USD');
}

function isWeekday(at: number): boolean {
  return ![0, 6].includes(new Date(at).getUTCDay());
}

function within(at: number, from: number, until: number): boolean {
  const ofDay = at % DAY_MS;
  return ofDay >= from && ofDay < until;
}

function nextClose(at: number): number {
  let close = at - (at % DAY_MS) + CLOSES_MS;
  while (close <= at || !isWeekday(close)) close += DAY_MS;
  return close;
}
