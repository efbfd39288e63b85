/** How the combinations of a round are cut for the threads. */
import type { BacktestSettings } from '../../backtest/index.ts';
import type { Bars } from '../../market/index.ts';
import type { StrategyType } from '../../strategies/index.ts';
import { evenRanges } from './lanes.ts';
import { isTaken, type SharedRange, shareRange } from './shared-range.ts';

/**
 * Combinations x bars of a batch: some 100 ms for a kernel that does 400 million a second, so that cancelling, progress and
 * other jobs have their turn.
 */
const BATCH_WORK = 40_000_000;
/** Combinations of a batch among which the kernel's work on the bars themselves and on copies of columns hardly counts, … */
const SHARING_COMBINATIONS = 256;
/** … as long as the batch ends within half a second or so. */
const MAX_BATCH_WORK = 160_000_000;
/** With as many combinations a batch may be one of two for each lane, so that a lane on a fast thread can take three of four. */
const WORTHWHILE = 128;
/** Below this a round is one batch for one lane: handing it out would take longer than computing it. */
const SHARED_WORK = 2_000_000;
/** How many times longer a value of an indicator takes than a bar of a combination; … */
const VALUE_FACTOR = 3;
/** … a bar of quotes, which the kernel leaves to the plain evaluator; … */
const PLAIN_FACTOR = 16;
/** … and of what it follows bar by bar: short sales, spreads, several symbols. */
const JOINT_FACTOR = 4;
/** Combinations whose parameters are copied to every lane, half a millisecond: with more each batch is sent by itself. */
const SENT_TO_ALL = 1000;

/** What decides how long a round takes. */
export interface RoundWork {
  readonly type: StrategyType;
  readonly bars: readonly Bars[];
  readonly settings: BacktestSettings;
}

/** Batches that are sent together, of which lanes take one after the other. */
export interface Bundle {
  /** Lanes that have been sent them and have not come back. */
  lanes: number;
  /** Indexes of the combinations of each batch. */
  readonly batches: readonly (readonly number[])[];
  /** Which of the batches nobody has taken. */
  readonly left: SharedRange;
}

/** As many batches for each thread; large enough to be worth what they cost, small enough to end soon. */
export function bundlesOf(
  indexes: readonly number[],
  { lanes, ...round }: RoundWork & { readonly lanes: number },
): readonly Bundle[] {
  const batches = batchesOf(indexes, { lanes, ...round });
  const bundles = indexes.length <= SENT_TO_ALL ? [batches] : batches.map((batch) => [batch]);
  return bundles.map((each) => ({ lanes: 0, batches: each, left: shareRange({ from: 0, to: each.length }) }));
}

/** Of what is left, that in which the fewest lanes are; undefined when nothing is. */
export function nextBundle(bundles: readonly Bundle[]): Bundle | undefined {
  let next: Bundle | undefined;
  for (const bundle of bundles) {
    if (!isTaken(bundle.left) && (next === undefined || bundle.lanes < next.lanes)) next = bundle;
  }
  return next;
}

/** Whether a round is worth more than one lane. @param missing indicators that are still to be computed */
export function isWorthSharing(count: number, missing: number, round: RoundWork): boolean {
  const bars = round.bars[0]?.time.length ?? 0;
  return count * workOfOne(round) + VALUE_FACTOR * missing * bars >= SHARED_WORK;
}

/** Whether evaluating a round is more than a turn for each lane, so that other jobs have theirs between indicators and batches. */
export function isLong(count: number, { lanes, ...round }: RoundWork & { readonly lanes: number }): boolean {
  return (count * workOfOne(round)) / lanes > BATCH_WORK;
}

function batchesOf(
  indexes: readonly number[],
  { lanes, ...round }: RoundWork & { readonly lanes: number },
): readonly (readonly number[])[] {
  const count = indexes.length;
  const each = workOfOne(round);
  // What the combinations of a batch share is worth a longer one over many bars.
  const wanted = slowness(round) === 1 ? Math.min(MAX_BATCH_WORK, SHARING_COMBINATIONS * each) : 0;
  const batchWork = Math.max(BATCH_WORK, wanted);
  const turns = Math.max(Math.ceil((count * each) / batchWork / lanes), Math.min(2, count / WORTHWHILE / lanes));
  const parts = count * each < SHARED_WORK ? 1 : Math.max(1, Math.floor(turns)) * lanes;
  return evenRanges(count, parts).map(({ from, to }) => indexes.slice(from, to));
}

/** Of a combination. */
function workOfOne(round: RoundWork): number {
  return slowness(round) * round.bars.reduce((total, series) => total + series.time.length, 0);
}

/** How many times longer a bar takes than it does of one symbol that is held or not. */
function slowness({ type, bars, settings }: RoundWork): number {
  if (type.trades === 'quotes') return PLAIN_FACTOR;
  return settings.allowShort || type.trades === 'spread' || bars.length > 1 ? JOINT_FACTOR : 1;
}
