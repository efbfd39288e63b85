/** A database that cannot be used ends the start with 1 and a sentence that names it, without a password. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterEach, expect, it } from 'vitest';
import { dataFolder, end, endServers, launch, type Settings, startServer } from '../support/server-process.ts';

afterEach(endServers);

/** Starts a server that ends by itself; answers what it wrote to standard error. */
async function refusal(settings: Settings): Promise<string> {
  const refused = launch(settings);
  expect(await refused.exited).toEqual({ code: 1, signal: null });
  expect(refused.stdout()).not.toContain('trades on paper');
  return refused.stderr();
}

it('a folder that cannot be made', async () => {
  const file = join(dataFolder(), 'a-file');
  writeFileSync(file, '');

  expect(await refusal({ DATA_DIR: join(file, 'data') })).toMatch(/data\/dunlin.db cannot be used: .*DATA_DIR/);
});

it('a server that nobody runs, whose password is not shown', async () => {
  const message = await refusal({ DATABASE_URL: 'postgresql://user:hunter2@localhost:1/dunlin' });

  expect(message).toMatch(/The database localhost:1\/dunlin cannot be used: connect ECONNREFUSED .*DATABASE_URL/);
  expect(message).not.toContain('hunter2');
});

it('a file that is no database', async () => {
  const folder = dataFolder();
  writeFileSync(join(folder, 'dunlin.db'), 'not a database, but longer than a header of one'.repeat(100));

  expect(await refusal({ DATA_DIR: folder })).toMatch(/dunlin.db cannot be used: file is not a database/);
});

it('a database of a newer version, which is left as it is', async () => {
  const folder = dataFolder();
  await end(await startServer({ DATA_DIR: folder }), 'SIGTERM');
  const file = new SqliteFile(join(folder, 'dunlin.db'));
  file.exec(`INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
    VALUES ('x', 'y', '99990101000000_of_tomorrow', 1, 1, 1)`);
  file.close();

  expect(await refusal({ DATA_DIR: folder })).toMatch(/99990101000000_of_tomorrow .* is not known to this version/);
});
