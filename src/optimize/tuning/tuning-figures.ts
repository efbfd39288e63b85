import { invariant } from '../../core/index.ts';
import type { Parameters } from '../../strategies/index.ts';
import { type FitGroup, fitGroups } from './fit-groups.ts';
import { SCORE_WIDTH } from './score-row.ts';

/** A training and the slice that it is tested on. */
export interface FitUnit {
  readonly group: number;
  readonly fold: number;
}

/** What a tuning job tries, and what it has found so far. */
export class TuningFigures {
  /** Combinations, by index. */
  readonly params: readonly Parameters[];
  /** Index -> reason, of those that are invalid in themselves. */
  readonly skipped: ReadonlyMap<number, string>;
  readonly groups: readonly FitGroup[];
  readonly folds: number;
  /** Index -> the fold (from 1) after which it was dropped. */
  readonly dropped = new Map<number, number>();
  /** [combinations, folds, width] row-major. */
  readonly #rows: Float64Array;
  /** [groups, folds] 1 where a unit is done. */
  readonly #isDone: Uint8Array;
  /** Units in the order in which they were done. */
  readonly #done: FitUnit[] = [];

  private constructor(
    params: readonly Parameters[],
    { folds, skipped, groups }: Pick<TuningFigures, 'folds' | 'skipped' | 'groups'>,
  ) {
    this.params = params;
    this.folds = folds;
    this.skipped = skipped;
    this.groups = groups;
    this.#rows = new Float64Array(params.length * folds * SCORE_WIDTH).fill(Number.NaN);
    this.#isDone = new Uint8Array(this.groups.length * folds);
  }

  /**
   * The figures of a job of which nothing is computed.
   *
   * @param problem why a combination is invalid in itself; null when it is not
   */
  static async of(
    params: readonly Parameters[],
    { folds, problem }: { readonly folds: number; readonly problem: (params: Parameters) => string | null },
  ): Promise<TuningFigures> {
    const problems = params.map((combination) => problem(combination));
    const skipped = new Map(problems.flatMap((reason, index) => (reason === null ? [] : [[index, reason] as const])));
    const groups = await fitGroups(Array.from(params.entries()).filter(([index]) => !skipped.has(index)));
    return new TuningFigures(params, { folds, skipped, groups });
  }

  /** Units that are done, in the order in which they were. */
  get done(): readonly FitUnit[] {
    return this.#done;
  }

  has({ group, fold }: FitUnit): boolean {
    return this.#isDone[group * this.folds + fold] === 1;
  }

  /** The scores of a combination on a fold; meaningless until the unit is done. */
  row(index: number, fold: number): Float64Array {
    const from = (index * this.folds + fold) * SCORE_WIDTH;
    return this.#rows.subarray(from, from + SCORE_WIDTH);
  }

  /** Takes the rows of a unit: one per member of the group, in their order. */
  complete(unit: FitUnit, rows: Float64Array): void {
    const { members } = this.groupOf(unit);
    invariant(
      !this.has(unit) && rows.length === members.length * SCORE_WIDTH,
      'a unit is done once, with all its rows',
    );
    for (const [place, { index }] of members.entries()) {
      this.row(index, unit.fold).set(rows.subarray(place * SCORE_WIDTH, (place + 1) * SCORE_WIDTH));
    }
    this.#isDone[unit.group * this.folds + unit.fold] = 1;
    this.#done.push(unit);
  }

  /** The rows of a unit as they were taken. */
  rowsOf(unit: FitUnit): Float64Array {
    const { members } = this.groupOf(unit);
    const rows = new Float64Array(members.length * SCORE_WIDTH);
    for (const [place, { index }] of members.entries()) rows.set(this.row(index, unit.fold), place * SCORE_WIDTH);
    return rows;
  }

  groupOf({ group }: FitUnit): FitGroup {
    const found = this.groups[group];
    invariant(found !== undefined, `there is a group ${group}`);
    return found;
  }

  /** Combinations about which nothing more will be found: every fold is scored, or they are skipped or dropped. */
  get settled(): number {
    let count = this.skipped.size;
    for (const [group, { members }] of this.groups.entries()) {
      const isScored = this.#isDone.subarray(group * this.folds, (group + 1) * this.folds).every((done) => done === 1);
      count += isScored ? members.length : members.filter(({ index }) => this.dropped.has(index)).length;
    }
    return count;
  }

  /** Combinations of which every fold is scored and that were not dropped, in their order. */
  scored(): readonly number[] {
    return this.groups
      .flatMap(({ members }, group) =>
        Array.from({ length: this.folds }).every((_, fold) => this.has({ group, fold })) ? members : [],
      )
      .map(({ index }) => index)
      .filter((index) => !this.dropped.has(index))
      .toSorted((a, b) => a - b);
  }
}
