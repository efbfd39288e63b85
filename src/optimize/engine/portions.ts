import type { IndicatorSpec } from '../../strategies/index.ts';

/** Values of a portion: a thread computes so many before it asks whether it is to stop, some tens of milliseconds. */
const MAX_VALUES = 16_000_000;
/** Indicators of most portions are a multiple of it: means of one kind are computed side by side, or share what they sum. */
const SIDE_BY_SIDE = 4;

/**
 * Cuts indicators into portions that lanes take one after the other: those of one kind and the same symbols stand together.
 * Portions get smaller, half of what a lane's share of the rest is (after guided self-scheduling: Polychronopoulos and Kuck
 * 1987), so that the first are worth what their kernels sum beforehand, and lanes end together.
 *
 * @param options.bars of a column
 */
export function portionsOf(
  specs: readonly IndicatorSpec[],
  { bars, lanes }: { readonly bars: number; readonly lanes: number },
): readonly (readonly IndicatorSpec[])[] {
  // Kinds in falling order, so that of each series exponential means, the soonest done of all, come last.
  const inOrder = specs.toSorted((a, b) => compare(a.series.join(), b.series.join()) || compare(b.kind, a.kind));
  const most = Math.max(1, Math.floor(MAX_VALUES / Math.max(1, bars)));
  const portions: (readonly IndicatorSpec[])[] = [];
  for (let from = 0; from < inOrder.length; ) {
    const half = (inOrder.length - from) / lanes / 2;
    const evenShare = Math.ceil((inOrder.length - from) / lanes);
    const size = Math.min(most, evenShare, SIDE_BY_SIDE * Math.ceil(half / SIDE_BY_SIDE));
    portions.push(inOrder.slice(from, from + size));
    from += size;
  }
  return portions;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
