import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuditEntry, appendAudit, haltTrading, verifyAudit } from '../../src/safety/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { addOwners } from './owners.ts';

const clock = new ManualClock('2026-03-02T15:00:00.123Z');
const ZEROS = '0'.repeat(64);

const ENTRIES: readonly AuditEntry[] = [
  {
    kind: 'limits_updated',
    actor: 'user:1',
    reason: 'für die "Ruhe" \u2028 \u{1f980}',
    before: { maxDailyTrades: 10 },
    after: { maxDailyTrades: 5 },
  },
  { kind: 'order_approved', actor: 'strategy:7', orderId: 12 },
  {
    kind: 'order_denied',
    actor: 'strategy:7',
    orderId: 13,
    reason: 'Too large.',
    after: { code: 'ORDER_VALUE_LIMIT' },
  },
];

/** The hash as docs/audit.md describes it, written from that description. */
function hashOf(fields: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

describe('the audit', () => {
  eachDatabase((provider, create) => {
    let test: TestDatabase;
    let database: Database;
    let owners: readonly number[];
    let next = 0;
    const nextOwner = () => owners[next++] ?? 0;

    beforeAll(async () => {
      test = await create();
      database = await test.open();
      owners = await addOwners(database, 10);
    });

    const append = (ownerId: number, entries: readonly AuditEntry[], on = database) =>
      on.transaction((db) => appendAudit(db, clock, ownerId, entries));
    const eventsOf = (ownerId: number) =>
      database.read.safetyEvent.findMany({ where: { ownerId }, orderBy: { sequence: 'asc' } });

    it('keeps what was decided, by whom and why, and answers the ids in order', async () => {
      const ownerId = nextOwner();

      const ids = await append(ownerId, ENTRIES);

      const events = await eventsOf(ownerId);
      expect(events.map(({ id }) => id)).toEqual(ids);
      expect(events).toMatchObject([
        { sequence: 1, kind: 'limits_updated', actor: 'user:1', before: '{"maxDailyTrades":10}', orderId: null },
        {
          sequence: 2,
          kind: 'order_approved',
          actor: 'strategy:7',
          reason: null,
          before: null,
          after: null,
          orderId: 12,
        },
        { sequence: 3, kind: 'order_denied', reason: 'Too large.', after: '{"code":"ORDER_VALUE_LIMIT"}' },
      ]);
      expect(events[0]?.reason).toBe(ENTRIES[0]?.reason);
      expect(events[0]?.at.toISOString()).toBe('2026-03-02T15:00:00.123Z');
    });

    it('chains events by hashes that a stranger can compute', async () => {
      const ownerId = nextOwner();
      await append(ownerId, ENTRIES.slice(0, 2));
      await append(ownerId, ENTRIES.slice(2));

      let previous = ZEROS;
      for (const event of await eventsOf(ownerId)) {
        const { sequence, kind, actor, reason, before, after, orderId, at } = event;
        const hash = hashOf([
          ownerId,
          sequence,
          kind,
          actor,
          reason,
          before,
          after,
          orderId,
          at.toISOString(),
          previous,
        ]);

        expect(event).toMatchObject({ previousHash: previous, hash });
        previous = hash;
      }
      const state = await database.read.safetyState.findUnique({ where: { ownerId } });
      expect(state).toMatchObject({ auditSequence: 3, auditHash: previous });
    });

    it('appends any number of events with as many statements as one, and none with none', async () => {
      const ownerId = nextOwner();
      const counts = await Promise.all([0, 1, 60].map((count) => countStatements(count, ownerId)));

      // PostgreSQL takes one more: its place in the queue for the owner.
      const some = provider === 'postgresql' ? 4 : 3;
      expect(counts).toEqual([0, some, some]);
      expect(await database.read.safetyEvent.count({ where: { ownerId } })).toBe(61);
    });

    async function countStatements(count: number, ownerId: number): Promise<number> {
      let statements = 0;
      await database.transaction(async (db) => {
        const counted = new Proxy(db, {
          get: (target, property, receiver) => {
            if (property === '$queryRaw' || property === '$executeRaw') statements += 1;
            const value: unknown = Reflect.get(target, property, receiver);
            if (property === 'safetyEvent' || property === 'safetyState') statements += 1;
            return value;
          },
        });
        await appendAudit(
          counted,
          clock,
          ownerId,
          Array.from({ length: count }, () => HALTED),
        );
      });
      return statements;
    }

    it('forgets what a transaction that failed had appended', async () => {
      const ownerId = nextOwner();
      await append(ownerId, ENTRIES);

      const attempt = database.transaction(async (db) => {
        await appendAudit(db, clock, ownerId, ENTRIES);
        throw new Error('changed my mind');
      });

      await expect(attempt).rejects.toThrow('changed my mind');
      await append(ownerId, ENTRIES);
      expect(await verifyAudit(database.read, ownerId)).toMatchObject({ ok: true, events: 6 });
    });

    it('does not fork when two connections append to the same end', async () => {
      const ownerId = nextOwner();
      const other = await test.open();
      const writers = [database, other].flatMap((on) =>
        Array.from({ length: 25 }, async (_, index) => {
          if (index === 7) await on.transaction((db) => haltTrading(db, clock, ownerId, HALT));
          await append(ownerId, ENTRIES.slice(0, 1 + (index % 3)), on);
        }),
      );

      await Promise.all(writers);

      const events = await eventsOf(ownerId);
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
      expect(events.filter(({ kind }) => kind === 'halted')).toHaveLength(1);
      expect(events).toHaveLength(2 * (9 * 1 + 8 * 2 + 8 * 3) + 1);
      expect(await verifyAudit(database.read, ownerId)).toMatchObject({ ok: true, events: events.length });
    });

    it('is followed to its head while others append', async () => {
      const ownerId = nextOwner();
      const appending = Array.from({ length: 40 }, () => append(ownerId, ENTRIES));
      const verdicts = Array.from({ length: 20 }, () => verifyAudit(database.read, ownerId));

      const [found] = await Promise.all([Promise.all(verdicts), Promise.all(appending)]);

      expect(found.every(({ ok }) => ok)).toBe(true);
      expect(await verifyAudit(database.read, ownerId)).toMatchObject({ ok: true, events: 120 });
    });

    it('is in order when nothing was ever audited', async () => {
      const verdict = { ok: true, events: 0, head: ZEROS, brokenAt: null, problem: null };

      expect(await verifyAudit(database.read, nextOwner())).toEqual(verdict);
    });

    it('is followed over pages, 10,000 events and more', async () => {
      const ownerId = nextOwner();
      const pages = Array.from({ length: 21 }, () => Array.from({ length: 500 }, () => HALTED));
      for (const page of pages) await append(ownerId, page);

      const startedAt = performance.now();
      const verdict = await verifyAudit(database.read, ownerId);

      expect(verdict).toMatchObject({ ok: true, events: 10_500 });
      expect(performance.now() - startedAt).toBeLessThan(15_000);
    });
  });
});

const HALT = { cause: 'kill', reason: null, policy: 'cancel', actor: 'user:1' } as const;
const HALTED: AuditEntry = { kind: 'halted', actor: 'user:1' };
