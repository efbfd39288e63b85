/**
 * The migrations that are checked in, and which of them a database still lacks. They are applied at start, recorded in
 * `_prisma_migrations` just as `prisma migrate deploy` records them, so that either can continue what the other began.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { packageFile } from '../core/index.ts';

/** A migration that is checked in. */
export interface Migration {
  /** The folder's name, `<UTC timestamp>_<name>`: migrations are applied in the order of their names. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the SQL, in hex. */
  readonly checksum: string;
}

/** A row of `_prisma_migrations`. */
export interface RecordedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly isFinished: boolean;
  readonly isRolledBack: boolean;
}

/** The database and this version of the program do not fit together; the message says what to do. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
}

/** Reads the migrations of one provider, oldest first. */
export function readMigrations(provider: 'sqlite' | 'postgresql'): readonly Migration[] {
  const folder = packageFile(`prisma/${provider}/migrations/`);
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
  return names.map((name) => {
    const sql = readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

/**
 * The first migration that the database lacks, null when it lacks none.
 *
 * @throws {MigrationRefused} when an applied migration was changed since, did not finish, is unknown to this version, or
 * comes after one that is missing
 */
export function nextMigration(known: readonly Migration[], recorded: readonly RecordedMigration[]): Migration | null {
  const applied = new Map(recorded.filter((row) => !row.isRolledBack).map((row) => [row.name, row]));
  const next = known.find((migration) => !applied.has(migration.name)) ?? null;
  for (const row of applied.values()) {
    const migration = known.find(({ name }) => name === row.name);
    refuseUnless(
      migration !== undefined,
      row,
      'is not known to this version. Start the version that applied it, or a newer one.',
    );
    refuseUnless(
      row.isFinished,
      row,
      'did not finish. Restore the database from a backup, or finish it by hand and set finished_at.',
    );
    refuseUnless(
      migration.checksum === row.checksum,
      row,
      'was changed after it was applied. Restore its migration.sql, and put the change into a new migration.',
    );
    refuseUnless(
      next === null || row.name < next.name,
      row,
      `was applied before the older ${next?.name}. Give the older one a newer name.`,
    );
  }
  return next;
}

function refuseUnless(condition: boolean, row: RecordedMigration, why: string): asserts condition {
  if (!condition) throw new MigrationRefused(`The migration ${row.name} in the database ${why}`);
}
