/**
 * One simulated session minute by minute, drawn from a stream of its own so that no other session is needed. The walk
 * begins at the day's open, ends at its close, and touches its high and its low exactly.
 */
import { type Random, seededRandom } from '../../core/index.ts';
import { roundPrice } from './price-grid.ts';

/** One daily bar, and the session it stands for. */
export interface SessionBar {
  readonly symbol: string;
  /** 00:00 UTC of the exchange date. */
  readonly day: number;
  /** Instants at which the session begins and ends, a whole number of minutes apart. */
  readonly opensAt: number;
  readonly closesAt: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** A session of n minutes. */
export interface IntradayPath {
  readonly opensAt: number;
  /** [n + 1] price at the start of each minute and at the end of the last, within [low, high] of the day. */
  readonly prices: Float64Array;
  /** [n] units traded in each minute; they sum to the day's volume. */
  readonly volumes: Float64Array;
}

/** Draws the session. The same seed and bar give the same path. */
export function intradayPath(seed: string, session: SessionBar): IntradayPath {
  const minutes = Math.round((session.closesAt - session.opensAt) / 60_000);
  const random = seededRandom(`${seed} minutes ${session.symbol} ${session.day}`);
  const prices = fittedBridge(session, minutes, random);
  return { opensAt: session.opensAt, prices, volumes: minuteVolumes(session.volume, minutes, random) };
}

/**
 * A straight line from open to close plus a bridge, whose upper and lower halves are each scaled by the one factor that
 * makes the path touch the day's extreme and not exceed it.
 */
function fittedBridge(session: SessionBar, minutes: number, random: Random): Float64Array {
  const deviations = bridge(minutes, random);
  const line = (index: number): number => session.open + ((session.close - session.open) * index) / minutes;
  let up = { scale: Number.POSITIVE_INFINITY, at: -1 };
  let down = { scale: Number.POSITIVE_INFINITY, at: -1 };
  for (let index = 1; index < minutes; index++) {
    const deviation = deviations[index] ?? 0;
    const room = deviation > 0 ? session.high - line(index) : line(index) - session.low;
    const scale = room / Math.abs(deviation);
    if (deviation > 0 && scale < up.scale) up = { scale, at: index };
    if (deviation < 0 && scale < down.scale) down = { scale, at: index };
  }
  const prices = deviations.map((deviation, index) => {
    const scaled = deviation === 0 ? 0 : deviation * (deviation > 0 ? up.scale : down.scale);
    return Math.min(session.high, Math.max(session.low, roundPrice(line(index) + scaled)));
  });
  // Rounding must not cost the extremes; a bridge that stayed on one side leaves the other to the first minute.
  if (Math.max(session.open, session.close) < session.high) prices[up.at < 0 ? 1 : up.at] = session.high;
  if (Math.min(session.open, session.close) > session.low) prices[down.at < 0 ? minutes - 1 : down.at] = session.low;
  prices[0] = session.open;
  prices[minutes] = session.close;
  return prices;
}

/** A random walk of `minutes` unit steps, tied to 0 at both ends. */
function bridge(minutes: number, random: Random): Float64Array {
  const walk = new Float64Array(minutes + 1);
  for (let index = 1; index <= minutes; index++) walk[index] = (walk[index - 1] ?? 0) + random.normal();
  const end = walk[minutes] ?? 0;
  return walk.map((value, index) => (index === minutes ? 0 : value - (end * index) / minutes));
}

/** Splits a day's volume into whole units, more near the opening and the close, as equity sessions do. */
function minuteVolumes(total: number, minutes: number, random: Random): Float64Array {
  const weights = new Float64Array(minutes);
  let sum = 0;
  for (let index = 0; index < minutes; index++) {
    const position = (2 * (index + 0.5)) / minutes - 1;
    const weight = (0.6 + 1.2 * position * position) * (0.5 + random.uniform());
    weights[index] = weight;
    sum += weight;
  }
  let given = 0;
  let cumulated = 0;
  return weights.map((weight, index) => {
    cumulated += weight;
    const until = index === minutes - 1 ? total : Math.floor((total * cumulated) / sum);
    const volume = until - given;
    given = until;
    return volume;
  });
}
