/**
 * What a running job has computed so far, kept in the database, so that after a kill another process goes on from there.
 * A checkpoint holds the combinations from the end of the one before, without a gap: a short JSON of what was skipped, and
 * the rows of figures as they are in memory (little-endian float64).
 */
import { invariant, readJson } from '../../core/index.ts';
import type { Database, Db } from '../../storage/index.ts';
import type { JobFigures } from '../engine/job-figures.ts';
import { type Holder, heldBy } from './job-lease.ts';

/** Uncheckpointed work that is worth a write, in ms. */
const WORK_MS = 2000;
/** Most bytes of rows in one checkpoint. */
const MAX_BYTES = 2 ** 20;
/** Bytes of the length of the JSON in front of the rows. */
const HEADER_BYTES = 4;

/** The checkpoints of one job, of which this process holds the lease. */
export class Checkpoints {
  readonly #database: Database;
  readonly #job: { readonly id: number; readonly holder: Holder };
  readonly #figures: JobFigures;
  #stored = 0;
  #sequence = 0;
  #storedAt = performance.now();
  #writing: Promise<void> | undefined;

  constructor(database: Database, job: { readonly id: number; readonly holder: Holder }, figures: JobFigures) {
    this.#database = database;
    this.#job = job;
    this.#figures = figures;
  }

  /** Fills the figures with what was computed before. Call it once, before anything is computed. */
  async restore(): Promise<void> {
    const { read } = this.#database;
    for (;;) {
      const next = { optimizationId: this.#job.id, sequence: this.#sequence };
      const row = await read.optimizationCheckpoint.findUnique({ where: { optimizationId_sequence: next } });
      if (row === null) break;
      this.#unpack(row.figures, row.count);
      this.#sequence += 1;
      this.#stored += row.count;
    }
    this.#storedAt = performance.now();
  }

  /** Stores what is new, in the background, when at least 2 s of work would be lost otherwise. */
  tick(onError: (error: unknown) => void): void {
    if (this.#writing !== undefined || performance.now() - this.#storedAt < WORK_MS) return;
    if (this.#figures.prefix === this.#stored || this.#figures.done === this.#figures.total) return;
    this.#writing = this.#write()
      .catch(onError)
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** Resolves when no write is under way. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  /** Stores what is new in a transaction of the caller, who holds the lease in it. */
  async store(db: Db): Promise<void> {
    const figures = this.#figures;
    const step = Math.max(1, Math.floor(MAX_BYTES / (figures.width * Float64Array.BYTES_PER_ELEMENT)));
    const until = figures.prefix;
    let [from, sequence] = [this.#stored, this.#sequence];
    for (; from < until; from = Math.min(until, from + step), sequence += 1) {
      const to = Math.min(until, from + step);
      await db.optimizationCheckpoint.create({
        data: { optimizationId: this.#job.id, sequence, count: to - from, figures: pack(figures, from, to) },
      });
    }
    [this.#stored, this.#sequence] = [from, sequence];
  }

  /** In a transaction of its own, if the lease is still held. */
  async #write(): Promise<void> {
    const { id, holder } = this.#job;
    const [stored, sequence] = [this.#stored, this.#sequence];
    try {
      await this.#database.transaction(async (db) => {
        // A write first: it locks the row, so that the lease cannot be lost before the commit.
        const data = { progressCombo: this.#figures.done };
        const held = await db.optimization.updateMany({ where: heldBy(id, holder), data });
        if (held.count === 1) await this.store(db);
      });
      this.#storedAt = performance.now();
    } catch (error) {
      [this.#stored, this.#sequence] = [stored, sequence];
      throw error;
    }
  }

  #unpack(bytes: Uint8Array, count: number): void {
    const figures = this.#figures;
    const from = this.#stored;
    const to = from + count;
    const rows = figures.rowsOf(from, to);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = HEADER_BYTES + view.getUint32(0, true);
    invariant(bytes.byteLength === start + rows.byteLength, `a checkpoint of ${count} combinations has their rows`);
    const skipped = readJson<readonly (readonly [number, string])[]>(
      new TextDecoder().decode(bytes.subarray(HEADER_BYTES, start)),
    );
    new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength).set(bytes.subarray(start));
    figures.complete(from, to, skipped);
  }
}

function pack(figures: JobFigures, from: number, to: number): Uint8Array<ArrayBuffer> {
  const skipped = Array.from(figures.skipped).filter(([index]) => index >= from && index < to);
  const json = new TextEncoder().encode(JSON.stringify(skipped));
  const rows = figures.rowsOf(from, to);
  const bytes = new Uint8Array(HEADER_BYTES + json.byteLength + rows.byteLength);
  new DataView(bytes.buffer).setUint32(0, json.byteLength, true);
  bytes.set(json, HEADER_BYTES);
  bytes.set(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength), HEADER_BYTES + json.byteLength);
  return bytes;
}
