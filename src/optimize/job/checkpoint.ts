/**
 * What a running job has computed so far, kept in the database, so that after a kill another process goes on from there.
 * A checkpoint holds things in the order in which they were found, from the end of the one before, without a gap. What
 * they are, and how they become bytes, is the kind of job's to say.
 */
import { type Database, type Db, updateRow } from '../../storage/index.ts';
import { type Holder, heldBy } from './job-lease.ts';
import type { WorkDeps } from './job-work.ts';

/** Uncheckpointed work that is worth a write, in ms. */
const WORK_MS = 2000;
/** Most bytes in one checkpoint, about. */
const MAX_BYTES = 2 ** 20;

/** What is checkpointed: things that are found one after the other. */
export interface CheckpointSource {
  /** So many have been found from the first on without a gap. */
  readonly storable: number;
  /** Whether all have been: there is nothing to come back to. */
  readonly isWhole: boolean;
  /** Combinations of which nothing more will be found, for those who ask another process. */
  readonly done: number;
  /** About how many bytes a thing takes. */
  readonly bytesOfOne: number;
  pack(from: number, to: number): Uint8Array<ArrayBuffer>;
  /** Takes `count` things back, which come after those that were taken before. */
  unpack(bytes: Uint8Array, count: number): void;
}

/** A checkpoint of a job, by its place among them. */
export async function readCheckpoint(
  read: Db,
  optimizationId: number,
  sequence: number,
): Promise<{ readonly count: number; readonly figures: Uint8Array } | undefined> {
  const [row] = await read.$queryRaw<readonly { readonly count: number; readonly figures: Uint8Array }[]>`
    SELECT "count", "figures" FROM "OptimizationCheckpoint"
    WHERE "optimizationId" = ${optimizationId} AND "sequence" = ${sequence}`;
  return row;
}

/** The checkpoints of one job, of which this process holds the lease. */
export class Checkpoints {
  readonly #database: Database;
  readonly #workMs: number;
  readonly #job: { readonly id: number; readonly holder: Holder };
  readonly #source: CheckpointSource;
  #stored = 0;
  #sequence = 0;
  #storedAt = performance.now();
  #writing: Promise<void> | undefined;

  constructor(
    { database, checkpointMs = WORK_MS }: Pick<WorkDeps, 'database' | 'checkpointMs'>,
    job: { readonly id: number; readonly holder: Holder },
    source: CheckpointSource,
  ) {
    this.#database = database;
    this.#workMs = checkpointMs;
    this.#job = job;
    this.#source = source;
  }

  /** Gives the source what was computed before. Call it once, before anything is computed. */
  async restore(): Promise<void> {
    const { read } = this.#database;
    for (;;) {
      const row = await readCheckpoint(read, this.#job.id, this.#sequence);
      if (row === undefined) break;
      this.#source.unpack(row.figures, row.count);
      this.#sequence += 1;
      this.#stored += row.count;
    }
    this.#storedAt = performance.now();
  }

  /** Stores what is new, in the background, when so much work would be lost that it is worth it. */
  tick(onError: (error: unknown) => void): void {
    if (this.#writing !== undefined || performance.now() - this.#storedAt < this.#workMs) return;
    if (this.#source.storable === this.#stored || this.#source.isWhole) return;
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
    const source = this.#source;
    const step = Math.max(1, Math.floor(MAX_BYTES / source.bytesOfOne));
    const until = source.storable;
    let [from, sequence] = [this.#stored, this.#sequence];
    for (; from < until; from = Math.min(until, from + step), sequence += 1) {
      const to = Math.min(until, from + step);
      // Raw: Prisma would write the bytes as base64 and read them again, which takes ten milliseconds and more for 1 MiB.
      await db.$executeRaw`INSERT INTO "OptimizationCheckpoint" ("optimizationId", "sequence", "count", "figures")
        VALUES (${this.#job.id}, ${sequence}, ${to - from}, ${source.pack(from, to)})`;
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
        const columns = { progressCombo: this.#source.done };
        if (await updateRow(db, 'Optimization', { where: heldBy(id, holder), columns })) await this.store(db);
      });
      this.#storedAt = performance.now();
    } catch (error) {
      [this.#stored, this.#sequence] = [stored, sequence];
      throw error;
    }
  }
}
