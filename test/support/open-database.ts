/** Opens databases as tests do, in whatever process. It knows nothing of the test runner. */
import { type Clock, systemClock } from '../../src/core/index.ts';
import { type Database, openDatabase } from '../../src/storage/index.ts';

/** Connections of each pool: few, because many databases are open at once and the server has room for about a hundred. */
export const TEST_POOL_SIZE = 3;

/** Opens one; see `openDatabase`. */
export function openTestDatabase(url: string, clock: Clock = systemClock): Promise<Database> {
  return openDatabase(url, clock, { poolSize: TEST_POOL_SIZE });
}
