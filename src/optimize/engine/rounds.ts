/**
 * Cuts a run of combinations into rounds whose indicators fit into memory together. Most jobs are one round. Combinations
 * that read the same kinds of indicators stand together in it, in strips of which every piece reads few columns, because
 * a batch has a copy made of each column that it reads; where the columns are many megabytes the kinds are rounds of
 * their own, so that those of one kind need not be in memory with those of another.
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
/**
 * Most columns across a strip, of which a piece of it reads all. A piece of n combinations of a whole grid reads n/16 more
 * along the strip: fewest together where n is the square of it, which is what a batch over many bars has.
 */
const STRIP = 16;

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
 * The rounds of combinations, those of one kind after those of another, those of one strip together. A combination whose
 * own indicators are beyond the limit is a round by itself. The event loop has its turn in between.
 *
 * @param params by index
 * @param indexes of the combinations to be computed
 */
export async function* planRounds(
  job: RoundJob,
  params: readonly Parameters[],
  indexes: readonly number[],
): AsyncGenerator<Round> {
  const { groups, needs } = await groupsOf(job, params, indexes);
  const series = tradedSeries(job.type, job.bars.length);
  const { most, mixed } = job.room;
  if (needs.length * bytesPerNeed(job) > Math.min(most, mixed)) {
    for (const group of groups) yield* roundsOf(job, params, group);
  } else if (indexes.length > 0) {
    yield { indexes: await inOrder(groups), specs: specsOf(needs, series) };
  }
}

/** Groups by the kinds of indicators that they read, and the distinct indicators of all. */
async function groupsOf(
  { type }: RoundJob,
  params: readonly Parameters[],
  indexes: readonly number[],
): Promise<{ readonly groups: readonly Group[]; readonly needs: readonly IndicatorNeed[] }> {
  const groups = new Map<string, Group>();
  const distinct = new DistinctNeeds();
  for (const [place, index] of indexes.entries()) {
    if (place % SLICE === SLICE - 1) await breathe();
    const wanted = needsOf(type, params[index]);
    const read = wanted.map((need) => distinct.numberOf(need));
    const kinds = wanted.map(({ kind }) => kind).join();
    const group = valueOf(groups, kinds, () => groupOf(wanted.length));
    addReader(group, index, read);
  }
  return { groups: [...groups.values()], needs: distinct.needs };
}

/** Group after group, each in strips. */
async function inOrder(groups: readonly Group[]): Promise<readonly number[]> {
  const sorted: (readonly number[])[] = [];
  for (const group of groups) sorted.push(await inStrips(group, STRIP));
  return joined(sorted);
}

/** The distinct indicators of combinations, numbered in the order in which they were met. */
class DistinctNeeds {
  readonly needs: IndicatorNeed[] = [];
  /** By kind and window: a text of each would take as long as everything else. */
  readonly #numbers = new Map<string, Map<number, number>>();

