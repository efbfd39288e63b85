/**
 * How many combinations were tried on the same data: the distinct valid ones of this job and of the owner's earlier
 * complete jobs on the same symbols and an overlapping range, by strategy type. Whoever tries more needs a better best.
 *
 * Earlier trials are read in pages, so that neither the event loop nor other writers wait for a long history.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { readJson } from '../../core/index.ts';
import type { Database, Db, OptimizationRow } from '../../storage/index.ts';
import type { Parameters } from '../../strategies/index.ts';

/** Trials per page: about a millisecond. */
const PAGE = 1000;

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
    const jobs = await earlierJobs(this.#database.read, this.#job);
    const unread = jobs.filter(({ id }) => !this.#readJobs.has(id));
    for (const page of pagesOf(unread)) {
      // SQLite answers on this thread.
      await breathe();
      await this.#readPage(page);
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

  async #readPage({ ids, from }: Page): Promise<void> {
    const { read, provider } = this.#database;
    const pages =
      provider === 'sqlite'
        ? await read.$queryRaw<readonly TrialPage[]>`
            SELECT "strategyType", json_group_array("params") AS "params" FROM "OptimizationTrial"
            WHERE "optimizationId" IN (SELECT value FROM json_each(${JSON.stringify(ids)}))
              AND "index" >= ${from} AND "index" < ${from + PAGE} AND "status" <> 'skipped'
            GROUP BY "strategyType"`
        : await read.$queryRaw<readonly TrialPage[]>`
            SELECT "strategyType", json_agg("params")::text AS "params" FROM "OptimizationTrial"
            WHERE "optimizationId" = ANY (${ids}::int[]) AND "index" >= ${from} AND "index" < ${from + PAGE}
              AND "status" <> 'skipped'
            GROUP BY "strategyType"`;
    for (const { strategyType, params } of pages) {
      const seen = this.#seen.get(strategyType);
      if (seen !== undefined) for (const text of readJson<readonly string[]>(params)) seen.add(text);
    }
  }
}

/** Trials of one type: a JSON list of JSON texts. */
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
function pagesOf(jobs: readonly { readonly id: number; readonly totalCombinations: number }[]): readonly Page[] {
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
export function earlierJobs(
  db: Db,
  {
    id,
    ownerId,
    symbolKey,
    firstBar,
    lastBar,
  }: Pick<OptimizationRow, 'id' | 'ownerId' | 'symbolKey' | 'firstBar' | 'lastBar'>,
) {
  return db.optimization.findMany({
    where: {
      ownerId,
      symbolKey,
      status: 'complete',
      firstBar: { lte: lastBar },
      lastBar: { gte: firstBar },
      id: { not: id },
    },
    select: { id: true, totalCombinations: true },
    orderBy: { id: 'asc' },
  });
}
