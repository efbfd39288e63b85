/** What every module of this project exports. */
export interface WasmExports {
  readonly memory: WebAssembly.Memory;
  /** The first byte that is free. */
  freeFrom(): number;
}

const PAGE = 65_536;
/** 32-bit addresses reach so far. */
const REACH = 2 ** 32 - PAGE;

/**
 * A WebAssembly module as it was generated, which this thread compiles at the first use. One instance is kept while nobody
 * uses it, because nothing frees the memory of an instance in time; a use during another one gets an instance of its own.
 */
export class WasmSource<Exports extends WasmExports> {
  readonly #base64: string;
  readonly #maxIdleBytes: number;
  #compiled: WebAssembly.Module | null = null;
  #idle: Exports | null = null;

  /** @param maxIdleBytes memory that an instance may have and still be kept; default: any */
  constructor(base64: string, maxIdleBytes = Infinity) {
    this.#base64 = base64;
    this.#maxIdleBytes = maxIdleBytes;
  }

  /** Whether an instance can address so many bytes behind its own. */
  static fits(bytes: number): boolean {
    return bytes <= REACH - PAGE;
  }

  /** An instance that nobody else has; give it back. */
  take(): Exports {
    const exports = this.#idle ?? this.#instantiate();
    this.#idle = null;
    return exports;
  }

  /** Takes an instance back that nobody uses any more, and whose memory nobody reads. */
  giveBack(exports: Exports): void {
    if (exports.memory.buffer.byteLength <= this.#maxIdleBytes) this.#idle = exports;
  }

  #instantiate(): Exports {
    this.#compiled ??= new WebAssembly.Module(Buffer.from(this.#base64, 'base64'));
    const { exports } = new WebAssembly.Instance(this.#compiled, {});
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The compiler of the source has checked them.
    return exports as unknown as Exports;
  }
}

/** Lets a memory have at least so many bytes. What was seen through older views is lost to them. */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
}
