/** Elements of typed arrays, one function per kind, which keeps hot loops monomorphic; a miss is 0. */

export function byteAt(array: Uint8Array, index: number): number {
  return array[index] ?? 0;
}

export function integerAt(array: Int32Array, index: number): number {
  return array[index] ?? 0;
}
