/**
 * Cuts a run of combinations into rounds whose indicators fit into memory together. Most jobs are one round. Combinations
 * that read the same kinds of indicators, and the same columns, stand together in it, so that those of a batch read few;
 * where the columns are many megabytes the kinds are rounds of their own, so that those of one kind need not be in memory with those of another.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Bars } from '../../market/index.ts';
import {
  type IndicatorNeed,
  type IndicatorSpec,
  indicatorKey,
  type Parameters,
  type StrategyType,
  tradedSeries,
} from '../../strategies/index.ts';

/** Combinations that are looked at before the event loop has its turn. */
const SLICE = 1000;

/** Combinations by index, and the distinct indicators that they read: by need, then by symbol. */
export interface Round {
  readonly indexes: readonly number[];
  readonly specs: readonly IndicatorSpec[];
}

/** Memory for indicators, in bytes. */
export interface IndicatorRoom {
  /** What those of a round may take. */
  readonly most: number;
  /** What those of several kinds may take together. */
  readonly mixed: number;
}

/** Bytes of one indicator over these bars. */
export function columnBytes(bars: readonly Bars[]): number {
  return (bars[0]?.time.length ?? 0) * Float64Array.BYTES_PER_ELEMENT;
}

/** What rounds are planned for. */
export interface RoundJob {
  readonly type: StrategyType;
  readonly bars: readonly Bars[];
  readonly room: IndicatorRoom;
}

/**
 * The rounds of combinations, those of one kind after those of another, those of one column together. A combination whose own indicators are beyond the limit is a round by itself.
 *
 * @param params by index
 * @param indexes of the combinations to be computed
 */
export async function* planRounds(
  job: RoundJob,
  params: readonly Parameters[],
  indexes: readonly number[],
): AsyncGenerator<Round> {
  for (const group of await groupsOf(job, params, indexes)) yield* roundsOf(job, params, group);
}

/** By the kinds of indicators that they read; in one group, one kind after the other, where all take little memory. */
async function groupsOf(
  { type, bars, room }: RoundJob,
  params: readonly Parameters[],
  indexes: readonly number[],
): Promise<readonly (readonly number[])[]> {
  const groups = new Map<string, Reader[]>();
  const needs = new Set<string>();
  for (const [place, index] of indexes.entries()) {
    if (place % SLICE === SLICE - 1) await breathe();
    const wanted = needsOf(type, params[index]);
    const columns = wanted.map(keyOf);
    for (const column of columns) needs.add(column);
    addTo(groups, wanted.map(({ kind }) => kind).join(), { index, columns });
  }
  const sorted = Array.from(groups.values(), byColumn);
  const bytes = needs.size * tradedSeries(type, bars.length).length * columnBytes(bars);
  return bytes <= room.mixed ? [sorted.flat()] : sorted;
}

/** A combination, and the columns that it reads. */
interface Reader {
  readonly index: number;
  readonly columns: readonly string[];
}

/**
 * Those that read the same column one after the other, of the columns of which there are most: a batch reads all the
 * others anyway. Every other column comes in the second half: along an axis combinations trade less and less, or more and
 * more, and threads that take a half each are to end together.
 */
function byColumn(readers: readonly Reader[]): readonly number[] {
  const width = readers[0]?.columns.length ?? 0;
  let most = new Map<string, Reader[]>();
  for (let place = 0; place < width; place++) {
    const buckets = new Map<string, Reader[]>();
    for (const reader of readers) addTo(buckets, reader.columns[place] ?? '', reader);
    if (buckets.size > most.size) most = buckets;
  }
  const buckets = width === 0 ? [readers] : [...most.values()];
  const halves = [0, 1].flatMap((half) => buckets.filter((_, place) => place % 2 === half));
  return halves.flat().map(({ index }) => index);
}

function addTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

async function* roundsOf(
  { type, bars, room }: RoundJob,
  params: readonly Parameters[],
  indexes: readonly number[],
): AsyncGenerator<Round> {
  const series = tradedSeries(type, bars.length);
  const bytesPerNeed = series.length * columnBytes(bars);
  let needs = new Map<string, IndicatorNeed>();
  let taken: number[] = [];
  for (const [place, index] of indexes.entries()) {
    if (place % SLICE === SLICE - 1) await breathe();
    const wanted = needsOf(type, params[index]);
    const added = wanted.filter((need) => !needs.has(keyOf(need)));
    if ((needs.size + added.length) * bytesPerNeed > room.most && taken.length > 0) {
      yield { indexes: taken, specs: specsOf(needs, series) };
      needs = new Map();
      taken = [];
    }
    for (const need of needs.size === 0 ? wanted : added) needs.set(keyOf(need), need);
    taken.push(index);
  }
  if (taken.length > 0) yield { indexes: taken, specs: specsOf(needs, series) };
}

/** None of a combination that is invalid in itself. */
function needsOf(type: StrategyType, params: Parameters | undefined): readonly IndicatorNeed[] {
  return params !== undefined && type.problem(params) === null ? type.indicators(params) : [];
}

function keyOf(need: IndicatorNeed): string {
  return indicatorKey({ ...need, series: [] });
}

function specsOf(
  needs: ReadonlyMap<string, IndicatorNeed>,
  series: readonly (readonly number[])[],
): readonly IndicatorSpec[] {
  return series.flatMap((symbols) => Array.from(needs.values(), (need) => ({ ...need, series: symbols })));
}
