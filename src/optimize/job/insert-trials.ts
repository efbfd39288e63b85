import { setImmediate as breathe } from 'node:timers/promises';
import type { Database, Db } from '../../storage/index.ts';

/**
 * Inserts trials from JSON texts, one statement each: Prisma's `createMany` takes more than twenty times as long. SQLite works on
 * this thread, one or two milliseconds for a text of 500 trials (`json_each` would write the text of a trial anew for each of
 * its columns); between two texts the event loop has its turn.
 *
 * @param texts JSON arrays of trials, each an array [index, strategyType, status, rank, params, meanSharpe, sharpeStd,
 *   meanReturn, maxDrawdown, meanWinRate, trades, reason]
 */
export async function insertTrials(
  db: Db,
  { provider }: Pick<Database, 'provider'>,
  { optimizationId, texts }: { readonly optimizationId: number; readonly texts: readonly string[] },
): Promise<void> {
  for (const text of texts) {
    await breathe();
    if (provider === 'sqlite') {
      await db.$executeRaw`
        INSERT INTO "OptimizationTrial" ("optimizationId", "index", "strategyType", "status", "rank", "params",
          "meanSharpe", "sharpeStd", "meanReturn", "maxDrawdown", "meanWinRate", "trades", "reason")
        SELECT ${optimizationId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
          value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
        FROM jsonb_each(${text})`;
    } else {
      await db.$executeRaw`
        INSERT INTO "OptimizationTrial" ("optimizationId", "index", "strategyType", "status", "rank", "params",
          "meanSharpe", "sharpeStd", "meanReturn", "maxDrawdown", "meanWinRate", "trades", "reason")
        SELECT ${optimizationId}::int, (e ->> 0)::int, e ->> 1, e ->> 2, (e ->> 3)::int, e ->> 4, (e ->> 5)::float8,
          (e ->> 6)::float8, (e ->> 7)::float8, (e ->> 8)::float8, (e ->> 9)::float8, (e ->> 10)::int, e ->> 11
        FROM json_array_elements(${text}::json) AS e`;
    }
  }
}
