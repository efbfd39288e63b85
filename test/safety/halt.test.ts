import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  appendAudit,
  defaultSettings,
  type Halt,
  haltedEvent,
  haltTrading,
  lockSafety,
  readSafety,
  resumeState,
} from '../../src/safety/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { addOwners } from './owners.ts';

const clock = new ManualClock('2026-03-02T15:00:00.000Z');
const kill: Halt = { cause: 'kill', reason: 'enough', policy: 'cancel', actor: 'user:1' };

describe('halting', () => {
  eachDatabase((_provider, create) => {
    let database: Database;
    let owners: readonly number[];
    let next = 0;
    const nextOwner = () => owners[next++] ?? 0;

    beforeAll(async () => {
      database = await (await create()).open();
      owners = await addOwners(database, 20);
    });

    const halt = (ownerId: number, changes: Partial<Halt> = {}) =>
      database.transaction((db) => haltTrading(db, clock, ownerId, { ...kill, ...changes }));
    const resume = (ownerId: number) =>
      database.transaction((db) => resumeState(db, clock, ownerId, { actor: 'user:1', reason: 'all is well' }));
    const audit = (ownerId: number) =>
      database.read.safetyEvent.findMany({ where: { ownerId }, orderBy: { sequence: 'asc' } });

    it('reads the defaults of an owner without a row, and makes the row with the first lock', async () => {
      const ownerId = nextOwner();

      expect(await readSafety(database.read, ownerId)).toEqual(defaultSettings(ownerId));
      const locked = await database.transaction((db) => lockSafety(db, clock, ownerId));

      expect(locked).toEqual({ ...defaultSettings(ownerId), updatedAt: new Date(clock.now()) });
      expect(await readSafety(database.read, ownerId)).toEqual(locked);
    });

    it('comes before the decisions that wait already, and after at most one of them', async () => {
      const ownerId = nextOwner();
      const came: string[] = [];
      const wait = (name: string, isUrgent = false): Promise<void> =>
        database.transaction(
          async (db) => {
            await lockSafety(db, clock, ownerId);
            came.push(name);
            await appendAudit(db, clock, ownerId, [{ kind: 'order_denied', actor: name }]);
          },
          { isUrgent },
        );
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const holding = database.transaction(async (db) => {
        await lockSafety(db, clock, ownerId);
        await appendAudit(db, clock, ownerId, [{ kind: 'order_denied', actor: 'holder' }]);
        await released;
      });
      const decisions = Array.from({ length: 8 }, (_, index) => wait(`decision ${index}`));
      await sleep(300);
      const halting = wait('halt', true);
      await sleep(300);

      release();
      await Promise.all([holding, halting, ...decisions]);
      expect(came.indexOf('halt')).toBeLessThan(2);
      expect(came).toHaveLength(9);
    });

    it('locks without changing anything', async () => {
      const ownerId = nextOwner();
      await halt(ownerId);
      const before = await database.read.safetyState.findUnique({ where: { ownerId } });

      const locked = await database.transaction((db) => lockSafety(db, clock, ownerId));

      expect(await database.read.safetyState.findUnique({ where: { ownerId } })).toEqual(before);
      expect(locked).toEqual(await readSafety(database.read, ownerId));
      expect(locked.state).toBe('halted');
    });

    it('halts with cause, reason, policy and one epoch more', async () => {
      const ownerId = nextOwner();

      const { settings, eventId, changed } = await halt(ownerId);

      expect(changed).toBe(true);
      expect(settings).toMatchObject({
        state: 'halted',
        epoch: 1,
        haltCause: 'kill',
        haltReason: 'enough',
        haltedAt: new Date(clock.now()),
        killPolicy: 'cancel',
      });
      expect(await readSafety(database.read, ownerId)).toEqual(settings);
      const [event] = await audit(ownerId);
      expect(event).toMatchObject({ id: eventId, sequence: 1, kind: 'halted', actor: 'user:1', reason: 'enough' });
      expect(JSON.parse(event?.after ?? '')).toEqual({
        state: 'halted',
        haltCause: 'kill',
        killPolicy: 'cancel',
        epoch: 1,
      });
    });

    it('changes nothing when it is halted again, whoever asks and why', async () => {
      const ownerId = nextOwner();
      const first = await halt(ownerId);
      clock.advance(1_000);

      const second = await halt(ownerId, { cause: 'daily_loss', reason: 'other', actor: 'system' });
      const weaker = await halt(ownerId, { policy: 'block' });

      expect(second).toEqual({ ...first, changed: false });
      expect(weaker).toEqual({ ...first, changed: false });
      expect(await audit(ownerId)).toHaveLength(1);
    });

    it('lets a policy become stronger, and never weaker', async () => {
      const ownerId = nextOwner();
      const first = await halt(ownerId, { policy: 'block' });

      const stronger = await halt(ownerId, { policy: 'flatten', reason: 'out', actor: 'user:2' });
      const weaker = await halt(ownerId, { policy: 'cancel' });

      expect(stronger).toMatchObject({ changed: true, eventId: first.eventId });
      expect(stronger.settings).toMatchObject({ killPolicy: 'flatten', epoch: 1, haltReason: 'enough' });
      const { strengthened, ...standing } = stronger;
      expect(weaker).toEqual({ ...standing, changed: false });
      const events = await database.read.safetyEvent.findMany({ where: { ownerId, kind: 'policy_strengthened' } });
      expect(events.map(({ id }) => id)).toEqual([strengthened?.eventId]);
      // What is told is who made it stronger and why, and not why trading was halted.
      const told = haltedEvent(stronger, { actor: 'user:2', correlationId: 'c' });
      expect(told).toMatchObject({ subjectId: strengthened?.eventId, payload: { actor: 'user:2', reason: 'out' } });
      expect(haltedEvent(first, { actor: 'user:1', correlationId: 'c' })).toMatchObject({
        subjectId: first.eventId,
        payload: { actor: 'user:1', reason: 'enough' },
      });
      expect(await audit(ownerId)).toMatchObject([
        { kind: 'halted' },
        { kind: 'policy_strengthened', actor: 'user:2', reason: 'out', after: '{"killPolicy":"flatten"}' },
      ]);
    });

    it('resumes once, and says who and why', async () => {
      const ownerId = nextOwner();
      await halt(ownerId);

      const first = await resume(ownerId);
      const second = await resume(ownerId);

      expect(first.changed).toBe(true);
      expect(first.settings).toMatchObject({
        state: 'active',
        epoch: 1,
        haltCause: null,
        haltReason: null,
        haltedAt: null,
        killPolicy: null,
      });
      expect(second).toEqual({ settings: first.settings, eventId: null, changed: false });
      expect(await audit(ownerId)).toMatchObject([
        { kind: 'halted' },
        { id: first.eventId, kind: 'resumed', actor: 'user:1', reason: 'all is well', after: '{"state":"active"}' },
      ]);
    });

    it('counts an epoch for every halt', async () => {
      const ownerId = nextOwner();
      await halt(ownerId);
      await resume(ownerId);

      expect((await halt(ownerId)).settings.epoch).toBe(2);
    });

    it('resumes into reducing when that was the state before the halt', async () => {
      const ownerId = nextOwner();
      await database.transaction((db) => lockSafety(db, clock, ownerId));
      await database.transaction((db) => db.safetyState.update({ where: { ownerId }, data: { state: 'reducing' } }));
      await halt(ownerId);

      expect((await resume(ownerId)).settings.state).toBe('reducing');
    });

    it('halts once when many do at the same time', async () => {
      const ownerId = nextOwner();

      const outcomes = await Promise.all(Array.from({ length: 50 }, () => halt(ownerId)));

      expect(outcomes.filter(({ changed }) => changed)).toHaveLength(1);
      expect(new Set(outcomes.map(({ eventId }) => eventId)).size).toBe(1);
      expect((await readSafety(database.read, ownerId)).epoch).toBe(1);
      expect(await audit(ownerId)).toHaveLength(1);
    });

    it('halts anew when somebody deleted the event of the halt, and not more weakly', async () => {
      const ownerId = nextOwner();
      await halt(ownerId, { policy: 'flatten' });
      await database.transaction((db) => db.safetyEvent.deleteMany({ where: { ownerId } }));

      const { settings, changed } = await halt(ownerId, { policy: 'block' });

      expect(changed).toBe(true);
      expect(settings).toMatchObject({ state: 'halted', epoch: 2, killPolicy: 'flatten' });
    });

    it('is not kept from halting by a head of the audit that somebody set back', async () => {
      const ownerId = nextOwner();
      await database.transaction((db) =>
        appendAudit(db, clock, ownerId, [
          { kind: 'order_approved', actor: 'user:1' },
          { kind: 'order_approved', actor: 'user:1' },
        ]),
      );
      await database.transaction((db) =>
        db.safetyState.update({ where: { ownerId }, data: { auditSequence: 0, auditHash: 'x' } }),
      );

      expect((await halt(ownerId)).settings.state).toBe('halted');
    });

    it('keeps a reason that no database could store', async () => {
      const ownerId = nextOwner();

      const { settings } = await halt(ownerId, {
        reason: `nul \0, half \ud800, pair \u{1f980}, ${'long '.repeat(300)}`,
      });

      expect(settings.haltReason).toMatch(/^nul \ufffd, half \ufffd, pair \u{1f980}, long/u);
      expect(settings.haltReason).toHaveLength(1_000);
      expect((await readSafety(database.read, ownerId)).haltReason).toBe(settings.haltReason);
    });
  });
});
