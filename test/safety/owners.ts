import type { Database } from '../../src/storage/index.ts';

/** Makes so many users and answers their ids. */
export async function addOwners(database: Database, count: number): Promise<readonly number[]> {
  const data = Array.from({ length: count }, (_, index) => ({ name: `owner ${index}`, createdAt: new Date(0) }));
  const made = await database.transaction((db) => db.user.createManyAndReturn({ data, select: { id: true } }));
  return made.map(({ id }) => id).toSorted((a, b) => a - b);
}
