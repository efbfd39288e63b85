/** A PostgreSQL server that has no connection left: of a role that may have few, so that no other test is refused one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { translateDriverError } from '../../src/storage/errors.ts';
import { type Database, openDatabase } from '../../src/storage/index.ts';
import { connectClient, PatientPool } from '../../src/storage/postgresql-connections.ts';
import { createTestDatabase, TEST_PROVIDERS, type TestDatabase } from '../support/database.ts';
import { queryPostgres } from '../support/postgres-server.ts';

/** What an open database has at least: to write, to write urgently, to read. */
const AT_LEAST = 3;

describe.skipIf(!TEST_PROVIDERS.includes('postgresql'))('a PostgreSQL server without a free connection', () => {
  let test: TestDatabase;
  let role: string;
  let url: string;

  beforeAll(async () => {
    test = await createTestDatabase('postgresql', { isEmpty: true });
    const address = new URL(test.url);
    role = `${address.pathname.slice(1)}_few`;
    await queryPostgres(test.url, `CREATE ROLE ${role} LOGIN PASSWORD 'few'`);
    await queryPostgres(test.url, `GRANT ALL ON SCHEMA public TO ${role}`);
    address.username = role;
    address.password = 'few';
    url = address.href;
  });

  afterAll(async () => {
    await queryPostgres(test.url, `DROP OWNED BY ${role}`);
    await queryPostgres(test.url, `DROP ROLE ${role}`);
    await test.drop();
  });

  /** Most connections of the role from now on. */
  async function allow(connections: number): Promise<void> {
    await queryPostgres(test.url, `ALTER ROLE ${role} CONNECTION LIMIT ${connections}`);
  }

  async function open(poolSize: number): Promise<Database> {
    const database = await openDatabase(url, systemClock, { poolSize });
    onTestFinished(() => database.close());
    return database;
  }

  /** Begins as many transactions and reads at once; answers how each ended. */
  async function work(database: Database, count: number): Promise<readonly PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(
      Array.from({ length: count }, (_, index) =>
        index % 2 === 0
          ? database.transaction((tx) => tx.$queryRaw`SELECT pg_sleep(0.01)::text`)
          : database.read.$queryRaw`SELECT pg_sleep(0.01)::text`,
      ),
    );
  }

  it('keeps nobody from working whose pools together would be larger: each makes do with what it gets', async () => {
    await allow(3 * AT_LEAST + 2);

    const servers = await Promise.all(Array.from({ length: 3 }, () => open(10)));
    const ends = await Promise.all(servers.map((database) => work(database, 24)));

    expect(ends.flat().filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('is waited for by a server that starts, and by one that listens', async () => {
    await allow(AT_LEAST + 1);
    const first = await open(1);
    const client = await connectClient({ connectionString: url });
    let isOpen = false;

    const second = first.follow({ channel: 'a_channel', heard: () => (isOpen = true), pollMs: 60_000 });
    await sleep(300);
    expect(isOpen).toBe(false);
    await client.end();

    await (await second).close();
    expect(isOpen).toBe(true);
  });

  it('refuses in the end when nobody gives one back, which is UNAVAILABLE and no bug', async () => {
    await allow(1);
    const short = { connectionString: url, connectionTimeoutMillis: 200 };
    const pool = new PatientPool({ ...short, max: 1 });
    const held = await pool.connect();

    await expect(connectClient(short)).rejects.toMatchObject({ code: '53300' });
    const late: unknown = await pool.connect().catch((error: unknown) => error);
    held.release();
    await pool.end();

    expect(translateDriverError(late)).toMatchObject({
      name: 'DatabaseUnavailable',
      message: expect.stringContaining('timeout'),
    });
  });

  it('lets those that wait have connections as soon as it has them, though nobody gives one back', async () => {
    await allow(1);
    const pool = new PatientPool({ connectionString: url, max: 3 });
    const held = await pool.connect();
    onTestFinished(async () => {
      held.release();
      await pool.end();
    });
    const waiting = [pool.connect(), pool.connect()];
    await sleep(200);
    const waited = pool.waitingCount;
    await allow(3);

    const clients = await Promise.all(waiting);
    for (const client of clients) client.release();
    expect(waited).toBe(2);
  });

  it('keeps what is urgent waiting for a connection, and not for those that others hold', async () => {
    await allow(AT_LEAST);
    const database = await open(1);
    const urgently = <T>(run: () => Promise<T>): Promise<T> => database.transaction(run, { isUrgent: true });
    let end = (): void => undefined;
    const first = urgently(() => new Promise<void>((resolve) => (end = resolve)));
    const second = urgently(async () => 'done');
    await sleep(300);
    await allow(AT_LEAST + 1);

    expect(await Promise.race([second, sleep(500, 'still waiting')])).toBe('done');
    end();
    await first;
  });

  it('lets a pool grow again once it has connections', async () => {
    await allow(AT_LEAST);
    const database = await open(5);
    await work(database, 10);

    await allow(20);
    await sleep(1_200);
    await Promise.all(
      Array.from({ length: 5 }, () => database.transaction((tx) => tx.$queryRaw`SELECT pg_sleep(0.5)::text`)),
    );

    const found = await queryPostgres(test.url, `SELECT 1 FROM pg_stat_activity WHERE usename = '${role}'`);
    expect(found.length).toBeGreaterThan(AT_LEAST);
  });
});
