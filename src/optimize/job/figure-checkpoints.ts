/**
 * Checkpoints of strategy jobs: a short JSON of what was skipped, and the rows of figures as they are in memory
 * (little-endian float64).
 */
import { invariant, readJson } from '../../core/index.ts';
import type { JobFigures } from '../engine/job-figures.ts';
import type { CheckpointSource } from './checkpoint.ts';

/** Bytes of the length of the JSON in front of the rows. */
const HEADER_BYTES = 4;

/** The combinations of a job as things to be checkpointed. */
export function figureCheckpoints(figures: JobFigures): CheckpointSource {
  let restored = 0;
  return {
    bytesOfOne: figures.width * Float64Array.BYTES_PER_ELEMENT,
    get storable() {
      return figures.prefix;
    },
    get isWhole() {
      return figures.done === figures.total;
    },
    get done() {
      return figures.done;
    },
    pack: (from, to) => pack(figures, from, to),
    unpack(bytes, count) {
      unpack(figures, bytes, { from: restored, to: restored + count });
      restored += count;
    },
  };
}

function unpack(
  figures: JobFigures,
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const rows = figures.rowsOf(from, to);
  const { json, rest } = splitPacked(bytes);
  invariant(rest.byteLength === rows.byteLength, `a checkpoint of ${to - from} combinations has their rows`);
  new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength).set(rest);
  figures.complete(from, to, readJson<readonly (readonly [number, string])[]>(json));
}

function pack(figures: JobFigures, from: number, to: number): Uint8Array<ArrayBuffer> {
  const skipped = Array.from(figures.skipped).filter(([index]) => index >= from && index < to);
  return joinPacked(JSON.stringify(skipped), figures.rowsOf(from, to));
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
