/**
 * Where a process can be struck on the way of an order (invariant O1), in the order of the way. `before_persist`: before the
 * transaction that stores the intent; `after_persist`: when it was committed; `claimed`: when the broker's adapter is
 * called; `connected`: when the broker has the connection, not the request; `half_written`: when it has half of the request;
 * `accepted`: when it took the order, the answer is lost; `answered`: when the answer is there, before it is stored;
 * `recorded`: when that was committed.
 */
export const POINTS = [
  'before_persist',
  'after_persist',
  'claimed',
  'connected',
  'half_written',
  'accepted',
  'answered',
  'recorded',
] as const;
export type Point = (typeof POINTS)[number];

/** What strikes: the process is gone from then on, or the step fails and the process goes on. */
export const BLOWS = ['crash', 'failure'] as const;
export type Blow = (typeof BLOWS)[number];

/** One misfortune. */
export interface Trap {
  readonly point: Point;
  readonly blow: Blow;
}
