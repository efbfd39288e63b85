/**
 * Thresholds in the order in which a value crosses them: of those that rise the lowest first, of those that fall the highest.
 * A binary heap whose items know their places, so that adding, taking and removing one costs the logarithm of their number.
 */
import type { Threshold } from './level-state.ts';

/** Something that waits at a threshold; its place belongs to the heap. */
export interface Waiting {
  threshold: Threshold | null;
  /** -1 while it is in no heap. */
  place: number;
}

/** See the head of this file. All of its items wait in the same direction. */
export class ThresholdHeap<Item extends Waiting> {
  readonly #sign: 1 | -1;
  readonly #items: Item[] = [];
  /** Comparisons so far, for those who want to know what a quote costs. */
  comparisons = 0;

  constructor(when: Threshold['when']) {
    this.#sign = when === 'rises' ? 1 : -1;
  }

  get size(): number {
    return this.#items.length;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#settleUp(item, this.#items.length - 1);
  }

  /** Takes the item that is crossed first, when `value` crosses it. */
  takeCrossed(value: number): Item | undefined {
    const [first] = this.#items;
    this.comparisons += 1;
    if (first === undefined || !this.#isCrossed(first, value)) return undefined;
    this.remove(first);
    return first;
  }

  remove(item: Item): void {
    const { place } = item;
    const last = this.#items.pop();
    item.place = -1;
    if (last === undefined || last === item) return;
    // The last one takes the place, and moves to where it belongs.
    this.#settleUp(last, place);
    if (last.place === place) this.#settleDown(last, place);
  }

  #isCrossed({ threshold }: Item, value: number): boolean {
    if (threshold === null) return false;
    const distance = this.#sign * (value - threshold.value);
    return threshold.isInclusive ? distance >= 0 : distance > 0;
  }

  /** Whether `a` is crossed before `b`: at the same value, what is crossed by reaching it comes first. */
  #isBefore({ threshold: a }: Item, { threshold: b }: Item): boolean {
    this.comparisons += 1;
    if (a === null || b === null) return b === null;
    if (a.value !== b.value) return this.#sign * (a.value - b.value) < 0;
    return a.isInclusive && !b.isInclusive;
  }

  #settleUp(item: Item, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = this.#items[(place - 1) >> 1];
      if (parent === undefined || !this.#isBefore(item, parent)) break;
      const above = (place - 1) >> 1;
      this.#put(parent, place);
      place = above;
    }
    this.#put(item, place);
  }

  #settleDown(item: Item, from: number): void {
    let place = from;
    for (;;) {
      const next = this.#firstBelow(place);
      if (next === undefined || !this.#isBefore(next, item)) break;
      const below = next.place;
      this.#put(next, place);
      place = below;
    }
    this.#put(item, place);
  }

  #firstBelow(place: number): Item | undefined {
    const [left, right] = [this.#items[2 * place + 1], this.#items[2 * place + 2]];
    if (left === undefined || right === undefined) return left;
    return this.#isBefore(right, left) ? right : left;
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}
