import { type Clock, dateOf } from '../core/index.ts';
import type { Database } from './database.ts';

/** The user to whom everything belongs until access control names others. */
export const DEFAULT_USER_NAME = 'default';

/** The id of the default user, who is created when missing, once even when several processes start together. */
export async function ensureDefaultUser(database: Database, clock: Clock): Promise<number> {
  const { id } = await database.transaction(async (tx) => {
    await tx.$executeRaw`INSERT INTO "User" ("name", "createdAt") VALUES (${DEFAULT_USER_NAME}, ${dateOf(clock)})
      ON CONFLICT ("name") DO NOTHING`;
    return tx.user.findUniqueOrThrow({ where: { name: DEFAULT_USER_NAME }, select: { id: true } });
  });
  return id;
}
