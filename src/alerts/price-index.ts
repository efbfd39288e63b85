/**
 * Price alerts by symbol and threshold, in memory: a quote costs a comparison for each direction, and what is crossed. Whoever
 * takes items out puts them back at the thresholds that they wait at next.
 */
import { ThresholdHeap, type Waiting } from './threshold-heap.ts';

/** Something that waits for the price of a symbol. */
export interface PriceWaiting extends Waiting {
  readonly symbol: string;
}

interface Heaps<Item extends Waiting> {
  readonly rises: ThresholdHeap<Item>;
  readonly falls: ThresholdHeap<Item>;
}

/** See the head of this file. */
export class PriceIndex<Item extends PriceWaiting> {
  readonly #symbols = new Map<string, Heaps<Item>>();

  /** Symbols that something waits for. */
  symbols(): readonly string[] {
    return [...this.#symbols].flatMap(([symbol, { rises, falls }]) => (rises.size + falls.size > 0 ? [symbol] : []));
  }

  /** Comparisons of thresholds so far. */
  get comparisons(): number {
    let count = 0;
    for (const { rises, falls } of this.#symbols.values()) count += rises.comparisons + falls.comparisons;
    return count;
  }

  /** Nothing when it waits for nothing. */
  add(item: Item): void {
    if (item.threshold === null) return;
    const heaps = this.#symbols.get(item.symbol) ?? {
      rises: new ThresholdHeap<Item>('rises'),
      falls: new ThresholdHeap<Item>('falls'),
    };
    this.#symbols.set(item.symbol, heaps);
    heaps[item.threshold.when].add(item);
  }

  /** Nothing when it is not in here. */
  remove(item: Item): void {
    const heaps = this.#symbols.get(item.symbol);
    if (heaps === undefined || item.threshold === null || item.place === -1) return;
    heaps[item.threshold.when].remove(item);
    if (heaps.rises.size + heaps.falls.size === 0) this.#symbols.delete(item.symbol);
  }

  /** Takes out everything whose threshold a price crosses. */
  takeCrossed(symbol: string, price: number): readonly Item[] {
    const heaps = this.#symbols.get(symbol);
    if (heaps === undefined) return [];
    const taken: Item[] = [];
    for (const heap of [heaps.rises, heaps.falls]) {
      for (let item = heap.takeCrossed(price); item !== undefined; item = heap.takeCrossed(price)) taken.push(item);
    }
    return taken;
  }
}
