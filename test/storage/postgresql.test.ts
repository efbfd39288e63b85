import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { DomainError } from '../../src/core/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { createTestDatabase, TEST_PROVIDERS, type TestDatabase } from '../support/database.ts';

describe.skipIf(!TEST_PROVIDERS.includes('postgresql'))('PostgreSQL (needs TEST_POSTGRES_URL)', () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await createTestDatabase('postgresql');
    database = await test.open();
  });

  afterAll(() => test.drop());

  /** Cuts the connections of the test's database whose latest statement begins with `statement`, but not its own. */
  async function cutConnections(statement: string): Promise<number> {
    const rows = await database.transaction(
      (tx) => tx.$queryRaw<unknown[]>`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE ${`${statement}%`}`,
    );
    return rows.length;
  }

  it('is sent one statement at a time, also where Prisma makes several of one', async () => {
    const connections = new Map<object, number>();
    let most = 0;
    let insertions = 0;
    const real = Reflect.get(pg.Client.prototype, 'query');
    const counted = async function (this: pg.Client, asked: Partial<pg.QueryConfig>): Promise<unknown> {
      const underWay = (connections.get(this) ?? 0) + 1;
      connections.set(this, underWay);
      most = Math.max(most, underWay);
      if (asked.text?.startsWith('INSERT') === true) insertions += 1;
      try {
        return await Reflect.apply(real, this, [asked]);
      } finally {
        connections.set(this, underWay - 1);
      }
    };
    Reflect.set(pg.Client.prototype, 'query', counted);
    onTestFinished(() => void Reflect.set(pg.Client.prototype, 'query', real));
    const event = { ownerId: 1, type: 'Many', subjectType: 'thing', subjectId: 1, mode: 'paper', payload: '{}' };
    const more = { correlationId: 'x', occurredAt: new Date(0) };
    // More parameters than a statement may have.
    const rows = Array.from({ length: 4_000 }, (_, n) => ({ ...event, ...more, cursor: BigInt(n) }));

    const count = await database.transaction(async (tx) => {
      await tx.event.createMany({ data: rows });
      return (await tx.event.deleteMany({ where: { type: 'Many' } })).count;
    });

    expect({ count, insertions, most }).toEqual({ count: rows.length, insertions: 2, most: 1 });
  });

  it('reports a connection that breaks inside a transaction as UNAVAILABLE, and works again at once', async () => {
    const attempt = database.transaction(async (tx) => {
      await tx.user.create({ data: { name: 'cut off', createdAt: new Date(0) } });
      await tx.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`;
    });

    await expect(attempt).rejects.toMatchObject({ name: 'DomainError', code: 'UNAVAILABLE' });
    expect(await database.transaction((tx) => tx.user.count())).toBe(0);
  });

  it('reports a deadlock as UNAVAILABLE to one of the two, and commits the other', async () => {
    const [first, second] = await database.transaction(async (tx) => [
      await tx.user.create({ data: { name: 'first', createdAt: new Date(0) } }),
      await tx.user.create({ data: { name: 'second', createdAt: new Date(0) } }),
    ]);
    const updateBoth = (one: number | undefined, other: number | undefined, at: number): Promise<void> =>
      database.transaction(async (tx) => {
        for (const id of [one, other]) {
          await tx.user.updateMany({ where: { id: id ?? 0 }, data: { createdAt: new Date(at) } });
          await sleep(200);
        }
      });

    const outcomes = await Promise.allSettled([
      updateBoth(first?.id, second?.id, 1),
      updateBoth(second?.id, first?.id, 2),
    ]);

    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    await database.transaction((tx) => tx.user.deleteMany());
  });

  it('survives that all its idle connections are cut', async () => {
    await Promise.all(Array.from({ length: 5 }, () => database.read.user.count()));

    expect(await cutConnections('')).toBeGreaterThan(0);
    await sleep(50);

    // A connection may be handed out before its end is noticed: once, and never as another error.
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => database.read.user.count()));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(DomainError);
    }
    expect(await database.read.user.count()).toBe(0);
  });

  it('delivers an announcement with the commit, drops it with a rollback, and listens again after a cut', async () => {
    let heard = 0;
    const following = await database.follow({ channel: 'a_channel', heard: () => (heard += 1), pollMs: 60_000 });
    const heardAtStart = heard;

    await database.transaction(async (tx) => {
      await database.announce(tx, 'a_channel');
      await sleep(50);
      expect(heard).toBe(heardAtStart);
    });
    await expect.poll(() => heard).toBe(heardAtStart + 1);
    const rolledBack = database.transaction(async (tx) => {
      await database.announce(tx, 'a_channel');
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(await cutConnections('LISTEN')).toBe(1);
    await expect.poll(() => heard, { timeout: 5_000 }).toBe(heardAtStart + 2);
    await database.transaction((tx) => database.announce(tx, 'a_channel'));

    await expect.poll(() => heard).toBe(heardAtStart + 3);
    await following.close();
  });

  it('does not wait for a lock for ever when a process froze inside a transaction', async () => {
    const [limits] = await database.transaction(
      (tx) => tx.$queryRaw<{ statement: string; idle: string; isolation: string }[]>`
        SELECT current_setting('statement_timeout') AS statement,
          current_setting('idle_in_transaction_session_timeout') AS idle,
          current_setting('transaction_isolation') AS isolation`,
    );

    expect(limits).toEqual({ statement: '30s', idle: '1min', isolation: 'read committed' });
  });
});
