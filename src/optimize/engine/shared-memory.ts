/**
 * Shared memory that is used again. The garbage collector does not see how large a SharedArrayBuffer is, and each worker
 * thread keeps it alive until it happens to collect: jobs that left theirs to it would pile up gigabytes.
 */

/** Memory that may lie idle between jobs, in bytes. */
const MAX_IDLE_BYTES = 2 ** 29;
/** Sizes are powers of two from here on, so that jobs of nearly the same length share; untouched pages cost nothing. */
const LEAST_BYTES = 2 ** 12;

/** What lies on shared memory. */
type Shared = Float64Array | Uint8Array;

/** Hands out buffers and takes them back; one per process. */
export class SharedMemory {
  /** By size; those that came back last are last. */
  readonly #idle = new Map<number, SharedArrayBuffer[]>();
  #idleBytes = 0;

  /** [length] numbers at the start of a buffer of at least that size; what they are is left over from somebody else. */
  column(length: number): Float64Array {
    return new Float64Array(this.#take(length * Float64Array.BYTES_PER_ELEMENT), 0, length);
  }

  /** [length] bytes in the same way. */
  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#take(length), 0, length);
  }

  /** Takes a column or bytes back that came from here, when nobody reads or writes it any more. */
  release(column: Shared): void {
    const { buffer } = column;
    if (!(buffer instanceof SharedArrayBuffer) || this.#idleBytes + buffer.byteLength > MAX_IDLE_BYTES) return;
    this.#idleBytes += buffer.byteLength;
    const same = this.#idle.get(buffer.byteLength) ?? [];
    same.push(buffer);
    this.#idle.set(buffer.byteLength, same);
  }

  #take(bytes: number): SharedArrayBuffer {
    let size = LEAST_BYTES;
    while (size < bytes) size *= 2;
    const idle = this.#idle.get(size)?.pop();
    if (idle === undefined) return new SharedArrayBuffer(size);
    this.#idleBytes -= size;
    return idle;
  }
}