  numberOf(need: IndicatorNeed): number {
    const ofKind = valueOf(this.#numbers, need.kind, () => new Map<number, number>());
    return valueOf(ofKind, need.window, () => this.needs.push(need) - 1);
  }
}

/**
 * Combinations that read the same kinds of indicators. A million of them are flat lists of numbers: an object of each, and
 * the texts that name its columns, would take 300 bytes more.
 */
interface Group {
  readonly indexes: number[];
  /** One for each indicator that one of them reads. */
  readonly places: readonly Place[];
}

/** The columns that combinations read in one place, by number. */
interface Place {
  /** Of each combination, in the order of the indexes. */
  readonly columns: number[];
  readonly distinct: Set<number>;
}

function groupOf(width: number): Group {
  return { indexes: [], places: Array.from({ length: width }, () => ({ columns: [], distinct: new Set() })) };
}

function addReader({ indexes, places }: Group, index: number, read: readonly number[]): void {
  indexes.push(index);
  for (const [place, column] of read.entries()) {
    places[place]?.columns.push(column);
    places[place]?.distinct.add(column);
  }
}

/**
 * Strip after strip. A strip has the combinations that read one of a few columns in the place with the second most; in it
 * those that read the same column in the place with most stand together. Along an axis combinations trade less and less, or
 * more and more, and threads that take a half each are to end together: so a strip has columns from the whole axis, of n
 * strips every n-th, and in it every other column along comes in the second half.
 *
 * @param width most columns of a strip
 */
async function inStrips({ indexes, places }: Group, width: number): Promise<readonly number[]> {
  const [along, across] = bySize(places);
  const count = Math.max(1, Math.ceil((across?.distinct.size ?? 0) / width));
  const stripOf = new Map(Array.from(across?.distinct ?? [], (column, place) => [column, place % count]));
  const strips = new Map<number, Map<number, number[]>>();
  for (const [place, index] of indexes.entries()) {
    if (place % SLICE === SLICE - 1) await breathe();
    // Those that read nothing are in one.
    const strip = stripOf.get(across?.columns[place] ?? 0) ?? 0;
    const columns = valueOf(strips, strip, () => new Map<number, number[]>());
    valueOf(columns, along?.columns[place] ?? 0, () => []).push(index);
  }
  return joined([...strips.values()].flatMap(inHalves));
}

function bySize(places: readonly Place[]): readonly Place[] {
  return places.toSorted((a, b) => b.distinct.size - a.distinct.size);
}

/** Every other list, then the rest. */
function inHalves(columns: ReadonlyMap<number, readonly number[]>): readonly (readonly number[])[] {
  return [0, 1].flatMap((half) => [...columns.values()].filter((_, place) => place % 2 === half));
}

/** One list of all. `flat` takes 75 ms for a million, in which nobody has a turn. */
function joined(lists: readonly (readonly number[])[]): readonly number[] {
  const all: number[] = [];
  for (const list of lists) for (const number of list) all.push(number);
  return all;
}

/** The value of a key, made where there is none. */
function valueOf<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = values.get(key);
  if (found !== undefined) return found;
  const made = make();
  values.set(key, made);
  return made;
}

/**
 * The rounds of a group. Where the columns across fit into memory it is cut as one strip: they stay, and of those along each
 * is computed once; in strips those would go and come again with every one. What a round has is then put in strips.
 */
async function* roundsOf(job: RoundJob, params: readonly Parameters[], group: Group): AsyncGenerator<Round> {
  const [, across] = bySize(group.places);
  const columns = across?.distinct.size ?? 0;
  const isKept = (columns + 1) * bytesPerNeed(job) <= job.room.most;
  for await (const round of cut(job, params, await inStrips(group, isKept ? Infinity : STRIP))) {
    if (!isKept) yield round;
    else yield { ...round, indexes: await inOrder((await groupsOf(job, params, round.indexes)).groups) };
  }
}

/** Of one indicator of all that the type trades. */
function bytesPerNeed({ type, bars }: RoundJob): number {
  return tradedSeries(type, bars.length).length * columnBytes(bars);
}

/** Combinations in their order, as many at a time as fit into memory. */
async function* cut(job: RoundJob, params: readonly Parameters[], indexes: readonly number[]): AsyncGenerator<Round> {
  const { type, bars, room } = job;
  const series = tradedSeries(type, bars.length);
  let needs = new Map<string, IndicatorNeed>();
  let taken: number[] = [];
  for (const [place, index] of indexes.entries()) {
    if (place % SLICE === SLICE - 1) await breathe();
    const wanted = needsOf(type, params[index]);
    const added = wanted.filter((need) => !needs.has(keyOf(need)));
    if ((needs.size + added.length) * bytesPerNeed(job) > room.most && taken.length > 0) {
      yield { indexes: taken, specs: specsOf([...needs.values()], series) };
      needs = new Map();
      taken = [];
    }
    for (const need of needs.size === 0 ? wanted : added) needs.set(keyOf(need), need);
    taken.push(index);
  }
  if (taken.length > 0) yield { indexes: taken, specs: specsOf([...needs.values()], series) };
}

/** None of a combination that is invalid in itself. */
function needsOf(type: StrategyType, params: Parameters | undefined): readonly IndicatorNeed[] {
  return params !== undefined && type.problem(params) === null ? type.indicators(params) : [];
}

function keyOf(need: IndicatorNeed): string {
  return indicatorKey({ ...need, series: [] });
}

function specsOf(needs: readonly IndicatorNeed[], series: readonly (readonly number[])[]): readonly IndicatorSpec[] {
  return series.flatMap((symbols) => needs.map((need) => ({ ...need, series: symbols })));
}
