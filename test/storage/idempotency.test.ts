import { beforeAll, describe, expect, it } from 'vitest';
import {
  claimIdempotencyKey,
  completeIdempotencyKey,
  type Database,
  ensureDefaultUser,
  type IdempotencyClaim,
  type IdempotencyOutcome,
  pruneIdempotencyKeys,
  releaseIdempotencyKey,
} from '../../src/storage/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';

describe('an idempotency key', () => {
  eachDatabase((_provider, create) => {
    const clock = new ManualClock('2026-03-01T00:00:00.000Z');
    let database: Database;
    let ownerId: number;

    beforeAll(async () => {
      database = await (await create()).open(clock);
      ownerId = await ensureDefaultUser(database, clock);
    });

    const claim = (key: string, request = 'hash'): Promise<IdempotencyOutcome> =>
      claimIdempotencyKey(database, clock, { ownerId, key, request });

    async function mustClaim(key: string, request = 'hash'): Promise<IdempotencyClaim> {
      const outcome = await claim(key, request);
      if (outcome.kind !== 'claimed') throw new Error(`Expected to claim ${key}, but it is ${outcome.kind}.`);
      return outcome.claim;
    }

    it('is claimed by exactly one of 50 simultaneous requests', async () => {
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => claim('many')));

      expect(outcomes.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'in_progress')).toHaveLength(49);
    });

    it('replays the stored answer to the same request', async () => {
      await completeIdempotencyKey(database, await mustClaim('done'), { status: 201, answer: '{"id":7}' });

      expect(await claim('done')).toEqual({ kind: 'replay', status: 201, answer: '{"id":7}' });
    });

    it('refuses another request, under way or done', async () => {
      const first = await mustClaim('other');

      expect(await claim('other', 'another hash')).toEqual({ kind: 'mismatch' });
      await completeIdempotencyKey(database, first, { status: 200, answer: '{}' });
      expect(await claim('other', 'another hash')).toEqual({ kind: 'mismatch' });
    });

    it('belongs to its owner', async () => {
      await mustClaim('mine');
      const { id } = await database.transaction((tx) =>
        tx.user.create({ data: { name: 'somebody else', createdAt: new Date(clock.now()) } }),
      );

      const outcome = await claimIdempotencyKey(database, clock, { ownerId: id, key: 'mine', request: 'hash' });

      expect(outcome.kind).toBe('claimed');
    });

    it('can be claimed again the moment its lease has ended, and not before', async () => {
      await mustClaim('abandoned');

      clock.advance(59_999);
      expect(await claim('abandoned')).toEqual({ kind: 'in_progress', retryAfterSeconds: 1 });
      clock.advance(1);
      expect((await claim('abandoned')).kind).toBe('claimed');
    });

    it('keeps the answer of whoever holds the lease, not of a request that comes late', async () => {
      const late = await mustClaim('taken over');
      clock.advance(60_000);
      const holder = await mustClaim('taken over');

      expect(await completeIdempotencyKey(database, late, { status: 200, answer: 'late' })).toBe(false);
      expect(await completeIdempotencyKey(database, holder, { status: 200, answer: 'holder' })).toBe(true);
      expect(await claim('taken over')).toEqual({ kind: 'replay', status: 200, answer: 'holder' });
    });

    it('is free at once when it is released', async () => {
      await releaseIdempotencyKey(database, await mustClaim('released'));

      expect((await claim('released', 'another hash')).kind).toBe('claimed');
    });

    it('is forgotten after 24 hours, and pruned', async () => {
      await completeIdempotencyKey(database, await mustClaim('old'), { status: 200, answer: '{}' });
      await completeIdempotencyKey(database, await mustClaim('old, used again'), { status: 200, answer: '{}' });

      clock.advance(24 * 3_600_000 - 1);
      expect((await claim('old')).kind).toBe('replay');
      clock.advance(1);
      expect((await claim('old, used again', 'another hash')).kind).toBe('claimed');
      expect(await pruneIdempotencyKeys(database, clock)).toBeGreaterThan(0);
      expect(await database.read.idempotencyKey.findMany({ select: { key: true } })).toEqual([
        { key: 'old, used again' },
      ]);
    });
  });
});
