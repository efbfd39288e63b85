import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/storage/index.ts';
import { createTestDatabase, eachDatabase } from '../support/database.ts';
import { scriptPath } from '../support/script-path.ts';

const createdAt = new Date(0);
const children = new Set<ChildProcess>();

afterEach(async () => {
  const exits = [...children].map((child) => once(child, 'exit'));
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await Promise.all(exits);
});

/** A process that writes without end from 15 places. */
async function startWriters(url: string): Promise<void> {
  const child = spawn(process.execPath, [scriptPath('write-without-end.ts'), url, '15'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  await once(createInterface({ input: child.stdout }), 'line');
}

function write(database: Database, name: string, isUrgent = false): Promise<number> {
  return database.transaction(
    async (tx) => (await tx.user.create({ data: { name, createdAt }, select: { id: true } })).id,
    { isUrgent },
  );
}

describe('an urgent transaction', () => {
  eachDatabase((provider, create) => {
    it('goes before all that wait in its process', async () => {
      const database = await (await create()).open();

      const ordinary = Array.from({ length: 60 }, (_, index) => write(database, `ordinary ${index}`));
      const urgent = await write(database, 'urgent', true);
      const ids = await Promise.all(ordinary);

      // Those that had begun before it; on PostgreSQL as many as the pool has connections, twice over by then.
      expect(ids.filter((id) => id < urgent).length).toBeLessThan(provider === 'sqlite' ? 3 : 30);
    });

    it('does not wait for the connections that others hold', async () => {
      const database = await (await create()).open();
      let release: (() => void) | undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const held = provider === 'sqlite' ? 0 : 12;
      const holders = Array.from({ length: held }, () => database.transaction(() => released));

      const urgent = await Promise.race([write(database, 'urgent', true), sleep(5_000).then(() => null)]);

      release?.();
      await Promise.all(holders);
      expect(urgent).not.toBeNull();
    });

    it('gets its turn among two processes that write without a pause', async () => {
      const test = await create();
      const database = await test.open();
      await Promise.all([startWriters(test.url), startWriters(test.url)]);

      const durations: number[] = [];
      for (let index = 0; index < 9; index += 1) {
        const startedAt = performance.now();
        await write(database, `urgent ${index}`, true);
        durations.push(performance.now() - startedAt);
        await sleep(20);
      }

      // Some 10 ms on a machine that does nothing else; a second at most on one that is far too busy.
      expect(durations.toSorted((a, b) => a - b)[4]).toBeLessThan(1_000);
    }, 60_000);
  });

  it('goes before one of its process that waits for another process (SQLite)', async () => {
    const test = await createTestDatabase('sqlite');
    const database = await test.open();
    const other = new SqliteFile(test.url.slice('file:'.length));
    other.exec('BEGIN IMMEDIATE');
    const ordinary = write(database, 'ordinary');
    await sleep(50);
    const urgent = write(database, 'urgent', true);
    await sleep(50);

    other.exec('COMMIT');
    other.close();

    expect(await urgent).toBeLessThan(await ordinary);
    await test.drop();
  });

  it('gets in between the writes of another connection that never pauses (SQLite)', async () => {
    const test = await createTestDatabase('sqlite');
    const [busy, other] = [await test.open(), await test.open()];
    const state = { isOver: false, commits: 0 };
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; !state.isOver && index < 500; index += 1) {
        await write(busy, `${writer}-${index}`);
        state.commits += 1;
      }
    });
    await sleep(20);

    const before = state.commits;
    await write(other, 'urgent', true);
    const meanwhile = state.commits - before;

    state.isOver = true;
    await Promise.all(writers);
    expect(meanwhile).toBeLessThan(100);
    await test.drop();
  });

  it('comes to be known at all while others write without a pause: timers run between transactions (SQLite)', async () => {
    const test = await createTestDatabase('sqlite');
    const database = await test.open();
    const state = { isOver: false };
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; !state.isOver; index += 1) await write(database, `${writer}-${index}`);
    });

    const startedAt = performance.now();
    await sleep(20);
    const sleptMs = performance.now() - startedAt;

    state.isOver = true;
    await Promise.all(writers);
    expect(sleptMs).toBeLessThan(2_000);
    await test.drop();
  }, 20_000);
});
