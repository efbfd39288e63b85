/**
 * How many combinations were tried on the same data: the distinct valid ones of this job and of the owner's earlier
 * complete jobs on the same symbols and an overlapping range, by strategy type. Whoever tries more needs a better best.
 *
 * Earlier trials are read in pages, so that neither the event loop nor other writers wait for a long history; those of jobs
 * that tried the same with other costs or on another part of the range are read once.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { readJson } from '../../core/index.ts';
import type { Database, Db, OptimizationRow } from '../../storage/index.ts';
import type { Parameters } from '../../strategies/index.ts';

/** Trials per page: about a millisecond. */
const PAGE = 1000;
/** Jobs that are compared at once, … */
const COMPARED = 100;
/** … and the bytes of what each was asked and skipped, above which it is not compared: a millisecond, too. */
const COMPARED_BYTES = 4000;

/** Counts for one job. */
export class TrialCount {
  readonly #database: Database;
  readonly #job: OptimizationRow;
  /** Of the job's own types: the combinations seen, as JSON. */
  readonly #seen: ReadonlyMap<string, Set<string>>;
  readonly #readJobs = new Set<number>();

  constructor(database: Database, job: OptimizationRow, strategyTypes: readonly string[]) {
    this.#database = database;
    this.#job = job;
    this.#seen = new Map(strategyTypes.map((type) => [type, new Set()]));
  }

  /** Adds a combination of this job that could be simulated. */
  add(strategyType: string, params: Parameters): void {
    this.#seen.get(strategyType)?.add(JSON.stringify(params));
  }

