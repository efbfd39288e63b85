import SqliteFile, { type Statement } from 'better-sqlite3';
import { vi } from 'vitest';

/**
 * Takes down the statements that any SQLite connection of this process runs from now on, until `vi.restoreAllMocks`. Connections
 * keep what they have compiled, so that compiling tells of few.
 *
 * @returns the texts, each as often as it ran
 */
export function statementsRun(): () => readonly string[] {
  const file = new SqliteFile(':memory:');
  const prototype: Statement = Object.getPrototypeOf(file.prepare('SELECT 1'));
  file.close();
  const spies = [vi.spyOn(prototype, 'run'), vi.spyOn(prototype, 'all')];
  return () => spies.flatMap(({ mock }) => (mock.contexts as readonly Statement[]).map(({ source }) => source));
}
