/**
 * Checkpoints of strategy jobs: a JSON of which combinations they hold and which of them were skipped, and the rows of
 * figures as they are in memory (little-endian float64).
 */
import { invariant, readJson } from '../../core/index.ts';
import type { JobFigures } from '../engine/job-figures.ts';
import type { CheckpointSource } from './checkpoint.ts';

/** Bytes of the length of the JSON in front of the rows. */
const HEADER_BYTES = 4;

/** What stands in front of the rows. */
interface Header {
  /** Of the rows, in their order. */
  readonly indexes: readonly number[];
  /** Indexes and reasons. */
  readonly skipped: readonly (readonly [number, string])[];
}

/** The combinations of a job as things to be checkpointed. */
export function figureCheckpoints(figures: JobFigures): CheckpointSource {
  return {
    bytesOfOne: figures.width * Float64Array.BYTES_PER_ELEMENT,
    get storable() {
      return figures.done;
    },
    get isWhole() {
      return figures.done === figures.total;
    },
    get done() {
      return figures.done;
    },
    pack: (from, to) => pack(figures, from, to),
    unpack: (bytes, count) => unpack(figures, bytes, count),
  };
}

function unpack(figures: JobFigures, bytes: Uint8Array, count: number): void {
  const { json, rest } = splitPacked(bytes);
  const { indexes, skipped } = readJson<Header>(json);
  const bytesOfRow = figures.width * Float64Array.BYTES_PER_ELEMENT;
  invariant(indexes.length === count && rest.byteLength === count * bytesOfRow, `a checkpoint has ${count} rows`);
  for (const [place, index] of indexes.entries()) {
    const row = figures.row(index);
    const packed = rest.subarray(place * bytesOfRow, (place + 1) * bytesOfRow);
    new Uint8Array(row.buffer, row.byteOffset, row.byteLength).set(packed);
  }
  figures.complete(indexes, skipped);
}

function pack(figures: JobFigures, from: number, to: number): Uint8Array<ArrayBuffer> {
  const indexes = Array.from(figures.doneAs(from, to));
  const skipped = indexes.flatMap((index) => {
    const reason = figures.skipped.get(index);
    return reason === undefined ? [] : [[index, reason] as const];
  });
  const rows = new Float64Array(indexes.length * figures.width);
  for (const [place, index] of indexes.entries()) rows.set(figures.row(index), place * figures.width);
  return joinPacked(JSON.stringify({ indexes, skipped } satisfies Header), rows);
}

/** A JSON text and numbers as one piece: the length of the text, the text, the numbers. */
export function joinPacked(text: string, numbers: Float64Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(HEADER_BYTES + json.byteLength + numbers.byteLength);
  new DataView(bytes.buffer).setUint32(0, json.byteLength, true);
  bytes.set(json, HEADER_BYTES);
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), HEADER_BYTES + json.byteLength);
  return bytes;
}

/** The parts of what `joinPacked` made. */
export function splitPacked(bytes: Uint8Array): { readonly json: string; readonly rest: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = HEADER_BYTES + view.getUint32(0, true);
  return { json: new TextDecoder().decode(bytes.subarray(HEADER_BYTES, start)), rest: bytes.subarray(start) };
}
