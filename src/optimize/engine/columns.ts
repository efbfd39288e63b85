/** Columns for indicators on pooled shared memory: who asks a thread for indicators takes them, the thread writes them. */
import { invariant } from '../../core/index.ts';
import type { Bars } from '../../market/index.ts';
import { type IndicatorSpec, type IndicatorTable, indicatorKey } from '../../strategies/index.ts';
import type { SharedMemory } from './shared-memory.ts';

/** A column [bars] for each distinct spec; what is in them is left over from somebody else. */
export function takeColumns(
  memory: SharedMemory,
  specs: readonly IndicatorSpec[],
  bars: readonly Bars[],
): Map<string, Float64Array> {
  const keys = new Set(specs.map(indicatorKey));
  return new Map(Array.from(keys, (key) => [key, memory.column(bars[0]?.time.length ?? 0)]));
}

/** Where the values of an indicator go. */
export function columnOf(columns: IndicatorTable, spec: IndicatorSpec): Float64Array {
  const column = columns.get(indicatorKey(spec));
  invariant(column !== undefined, `indicator ${indicatorKey(spec)} has a column`);
  return column;
}
