import { growTo, type WasmExports, WasmSource } from '../../../compute/index.ts';
import type { BlockReturns } from '../block-returns.ts';
import { splitMasks } from '../splits.ts';
import { COUNTER_WASM } from './counter.generated.ts';
import type { Counter, PairRange } from './counter.ts';
import { GROUP, UNIONS } from './union-sums.ts';

/** What `counter.as` exports. */
interface Exports extends WasmExports {
  lookAt(...addresses: readonly number[]): void;
  open(): void;
  count(from: number, to: number): number;
  exactScores(): number;
  fineHalves(): number;
}

/** Memory that a thread keeps between two jobs: enough for some 13,000 combinations. */
const MAX_IDLE_BYTES = 2 ** 26;
/** What the module itself may take. */
const PREAMBLE = 2 ** 16;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

const source = new WasmSource<Exports>(COUNTER_WASM, MAX_IDLE_BYTES);

/** Whether WebAssembly can address what is counted. */
export function fitsWasm(returns: BlockReturns): boolean {
  return WasmSource.fits(placesOf(returns, PREAMBLE).end);
}

/** Opens the faster counter. */
export function openWasmCounter(returns: BlockReturns): WasmCounter {
  return new WasmCounter(source.take(), returns);
}

export class WasmCounter implements Counter {
  readonly #wasm: Exports;

  constructor(wasm: Exports, returns: BlockReturns) {
    const { combinations, blocks } = returns;
    const places = placesOf(returns, wasm.freeFrom());
    const { row, counts, means, squares, masks, unions, roughUnions, kept, doubtful } = places;
    growTo(wasm.memory, places.end);
    const { buffer } = wasm.memory;
    new Float64Array(buffer, counts, blocks).set(returns.counts);
    const splits = splitMasks(blocks);
    new Uint16Array(buffer, masks, splits.length).set(splits);
    for (let block = 0; block < blocks; block++) {
      for (const [from, to] of [
        [returns.means, means],
        [returns.squares, squares],
      ] as const) {
        const padded = new Float64Array(buffer, to + block * row, row / BYTES);
        padded.set(from.subarray(block * combinations, (block + 1) * combinations));
        padded.fill(Number.NaN, combinations);
      }
    }
    wasm.lookAt(combinations, blocks, row, counts, means, squares, masks, unions, roughUnions, kept, doubtful);
    wasm.open();
    this.#wasm = wasm;
  }

  count({ from, to }: PairRange): number {
    return this.#wasm.count(from, to);
  }

  exactScores(): number {
    return this.#wasm.exactScores();
  }

  /** Halves that were scored in double precision so far: each takes twice as long as another. */
  fineHalves(): number {
    return this.#wasm.fineHalves();
  }

  close(): void {
    source.giveBack(this.#wasm);
  }
}

/** Where `memory.as` finds its numbers: addresses behind `from`, each a multiple of 16. */
function placesOf({ combinations, blocks }: BlockReturns, from: number) {
  let end = from;
  const take = (bytes: number): number => {
    const place = Math.ceil(end / 16) * 16;
    end = place + bytes;
    return place;
  };
  const row = 8 * BYTES * Math.ceil(combinations / 8);
  const table = 2 * Math.ceil(blocks / GROUP) * UNIONS * row;
  return {
    row,
    counts: take(BYTES * blocks),
    means: take(blocks * row),
    squares: take(blocks * row),
    masks: take(2 ** blocks),
    unions: take(table),
    roughUnions: take(table / 2),
    kept: take(11 * row),
    doubtful: take(4 * combinations),
    get end() {
      return end;
    },
  };
}
