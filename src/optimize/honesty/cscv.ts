/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado &
 * Zhu 2017, "The Probability of Backtest Overfitting", algorithm 2.3). The chained test bars are cut into S blocks and
 * halved in all C(S, S/2) ways; in each split the combination with the best Sharpe ratio in one half (ties: grid order)
 * is looked up among the K in the other: rank from the worst, mid-ranks for ties, ω = rank/(K + 1). PBO is the share of
 * splits with logit(ω) ≤ 0, that is ω ≤ ½. With `worse` and `better` combinations beside those that tie,
 * rank = worse + (K − worse − better + 1)/2, so that ω ≤ ½ exactly when worse ≤ better: no logarithm, no sorting.
 *
 * Sharpe ratios are compared by `Σr·|Σr|/Σr²` instead of mean/sd. Over n bars of one union it is a strictly increasing
 * function of it: with s = mean/√(population variance), (Σr)²/Σr² = n·s²/(1 + s²). It needs no root and no difference
 * that could cancel. Where it cannot be trusted (`doubtfulPlaces`, `isTrusted`) the exact moments are merged instead, so
 * that a deviation ≤ 10⁻¹⁵ is a Sharpe ratio of exactly 0.
 */
import { at } from '../../strategies/index.ts';
import type { BlockReturns } from './block-returns.ts';
import { doubtfulPlaces, isTrusted } from './doubtful.ts';
import { type Loops, type OpenLoops, openLoops, type ScoreColumns } from './scores/index.ts';
import { splitMasks } from './splits.ts';
import { columnLengths, moveUnion, openUnion, type Union, type UnionTables, unionTables } from './union-sums.ts';

/** Variance up to (10⁻¹⁵)² is none. */
const NO_VARIANCE = 1e-30;

/**
 * Scores this near to each other, as a share, tie: combinations that hold the same positions in a half have the same
 * returns there, but what was rounded on different ways to them differs in the last bits.
 */
const TIE = 1e-10;
/** Share of the bars below which a score (a Sharpe ratio of 10⁻³ per bar) nearly cancels, and is as uncertain as there. */
const FAINT = 1e-6;

/** What counting came to; add those of ranges. */
export interface PboTally {
  /** Splits whose best combination was not above the median afterwards. */
  readonly overfitted: number;
  /** Splits counted. */
  readonly splits: number;
}

/** Pairs of splits [from, to), within [0, splitPairs(returns.blocks)). */
export interface PairRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Counts the splits of ranges of pairs. Tallies of ranges that cover [0, splitPairs(S)) once add up to the same, however
 * it is cut; a tally over all of them divided is the PBO. Works without an allocation per combination and split.
 *
 * @param open the loops to count with
 */
export function countOverfitted(
  returns: BlockReturns,
  ranges: Iterable<PairRange>,
  open: OpenLoops = openLoops,
): PboTally {
  const masks = splitMasks(returns.blocks);
  const { combinations } = returns;
  const loops = open([...columnLengths(returns, 2), combinations, combinations]);
  const tables = unionTables(returns, loops);
  const setting = { returns, loops, tables, doubtful: doubtfulPlaces(returns) };
  const halves = [openHalf(setting), openHalf(setting)] as const;
  const bars = returns.counts.reduce((sum, count) => sum + count, 0);
  let [overfitted, splits] = [0, 0];
  for (const { from, to } of ranges) {
    for (const mask of masks.subarray(from, to)) overfitted += overfittedOfPair(halves, mask, bars);
    splits += 2 * (to - from);
  }
  loops.close();
  return { overfitted, splits };
}

/** How many of the two splits of a pair are overfitted; `bars` are those of all blocks. */
function overfittedOfPair([one, other]: readonly [Half, Half], mask: number, bars: number): number {
  const { blocks, counts } = one.returns;
  const barsOfOne = barsOf(counts, mask);
  moveHalf(one, mask, barsOfOne);
  moveHalf(other, (1 << blocks) - 1 - mask, bars - barsOfOne);
  const [bestOfOne, bestOfOther] = [scoreHalf(one), scoreHalf(other)];
  return Number(lead(other, bestOfOne) <= 0) + Number(lead(one, bestOfOther) <= 0);
}

/** What both halves have in common. */
interface Setting {
  readonly returns: BlockReturns;
  readonly loops: Loops;
  readonly tables: UnionTables;
  /** Places of combinations whose quick score is not right in every half. */
  readonly doubtful: readonly number[];
}

/** One half of the blocks, and how every combination did in it. */
interface Half extends Setting {
  readonly union: Union;
  readonly columns: ScoreColumns;
  mask: number;
  /** Bars in it. */
  bars: number;
  /** Where the tables hold what is to be added to the union's upper groups. */
  offset: number;
}

function openHalf(setting: Setting): Half {
  const { returns, loops, tables } = setting;
  const union = openUnion(tables, loops);
  const { sums, powers } = union;
  const scores = loops.column(returns.combinations);
  const columns = { sums, powers, moreSums: tables.sums, morePowers: tables.powers, scores };
  return { ...setting, union, columns, mask: 0, bars: 0, offset: 0 };
}

function moveHalf(half: Half, mask: number, bars: number): void {
  half.mask = mask;
  half.bars = bars;
  half.offset = moveUnion(half.union, mask);
}

/** Bars of the blocks of a mask. */
function barsOf(counts: Float64Array, mask: number): number {
  let bars = 0;
  // The lowest bit goes in each turn.
  for (let rest = mask; rest !== 0; rest &= rest - 1) bars += at(counts, 31 - Math.clz32(rest & -rest));
  return bars;
}

/** Scores every combination; the place of the first of the best. */
function scoreHalf(half: Half): number {
  const { loops, columns, offset, bars } = half;
  const tie = { share: TIE, floor: bars * FAINT };
  const best = loops.score(columns, offset, tie);
  return mendScores(half) ? loops.best(columns.scores, tie) : best;
}

/** Replaces the scores that cannot be trusted in this half; whether there were any. */
function mendScores(half: Half): boolean {
  const { columns, offset, bars, doubtful } = half;
  const { scores, powers, morePowers } = columns;
  let isMended = false;
  for (const place of doubtful) {
    const power = at(powers, place) + at(morePowers, offset + place);
    if (isTrusted(at(scores, place), power, bars)) continue;
    scores[place] = exactScore(half, place);
    isMended = true;
  }
  return isMended;
}

/** The score from moments that are merged block by block (Chan, Golub & LeVeque 1979): slower, and nothing cancels. */
function exactScore({ returns, mask, bars }: Half, place: number): number {
  const { combinations, blocks, counts, means, squares } = returns;
  let [count, mean, square] = [0, 0, 0];
  for (let block = 0; block < blocks; block++) {
    if (((mask >> block) & 1) === 0) continue;
    const more = at(counts, block);
    const shift = at(means, block * combinations + place) - mean;
    square += at(squares, block * combinations + place) + (shift * shift * count * more) / (count + more);
    mean += (shift * more) / (count + more);
    count += more;
  }
  if (!(square > NO_VARIANCE * (bars - 1))) return 0;
  return (bars * mean * Math.abs(mean)) / (square / bars + mean * mean);
}

/** How many combinations score below the one at `place`, less those that score above it; ties count for neither. */
function lead({ loops, columns: { scores }, bars }: Half, place: number): number {
  const score = at(scores, place);
  const slack = TIE * Math.max(Math.abs(score), bars * FAINT);
  return loops.lead(scores, { least: score - slack, most: score + slack });
}
