/** Long lists of a job on the event loop, where others wait meanwhile. */
import { setImmediate as breathe } from 'node:timers/promises';

/** Combinations at once: some milliseconds. */
const PIECE = 250;

/** Maps every item with its place, in order; between pieces of the list the event loop has its turn. */
export async function inPieces<Item, Result>(
  items: readonly Item[],
  map: (item: Item, place: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [place, item] of items.entries()) {
    if (place > 0 && place % PIECE === 0) await breathe();
    results.push(map(item, place));
  }
  return results;
}
