import type { Bars } from '../../market/index.ts';
import { computeIndicators, type IndicatorSpec, type IndicatorTable } from '../../strategies/index.ts';
import { columnOf } from './columns.ts';
import { portionsOf } from './portions.ts';
import { type SharedRange, shareRange, takePieces } from './shared-range.ts';

/** How long a thread waits for others before it asks whether it is to go on, in milliseconds. */
const ASK_AGAIN_MS = 10;

/** Indicators that threads compute together, and which of them are done. */
export interface SharedPortions {
  readonly portions: readonly (readonly IndicatorSpec[])[];
  /** Which of the portions nobody has taken. */
  readonly left: SharedRange;
  /** [1] how many portions have been computed, on shared memory. */
  readonly computed: Int32Array;
}

/** Cuts indicators into portions, of which none is taken. @param options.bars of a column */
export function sharePortions(
  specs: readonly IndicatorSpec[],
  options: { readonly bars: number; readonly lanes: number },
): SharedPortions {
  const portions = portionsOf(specs, options);
  const computed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return { portions, left: shareRange({ from: 0, to: portions.length }), computed };
}

/** Whether all of them have been computed. */
export function areComputed({ portions, computed }: SharedPortions): boolean {
  return Atomics.load(computed, 0) >= portions.length;
}

/**
 * Computes portions until none is left to take, or `isOver`.
 *
 * @param ground.columns by `indicatorKey`: [bars] on shared memory, where the values go
 */
export function computePortions(
  { portions, left, computed }: SharedPortions,
  ground: { readonly bars: readonly Bars[]; readonly columns: IndicatorTable },
  isOver: () => boolean,
): void {
  const { bars, columns } = ground;
  for (const { from, to } of takePieces(left, 1, isOver)) {
    computeIndicators(portions.slice(from, to).flat(), bars, (spec) => columnOf(columns, spec));
    Atomics.add(computed, 0, to - from);
    Atomics.notify(computed, 0);
  }
}

/**
 * Waits until others have computed the portions that they have taken. Call it when none is left to take: then whoever has one is
 * at work on it. Should that thread die, its run fails, which has the others of its job cancelled.
 *
 * @returns false when it `isOver` before
 */
export function awaitPortions(shared: SharedPortions, isOver: () => boolean): boolean {
  const { computed } = shared;
  for (let seen = Atomics.load(computed, 0); !areComputed(shared); seen = Atomics.load(computed, 0)) {
    if (isOver()) return false;
    Atomics.wait(computed, 0, seen, ASK_AGAIN_MS);
  }
  return true;
}
