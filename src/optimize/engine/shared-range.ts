/** A range of whole numbers that threads take pieces of, so that they end together however fast each of them is. */
export interface SharedRange {
  /** [1] the first number that nobody has taken, on shared memory. */
  readonly next: Int32Array;
  /** The end of the range, exclusive. */
  readonly to: number;
}

/** The whole numbers [from, to), of which none is taken. */
export function shareRange({ from, to }: { readonly from: number; readonly to: number }): SharedRange {
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  next[0] = from;
  return { next, to };
}

/** Whether nothing of the range is left to take. */
export function isTaken({ next, to }: SharedRange): boolean {
  return Atomics.load(next, 0) >= to;
}

/** Takes pieces of `size` numbers until none is left, or `isOver`. */
export function* takePieces(
  { next, to }: SharedRange,
  size: number,
  isOver: () => boolean,
): Generator<{ readonly from: number; readonly to: number }> {
  while (!isOver()) {
    const from = Atomics.add(next, 0, size);
    if (from >= to) return;
    yield { from, to: Math.min(to, from + size) };
  }
}
