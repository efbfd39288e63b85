import { localUser, type Principal } from '../../src/access/index.ts';
import { randomIds } from '../../src/core/index.ts';
import type { Database } from '../../src/storage/index.ts';

/** Another user, with every scope, so that tests on one database do not meet. */
export async function createOwner(database: Database): Promise<Principal> {
  const data = { name: randomIds.next(), createdAt: new Date(0) };
  return localUser((await database.transaction((tx) => tx.user.create({ data }))).id);
}
