/**
 * Runs `work` once per lane, until all have ended. The first failure stops the others and is thrown when they have. A job
 * takes one lane per thread, so that it can use them all; how jobs that run at the same time share them, the pool decides.
 */
export async function inLanes(
  count: number,
  signal: AbortSignal,
  work: (signal: AbortSignal, lane: number) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  const guarded = async (lane: number): Promise<void> => {
    try {
      await work(both, lane);
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, lane) => guarded(lane)));
  if (failures.length > 0) throw failures[0];
}

/** Splits the whole numbers [0, count) into at most `parts` ranges of nearly equal length, none of them empty. */
export function evenRanges(count: number, parts: number): readonly { readonly from: number; readonly to: number }[] {
  const used = Math.max(1, Math.min(parts, count));
  return Array.from({ length: used }, (_, part) => ({
    from: Math.floor((part * count) / used),
    to: Math.floor(((part + 1) * count) / used),
  }));
}
