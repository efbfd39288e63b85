import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditHash } from '../../src/safety/audit-hash.ts';
import { type AuditEntry, appendAudit, verifyAudit } from '../../src/safety/index.ts';
import type { Database, DatabaseProvider, Db } from '../../src/storage/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { addOwners } from './owners.ts';

const clock = new ManualClock('2026-03-02T15:00:00.123Z');
const ENTRY: AuditEntry = {
  kind: 'order_denied',
  actor: 'user:1',
  reason: 'too large',
  before: { a: 1 },
  after: { a: 2 },
  orderId: 5,
};

/** Each column of event 4 of 8, and other values for it, as SQL. */
const CHANGES: readonly (readonly [column: string, value: string, only?: DatabaseProvider])[] = [
  ['kind', "'order_approved'"],
  ['actor', "'user:2'"],
  ['reason', "'too large '"],
  ['reason', 'NULL'],
  ['before', `'{"a": 1}'`],
  ['before', 'NULL'],
  ['after', `'{"a":3}'`],
  ['orderId', '6'],
  ['orderId', 'NULL'],
  ['orderId', "'abc'", 'sqlite'],
  ['at', "'2026-03-02T15:00:00.124+00:00'"],
  ['at', "'abc'", 'sqlite'],
  ['previousHash', `'${'0'.repeat(64)}'`],
  ['hash', `'${'0'.repeat(64)}'`],
  ['id', '1'],
  ['id', '1000000'],
];

