/** One that writes without a pause lets other processes in, and heeds and raises the flag of urgent writes (SQLite). */
import { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomIds } from '../../src/core/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { UrgentFlag } from '../../src/storage/urgent-flag.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

/** Every pause of this process. The program imports the function by its name: such imports follow the module when they are told to. */
const pauses: number[] = [];
const paused = timers.setTimeout;
timers.setTimeout = ((ms: number, ...rest: []) => {
  pauses.push(ms);
  return paused(ms, ...rest);
}) as typeof timers.setTimeout;
syncBuiltinESMExports();

/** The pause in ms that lets others in; between two attempts it is 2, of urgent ones 1. */
const LET_IN_MS = 3;

let test: TestDatabase;
let database: Database;
let path: string;
/** Another process. */
let other: SqliteFile.Database;

beforeEach(async () => {
  test = await createTestDatabase('sqlite');
  database = await test.open();
  path = test.url.slice('file:'.length);
  other = new SqliteFile(path);
});
afterEach(async () => {
  other.close();
  await test.drop();
});

function write(isUrgent = false): Promise<unknown> {
  return database.transaction((tx) => tx.user.create({ data: { name: randomIds.next(), createdAt: new Date(0) } }), {
    isUrgent,
  });
}

/** How often others were let in during some 100 ms of writing. */
async function lettingIn(): Promise<number> {
  pauses.length = 0;
  for (const since = performance.now(); performance.now() - since < 100; ) await write();
  return pauses.filter((ms) => ms === LET_IN_MS).length;
}

describe('one that writes without a pause', () => {
  it('pauses now and then after it has met another process, and not when it is alone', async () => {
    expect(await lettingIn()).toBe(0);

    other.exec('BEGIN IMMEDIATE');
    const waiting = write();
    await paused(20);
    other.exec('COMMIT');
    await waiting;

    expect(await lettingIn()).toBeGreaterThan(0);
  });
});

describe('the flag of urgent writes', () => {
  it('holds back what is not urgent, also when nobody has the lock', async () => {
    const flag = new UrgentFlag(path);
    const raising = setInterval(() => flag.raise(), 20);
    flag.raise();
    const ended: string[] = [];
    const ordinary = write().then(() => ended.push('ordinary'));
    await paused(500);
    expect(ended).toEqual([]);

    clearInterval(raising);
    flag.lower();
    await ordinary;
  });

  it('is raised by an urgent one that waits for another process, and lowered after it', async () => {
    other.exec('BEGIN IMMEDIATE');
    const urgent = write(true);
    await eventually('the flag', () => (existsSync(`${path}-urgent`) ? true : null));
    other.exec('COMMIT');
    await urgent;

    expect(existsSync(`${path}-urgent`)).toBe(false);
  });

  it('that a dead process left behind is ignored', async () => {
    new UrgentFlag(path).raise();

    await write();

    expect(existsSync(`${path}-urgent`)).toBe(true);
  });
});
