/** The count in plain TypeScript: it defines what the WebAssembly one counts, and takes its place where that lacks memory. */
import { at } from '../../../strategies/index.ts';
import type { BlockReturns } from '../block-returns.ts';
import { doubtfulPlaces, isTrusted } from '../doubtful.ts';
import { firstOfBest, larger } from '../first-of-best.ts';
import { splitMasks } from '../splits.ts';
import { type Counter, FAINT, LEAST_POWER, NO_VARIANCE, TIE } from './counter.ts';
import { moveUnion, openUnion, type Union, type UnionTables, unionTables } from './union-sums.ts';

/** Opens the counter that defines the others. */
export function openPlainCounter(returns: BlockReturns): Counter {
  const masks = splitMasks(returns.blocks);
  const setting = { returns, tables: unionTables(returns), doubtful: doubtfulPlaces(returns) };
  const halves = [openHalf(setting), openHalf(setting)] as const;
  return {
    count: ({ from, to }) => {
      let overfitted = 0;
      for (const mask of masks.subarray(from, to)) overfitted += overfittedOfPair(halves, mask);
      return overfitted;
    },
    exactScores: () => halves[0].replaced + halves[1].replaced,
    close: () => undefined,
  };
}

/** How many of the two splits of a pair are overfitted. */
function overfittedOfPair([one, other]: readonly [Half, Half], mask: number): number {
  moveHalf(one, mask);
  moveHalf(other, (1 << one.returns.blocks) - 1 - mask);
  const [bestOfOne, bestOfOther] = [scoreHalf(one), scoreHalf(other)];
  return Number(lead(other, bestOfOne) <= 0) + Number(lead(one, bestOfOther) <= 0);
}

/** What both halves have in common. */
interface Setting {
  readonly returns: BlockReturns;
  readonly tables: UnionTables;
  /** Places of combinations whose quick score is not right in every half. */
  readonly doubtful: readonly number[];
}

/** One half of the blocks, and how every combination did in it. */
interface Half extends Setting {
  readonly union: Union;
  /** [K] */
  readonly scores: Float64Array;
  mask: number;
  /** Bars in it. */
  bars: number;
  /** Where the tables hold what is to be added to the union's upper groups. */
  offset: number;
  /** Scores that were replaced so far. */
  replaced: number;
}

function openHalf(setting: Setting): Half {
  const scores = new Float64Array(setting.returns.combinations);
  return { ...setting, union: openUnion(setting.tables), scores, mask: 0, bars: 0, offset: 0, replaced: 0 };
}

function moveHalf(half: Half, mask: number): void {
  const { blocks, counts } = half.returns;
  half.mask = mask;
  half.bars = 0;
  for (let block = 0; block < blocks; block++) if (((mask >> block) & 1) === 1) half.bars += at(counts, block);
  half.offset = moveUnion(half.union, mask);
}

/** Scores every combination; the place of the first of the best. */
function scoreHalf(half: Half): number {
  const { union, tables, scores, offset, bars } = half;
  for (let place = 0; place < scores.length; place++) {
    const sum = at(union.sums, place) + at(tables.sums, offset + place);
    const power = powerOf(half, place);
    scores[place] = (sum * Math.abs(sum)) / larger(power, LEAST_POWER);
  }
  mendScores(half);
  return firstOfBest(scores, { share: TIE, floor: bars * FAINT });
}

/** Σr² of a combination. */
function powerOf({ union, tables, offset }: Half, place: number): number {
  return at(union.powers, place) + at(tables.powers, offset + place);
}

/** Replaces the scores that cannot be trusted in this half. */
function mendScores(half: Half): void {
  const { scores, bars, doubtful } = half;
  for (const place of doubtful) {
    if (isTrusted(at(scores, place), powerOf(half, place), bars)) continue;
    scores[place] = exactScore(half, place);
    half.replaced += 1;
  }
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
function lead({ scores, bars }: Half, place: number): number {
  const score = at(scores, place);
  const slack = TIE * larger(Math.abs(score), bars * FAINT);
  let difference = 0;
  for (let each = 0; each < scores.length; each++) {
    difference += Number(at(scores, each) < score - slack) - Number(at(scores, each) > score + slack);
  }
  return difference;
}
