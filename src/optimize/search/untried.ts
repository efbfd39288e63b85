import type { Random } from '../../core/index.ts';
import type { ParameterOwner, Parameters } from '../../strategies/index.ts';
import { type Coordinate, combine, coordinatesOf } from './coordinates.ts';
import { combinationAt, combinationCount, type ParameterSpace } from './space.ts';

/** Spaces of so many combinations are listed rather than drawn from in vain. */
const SHORT_LIST = 50_000;
const DRAWS_OF_SHORT = 50;
/** Where at least 0.5 % of the combinations are left (see `trialCount`), all draws fail with a probability of e⁻²⁵. */
const DRAWS_OF_LONG = 10_000;

/**
 * The valid combinations of a space that have not been tried. Draws first at random; once nearly all have been tried,
 * from the list of what is left, so that a finite space is exhausted exactly.
 */
export class Untried {
  readonly coordinates: readonly Coordinate[];
  readonly #owner: ParameterOwner;
  readonly #space: ParameterSpace;
  readonly #tried = new Set<string>();
  /** Indexes of valid combinations; undefined until draws fail. Those tried since are dropped when they come up. */
  #left: number[] | undefined;

  constructor(owner: ParameterOwner, space: ParameterSpace) {
    this.#owner = owner;
    this.#space = space;
    this.coordinates = coordinatesOf(owner, space);
  }

  /** Whether a combination is valid in itself and has not been tried. */
  has(params: Parameters): boolean {
    return !this.#tried.has(this.keyOf(params)) && this.#owner.problem(params) === null;
  }

  /** Counts a combination as tried. */
  take(params: Parameters): void {
    this.#tried.add(this.keyOf(params));
  }

  /** Names a combination: equal texts are equal values, whatever the order of the names. */
  keyOf(params: Parameters): string {
    return JSON.stringify(this.coordinates.map(({ name }) => params[name]));
  }

  /** Draws a combination and takes it; null when none is left. */
  draw(random: Random): Parameters | null {
    const drawn = this.#left === undefined ? this.#drawBlindly(random) : null;
    const params = drawn ?? this.#drawFromList(random);
    if (params !== null) this.take(params);
    return params;
  }

  /** The second half of the attempts ignores logarithms: they make the rest of a nearly exhausted axis unlikely. */
  #drawBlindly(random: Random): Parameters | null {
    const attempts = combinationCount(this.#space) <= SHORT_LIST ? DRAWS_OF_SHORT : DRAWS_OF_LONG;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const isEven = attempt >= attempts / 2;
      const params = combine(this.coordinates, (axis) => {
        const coordinate = random.uniform();
        return isEven ? axis.evenValueAt(coordinate) : axis.valueAt(coordinate);
      });
      if (this.has(params)) return params;
    }
    return null;
  }

  #drawFromList(random: Random): Parameters | null {
    const left = (this.#left ??= this.#list());
    while (left.length > 0) {
      const place = Math.floor(random.uniform() * left.length);
      const index = left[place] ?? 0;
      left[place] = left.at(-1) ?? 0;
      left.pop();
      const params = combinationAt(this.#owner, this.#space, index);
      if (this.has(params)) return params;
    }
    return null;
  }

  #list(): number[] {
    const indexes: number[] = [];
    for (let index = 0; index < combinationCount(this.#space); index++) {
      if (this.has(combinationAt(this.#owner, this.#space, index))) indexes.push(index);
    }
    return indexes;
  }
}
