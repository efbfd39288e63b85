/**
 * The daily history of one simulated instrument: a geometric random walk, one step per session. A step is drift, the
 * market factor times beta, the instrument's own noise in two regimes, and rare own jumps. Steps are drawn in order
 * from one stream, so a longer history begins with exactly the shorter one.
 *
 * The level is anchored at a fixed date, which moves all prices of an instrument by one constant factor.
 */
import { seededRandom } from '../../core/index.ts';
import { allocateColumns, type BarColumns } from '../bars.ts';
import { sessions, type TradingCalendar } from '../calendar/index.ts';
import type { Instrument } from './instruments.ts';
import { HISTORY_START, type MarketFactor } from './market-factor.ts';
import { roundPrice } from './price-grid.ts';
import { type Regime, regimeWalk } from './regime.ts';

/** A Wednesday and a session of every calendar; instruments close here at their `level`. */
const ANCHOR = Date.UTC(2025, 11, 31);

/** Mean stays: 100 days quiet, 14 days excited. */
const OWN_REGIMES: readonly Regime[] = [
  { multiplier: 0.9, next: [0.99, 0.01] },
  { multiplier: 2, next: [0.07, 0.93] },
];
const JUMP_PROBABILITY = 0.006;
/** In daily standard deviations of the instrument's own noise. */
const JUMP_DEVIATIONS = 5;
/** Share of a day's return that happens before the opening, for markets that close. */
const OVERNIGHT_SHARE = 0.3;
const OVERNIGHT_NOISE = 0.25;

/** What makes one history. */
export interface PathInput {
  readonly seed: string;
  readonly instrument: Instrument;
  readonly calendar: TradingCalendar;
  readonly factor: MarketFactor;
  /** The sessions to draw: all of the calendar from 1980 on, the anchor among them; see `sessionsUntil`. */
  readonly days: readonly number[];
}

/** All sessions from 1980 to `until` (a day), or to the anchor if that is later. */
export function sessionsUntil(calendar: TradingCalendar, until: number): readonly number[] {
  return sessions(calendar, HISTORY_START, Math.max(until, ANCHOR));
}

/** One bar for each day. */
export function dailyPath(input: PathInput): BarColumns {
  const { days, instrument } = input;
  const columns = allocateColumns(days.length);
  columns.time.set(days);
  drawLogBars(columns, input);
  const anchor = columns.close[days.indexOf(ANCHOR)] ?? 0;
  for (const column of [columns.open, columns.high, columns.low, columns.close]) {
    column.forEach((logPrice, t) => {
      column[t] = roundPrice(instrument.level * Math.exp(logPrice - anchor));
    });
  }
  return columns;
}

/** The walk itself, session by session: log prices relative to the first close, before they are anchored, and volumes. */
function drawLogBars(columns: BarColumns, { seed, instrument, calendar, factor }: PathInput): void {
  const random = seededRandom(`${seed} daily ${instrument.symbol}`);
  const regime = regimeWalk(OWN_REGIMES, random);
  const hasNights = calendar.name === 'XNYS';
  const perYear = hasNights ? 252 : 365;
  const ownDeviation = instrument.ownVolatility / Math.sqrt(perYear);
  let previous = 0;

  columns.time.forEach((day, t) => {
    const multiplier = regime();
    const jump = random.uniform() < JUMP_PROBABILITY ? JUMP_DEVIATIONS : 0;
    const own = ownDeviation * (multiplier * random.normal() + jump * random.normal());
    const step = instrument.drift / perYear + instrument.beta * factor.returnOn(day) + own;
    const spread = Math.abs(instrument.beta) * 0.008 + ownDeviation * multiplier;
    const gap = hasNights ? OVERNIGHT_SHARE * step + OVERNIGHT_NOISE * spread * random.normal() : 0;

    const open = previous + gap;
    const close = previous + step;
    columns.open[t] = open;
    columns.high[t] = bridgeExtreme(close - open, spread, random.uniform()) + open;
    columns.low[t] = open - bridgeExtreme(open - close, spread, random.uniform());
    columns.close[t] = close;
    const activity = Math.exp(0.3 * random.normal()) * (0.7 + 0.5 * Math.abs(step / spread));
    columns.volume[t] = Math.max(1, Math.round(instrument.dailyVolume * activity));
    previous = close;
  });
}

/**
 * The maximum of a Brownian bridge from 0 to `end` with standard deviation `deviation`, drawn by inverting its
 * distribution function P(max <= m) = 1 - exp(-2 m (m - end) / deviation^2); never below 0 or `end`.
 */
function bridgeExtreme(end: number, deviation: number, uniform: number): number {
  return (end + Math.sqrt(end * end - 2 * deviation * deviation * Math.log(uniform))) / 2;
}
