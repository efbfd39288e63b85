/** Columns for indicators on pooled shared memory: who asks a thread for indicators takes them, the thread writes them. */
import { setImmediate as breathe } from 'node:timers/promises';
import { invariant } from '../../core/index.ts';
import type { Bars } from '../../market/index.ts';
import { type IndicatorSpec, type IndicatorTable, indicatorKey } from '../../strategies/index.ts';
import type { SharedMemory } from './shared-memory.ts';

/**
 * Memory that is taken before the event loop has its turn, in bytes: some 2 ms, 30 where all of it has to be cleared. Not less:
 * the threads of most jobs would wait for whatever else there is to do.
 */
const TAKEN_AT_ONCE = 2 ** 27;

/** A column [bars] for each distinct spec; what is in them is left over from somebody else. */
export async function takeColumns(
  memory: SharedMemory,
  specs: readonly IndicatorSpec[],
  bars: readonly Bars[],
): Promise<Map<string, Float64Array>> {
  const length = bars[0]?.time.length ?? 0;
  const columns = new Map<string, Float64Array>();
  let taken = 0;
  for (const key of new Set(specs.map(indicatorKey))) {
    if (taken >= TAKEN_AT_ONCE) {
      await breathe();
      taken = 0;
    }
    const column = memory.column(length);
    columns.set(key, column);
    taken += column.buffer.byteLength;
  }
  return columns;
}

/** Where the values of an indicator go. */
export function columnOf(columns: IndicatorTable, spec: IndicatorSpec): Float64Array {
  const column = columns.get(indicatorKey(spec));
  invariant(column !== undefined, `indicator ${indicatorKey(spec)} has a column`);
  return column;
}