  /** Reads the trials of earlier jobs that were not read yet. */
  async readEarlier(): Promise<void> {
    // SQLite answers on this thread, which may have tasks to hand out.
    await breathe();
    const jobs = await earlierJobs(this.#database.read, this.#job);
    const unread = jobs.filter(({ id }) => !this.#readJobs.has(id));
    for (let from = 0; from < unread.length; from += COMPARED) {
      const some = unread.slice(from, from + COMPARED);
      const repeated = await this.#repeated(some);
      for (const page of pagesOf(some.filter(({ id }) => !repeated.has(id)))) {
        await breathe();
        await this.#readPage(page);
      }
      await breathe();
    }
    for (const { id } of unread) this.#readJobs.add(id);
  }

  /** Whether every earlier job that `db` sees was read. */
  async isComplete(db: Db): Promise<boolean> {
    const jobs = await earlierJobs(db, this.#job);
    return jobs.every(({ id }) => this.#readJobs.has(id));
  }

  /** Distinct combinations by strategy type. */
  counts(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#seen, ([type, seen]) => [type, seen.size]));
  }

  /**
   * Those of which another one has the same trials: all of a grid, or as many random ones of the same seed, by the same
   * version of the engine, the same of which could not be simulated. What `tpe` tries depends on what it finds. SQLite keeps
   * `skipped` behind the long results, so that it is read only where its length does not say that it is empty.
   */
  async #repeated(jobs: readonly JobSize[]): Promise<ReadonlySet<number>> {
    const { read, provider } = this.#database;
    const ids = jobs.map(({ id }) => id);
    const groups =
      provider === 'sqlite'
        ? await read.$queryRaw<readonly SameTrials[]>`
            SELECT json_group_array("id") AS "ids" FROM "Optimization"
            WHERE "id" IN (SELECT value FROM json_each(${JSON.stringify(ids)}))
              AND octet_length("config") <= ${COMPARED_BYTES} AND octet_length("skipped") <= ${COMPARED_BYTES}
              AND "config" ->> 'method' IN ('grid', 'random')
            GROUP BY "engineVersion", CASE octet_length("skipped") WHEN 2 THEN '[]' ELSE "skipped" END, "config" -> 'sections',
              "config" -> 'maxTrials', "config" -> 'seed'
            HAVING count(*) > 1`
        : await read.$queryRaw<readonly SameTrials[]>`
            SELECT json_agg("id")::text AS "ids"
            FROM (SELECT "id", "engineVersion", "skipped", "config"::json AS asked FROM "Optimization"
              WHERE "id" = ANY (${ids}::int[])
                AND octet_length("config") <= ${COMPARED_BYTES} AND octet_length("skipped") <= ${COMPARED_BYTES}) AS job
            WHERE asked ->> 'method' IN ('grid', 'random')
            GROUP BY "engineVersion", "skipped", (asked -> 'sections')::text, asked ->> 'maxTrials', asked ->> 'seed'
            HAVING count(*) > 1`;
    return new Set(groups.flatMap(({ ids: same }) => readJson<readonly number[]>(same).slice(1)));
  }

  async #readPage({ ids, from }: Page): Promise<void> {
    const { read, provider } = this.#database;
    // JSON texts have no line breaks of their own.
    const pages =
      provider === 'sqlite'
        ? await read.$queryRaw<readonly TrialPage[]>`
            SELECT "strategyType", group_concat("params", char(10)) AS "params" FROM "OptimizationTrial"
            WHERE "optimizationId" IN (SELECT value FROM json_each(${JSON.stringify(ids)}))
              AND "index" >= ${from} AND "index" < ${from + PAGE} AND "status" <> 'skipped'
            GROUP BY "strategyType"`
        : await read.$queryRaw<readonly TrialPage[]>`
            SELECT "strategyType", string_agg("params", chr(10)) AS "params" FROM "OptimizationTrial"
            WHERE "optimizationId" = ANY (${ids}::int[]) AND "index" >= ${from} AND "index" < ${from + PAGE}
              AND "status" <> 'skipped'
            GROUP BY "strategyType"`;
    for (const { strategyType, params } of pages) {
      const seen = this.#seen.get(strategyType);
      if (seen !== undefined) for (const text of params.split('\n')) seen.add(text);
    }
  }
}

/** A job and its combinations in all. */
interface JobSize {
  readonly id: number;
  readonly totalCombinations: number;
}

/** Jobs with the same trials: a JSON list of their ids. */
interface SameTrials {
  readonly ids: string;
}

/** Trials of one type: JSON texts, one a line. */
interface TrialPage {
  readonly strategyType: string;
  readonly params: string;
}

/** The trials of some jobs with indexes from `from` on, at most PAGE. */
interface Page {
  readonly ids: readonly number[];
  readonly from: number;
}

/** Short jobs share a page; a long one has several. */
function pagesOf(jobs: readonly JobSize[]): readonly Page[] {
  const pages: Page[] = [];
  let shared: number[] = [];
  let trials = Infinity;
  for (const { id, totalCombinations } of jobs) {
    trials += totalCombinations;
    if (trials > PAGE) {
      shared = [];
      trials = totalCombinations;
      pages.push({ ids: shared, from: 0 });
    }
    shared.push(id);
    for (let from = PAGE; from < totalCombinations; from += PAGE) pages.push({ ids: [id], from });
  }
  return pages;
}

/** Complete jobs of the owner on the same symbols and an overlapping range. */
export async function earlierJobs(
  db: Db,
  {
    id,
    ownerId,
    symbolKey,
    firstBar,
    lastBar,
  }: Pick<OptimizationRow, 'id' | 'ownerId' | 'symbolKey' | 'firstBar' | 'lastBar'>,
): Promise<readonly JobSize[]> {
  return await db.$queryRaw<readonly JobSize[]>`
    SELECT "id", "totalCombinations" FROM "Optimization"
    WHERE "ownerId" = ${ownerId} AND "symbolKey" = ${symbolKey} AND "status" = 'complete' AND "firstBar" <= ${lastBar}
      AND "lastBar" >= ${firstBar} AND "id" <> ${id}
    ORDER BY "id"`;
}