describe('verifying the audit', () => {
  eachDatabase((provider, create) => {
    let database: Database;
    let owners: readonly number[];
    let ownerId: number;
    let other: number;

    beforeAll(async () => {
      database = await (await create()).open();
      owners = await addOwners(database, 2);
      [ownerId = 0, other = 0] = owners;
    });
    beforeEach(async () => {
      await database.transaction(async (db) => {
        await db.safetyEvent.deleteMany();
        await db.safetyState.deleteMany();
        // Ids below those of the chain, so that an event can get an older one.
        await appendAudit(db, clock, other, [ENTRY, ENTRY, ENTRY]);
        await appendAudit(
          db,
          clock,
          ownerId,
          Array.from({ length: 8 }, () => ENTRY),
        );
        await db.safetyEvent.deleteMany({ where: { ownerId: other } });
        await db.safetyState.deleteMany({ where: { ownerId: other } });
      });
    });

    const tamper = (work: (db: Db) => Promise<unknown>) => database.transaction(work);
    const sql = (statement: string) => tamper((db) => db.$executeRawUnsafe(statement));
    const eventAt = (sequence: number) =>
      database.read.safetyEvent.findUniqueOrThrow({ where: { ownerId_sequence: { ownerId, sequence } } });
    const verify = () => verifyAudit(database.read, ownerId);

    it('says that all is well when nobody touched it', async () => {
      const { hash } = await eventAt(8);

      expect(await verify()).toEqual({ ok: true, events: 8, head: hash, brokenAt: null, problem: null });
    });

    it.each(CHANGES.filter(([, , only = provider]) => only === provider).map(([column, value]) => [column, value]))(
      'finds that %s was changed to %s',
      async (column, value) => {
        await sql(`UPDATE "SafetyEvent" SET "${column}" = ${value} WHERE "ownerId" = ${ownerId} AND "sequence" = 4`);

        // A greater id is seen at the event that comes after it.
        const at = column === 'id' && value !== '1' ? 5 : 4;
        expect(await verify()).toMatchObject({ ok: false, events: at - 1, brokenAt: at });
        expect((await verify()).problem).toContain(`Event ${at} `);
      },
    );

    it('finds that the last event got another id that is older', async () => {
      await sql(`UPDATE "SafetyEvent" SET "id" = 1 WHERE "ownerId" = ${ownerId} AND "sequence" = 8`);

      expect(await verify()).toMatchObject({ ok: false, brokenAt: 8 });
    });

    it('finds that an event was given to another owner, in both chains', async () => {
      await sql(`UPDATE "SafetyEvent" SET "ownerId" = ${other} WHERE "ownerId" = ${ownerId} AND "sequence" = 4`);

      expect(await verify()).toMatchObject({ ok: false, brokenAt: 4, problem: 'Event 4 is missing.' });
      expect(await verifyAudit(database.read, other)).toMatchObject({ ok: false });
    });

    it.each([1, 4, 7])('finds that event %s was deleted', async (sequence) => {
      await sql(`DELETE FROM "SafetyEvent" WHERE "ownerId" = ${ownerId} AND "sequence" = ${sequence}`);

      expect(await verify()).toMatchObject({
        ok: false,
        events: sequence - 1,
        brokenAt: sequence,
        problem: `Event ${sequence} is missing.`,
      });
    });

    it.each([1, 3, 8])('finds that the last %s events were cut off', async (count) => {
      await sql(`DELETE FROM "SafetyEvent" WHERE "ownerId" = ${ownerId} AND "sequence" > ${8 - count}`);

      const problem = `The chain ends before event ${9 - count}; its head is 8.`;
      expect(await verify()).toMatchObject({ ok: false, events: 8 - count, brokenAt: 9 - count, problem });
    });

    it('finds that events were cut off and the head set back, unless its hash was too', async () => {
      const { hash } = await eventAt(5);
      await sql(`DELETE FROM "SafetyEvent" WHERE "ownerId" = ${ownerId} AND "sequence" > 5`);
      await sql(`UPDATE "SafetyState" SET "auditSequence" = 5 WHERE "ownerId" = ${ownerId}`);

      expect(await verify()).toMatchObject({ ok: false, events: 5, brokenAt: null });

      // What a chain without a witness cannot know: docs/audit.md says so.
      await sql(`UPDATE "SafetyState" SET "auditHash" = '${hash}' WHERE "ownerId" = ${ownerId}`);
      expect(await verify()).toMatchObject({ ok: true, events: 5, head: hash });
    });

    it('finds that later events were deleted and the chain went on', async () => {
      await sql(`DELETE FROM "SafetyEvent" WHERE "ownerId" = ${ownerId} AND "sequence" > 6`);
      await tamper((db) => appendAudit(db, clock, ownerId, [ENTRY]));

      expect(await verify()).toMatchObject({ ok: false, brokenAt: 7, problem: 'Event 7 is missing.' });
    });

    it.each([
      ['before the first', 0],
      ['far before the first', -2_147_483_648],
      ['after the last', 9],
      ['far after the last', 2_147_483_647],
    ])('finds an event that was put in %s', async (_where, sequence) => {
      const forged = { ...(await eventAt(8)), sequence, previousHash: (await eventAt(8)).hash };
      const { id: _id, hash: _hash, ...content } = forged;
      await tamper((db) => db.safetyEvent.create({ data: { ...content, hash: auditHash(content) } }));

      expect(await verify()).toMatchObject({ ok: false, brokenAt: sequence > 8 ? 9 : sequence });
    });

    it('finds an event that was put in between and made room for', async () => {
      for (const sequence of [8, 7, 6, 5]) {
        await sql(
          `UPDATE "SafetyEvent" SET "sequence" = ${sequence + 1} WHERE "ownerId" = ${ownerId} AND "sequence" = ${sequence}`,
        );
      }
      const previous = await eventAt(4);
      const { id: _id, hash: _hash, ...content } = { ...previous, sequence: 5, previousHash: previous.hash };
      await tamper((db) => db.safetyEvent.create({ data: { ...content, hash: auditHash(content) } }));
      await sql(`UPDATE "SafetyState" SET "auditSequence" = 9 WHERE "ownerId" = ${ownerId}`);

      expect(await verify()).toMatchObject({ ok: false, brokenAt: 6 });
    });

    it('finds that two events changed places', async () => {
      const rename = (from: number, to: number) =>
        sql(`UPDATE "SafetyEvent" SET "sequence" = ${to} WHERE "ownerId" = ${ownerId} AND "sequence" = ${from}`);
      await rename(4, 100);
      await rename(5, 4);
      await rename(100, 5);

      expect(await verify()).toMatchObject({ ok: false, events: 3, brokenAt: 4 });
    });

    it('finds that an event was written anew with a hash that fits its content', async () => {
      const { id, hash: _hash, ...content } = { ...(await eventAt(4)), actor: 'user:2' };
      await tamper((db) => db.safetyEvent.update({ where: { id }, data: { ...content, hash: auditHash(content) } }));

      expect(await verify()).toMatchObject({ ok: false, events: 4, brokenAt: 5 });
    });

    it('finds that the last event was written anew with a hash that fits its content', async () => {
      const { id, hash: _hash, ...content } = { ...(await eventAt(8)), actor: 'user:2' };
      await tamper((db) => db.safetyEvent.update({ where: { id }, data: { ...content, hash: auditHash(content) } }));

      expect(await verify()).toMatchObject({ ok: false, brokenAt: null });
    });

    it.each([
      ['"auditHash" = \'x\'', null, 'The head of the chain does not carry the hash of event 8.'],
      ['"auditSequence" = 7', 8, 'There are events after the head, which is 7.'],
      ['"auditSequence" = 9', 9, 'The chain ends before event 9; its head is 9.'],
      ['"auditSequence" = 0', 1, 'There are events after the head, which is 0.'],
      ['"auditSequence" = -3', null, ''],
    ])('finds a head with %s', async (change, brokenAt, problem) => {
      await sql(`UPDATE "SafetyState" SET ${change} WHERE "ownerId" = ${ownerId}`);

      const verdict = await verify();
      expect(verdict.ok).toBe(false);
      if (problem !== '') expect(verdict).toMatchObject({ brokenAt, problem });
    });

    it('finds that the settings with the head are gone', async () => {
      await sql(`DELETE FROM "SafetyState" WHERE "ownerId" = ${ownerId}`);

      const problem = 'The head of the chain is gone from the settings.';
      expect(await verify()).toMatchObject({ ok: false, events: 8, brokenAt: null, problem });
    });
  });
});
