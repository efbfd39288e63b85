import { beforeAll, describe, expect, it } from 'vitest';
import type { Principal, Scope } from '../../src/access/index.ts';
import { decimalText, randomIds } from '../../src/core/index.ts';
import type { Journal } from '../../src/events/index.ts';
import {
  defaultSettings,
  haltTrading,
  lockSafety,
  readSafety,
  resumeState,
  type SafetyDeps,
  type SafetyLimitsInput,
  updateSafetyLimits,
  verifyAudit,
} from '../../src/safety/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { startJournal } from '../support/events.ts';
import { addOwners } from './owners.ts';

const clock = new ManualClock('2026-03-02T15:00:00.000Z');

describe('changing the limits', () => {
  eachDatabase((_provider, create) => {
    let database: Database;
    let journal: Journal;
    let owners: readonly number[];
    let next = 0;
    const nextOwner = () => owners[next++] ?? 0;

    beforeAll(async () => {
      const test = await create();
      database = await test.open();
      journal = await startJournal(database, { clock });
      test.onDrop(() => journal.close());
      owners = await addOwners(database, 20);
    });

    const principalOf = (userId: number, ...scopes: readonly Scope[]): Principal => ({
      userId,
      scopes: new Set(scopes),
    });
    const update = (ownerId: number, input: SafetyLimitsInput, deps: Partial<SafetyDeps> = {}) =>
      updateSafetyLimits(
        { journal, clock, ids: randomIds, isLiveEnabled: false, hasLiveBroker: false, ...deps },
        principalOf(ownerId, 'admin'),
        input,
      );
    const audit = (ownerId: number) =>
      database.read.safetyEvent.findMany({ where: { ownerId }, orderBy: { sequence: 'asc' } });
    const events = async (ownerId: number) =>
      (await journal.page({ ownerId }, 0n, 100)).filter((e) => e.ownerId === ownerId);
    const write = (ownerId: number, columns: string) =>
      database.transaction((db) =>
        db.$executeRawUnsafe(`UPDATE "SafetyState" SET ${columns} WHERE "ownerId" = ${ownerId}`),
      );
    const halt = (ownerId: number) => {
      const kill = { cause: 'kill', reason: 'stop', policy: 'cancel', actor: 'user:1' } as const;
      return database.transaction((db) => haltTrading(db, clock, ownerId, kill));
    };

    it('needs the scope admin', async () => {
      const deps = { journal, clock, ids: randomIds, isLiveEnabled: true, hasLiveBroker: true };
      const attempt = updateSafetyLimits(deps, principalOf(nextOwner(), 'read', 'trade', 'kill'), {
        maxDailyTrades: 1,
      });

      await expect(attempt).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    it('changes what is named and leaves the rest, and stores it', async () => {
      const ownerId = nextOwner();

      const settings = await update(ownerId, { maxDailyTrades: 5, maxPositionPct: '0.25', maxOrderValue: 1500.5 });

      expect(settings).toMatchObject({ ...rest(ownerId), maxDailyTrades: 5, updatedAt: new Date(clock.now()) });
      expect([settings.maxPositionPct, settings.maxOrderValue].map(String)).toEqual(['0.25', '1500.5']);
      expect(decimalText(settings.largeOrderThreshold)).toBe('10000');
      expect(await readSafety(database.read, ownerId)).toEqual(settings);
      expect((await update(ownerId, { maxOrderValue: null })).maxOrderValue).toBeNull();
    });

    const rest = (ownerId: number) => {
      const {
        ownerId: id,
        state,
        epoch,
        haltCause,
        haltReason,
        haltedAt,
        killPolicy,
        paperMode,
      } = defaultSettings(ownerId);
      return {
        ownerId: id,
        state,
        epoch,
        haltCause,
        haltReason,
        haltedAt,
        killPolicy,
        paperMode,
        maxOrdersPerMinute: 30,
      };
    };

    it('audits and tells who changed what, from what, to what and why', async () => {
      const ownerId = nextOwner();

      await update(ownerId, { maxDailyTrades: 5, maxOrderValue: '250', reason: 'calm' });

      const changed = {
        before: { maxDailyTrades: 10, maxOrderValue: null },
        after: { maxDailyTrades: 5, maxOrderValue: '250' },
      };
      const [entry] = await audit(ownerId);
      expect(entry).toMatchObject({ kind: 'limits_updated', actor: `user:${ownerId}`, reason: 'calm', orderId: null });
      expect([entry?.before, entry?.after].map((text) => JSON.parse(text ?? ''))).toEqual([
        changed.before,
        changed.after,
      ]);
      expect(await events(ownerId)).toMatchObject([
        {
          type: 'SafetyLimitsUpdated',
          subjectType: 'safety',
          subjectId: entry?.id,
          mode: 'paper',
          payload: { actor: `user:${ownerId}`, reason: 'calm', ...changed },
        },
      ]);
      expect(await verifyAudit(database.read, ownerId)).toMatchObject({ ok: true, events: 1 });
    });

    it('does nothing when everything is so already', async () => {
      const ownerId = nextOwner();
      const first = await update(ownerId, { maxPositionPct: '0.25' });
      clock.advance(1_000);

      expect(await update(ownerId, { maxPositionPct: 0.25, paperMode: true, state: 'active' })).toEqual(first);
      expect(await update(ownerId, {})).toEqual(first);
      expect(await audit(ownerId)).toHaveLength(1);
      expect(await events(ownerId)).toHaveLength(1);
    });

    it('changes nothing when a field is wrong', async () => {
      const ownerId = nextOwner();

      await expect(update(ownerId, { maxDailyTrades: 5, maxPositionPct: 0 })).rejects.toMatchObject({
        code: 'VALIDATION',
        fields: [{ path: ['maxPositionPct'] }],
      });
      expect(await readSafety(database.read, ownerId)).toEqual(defaultSettings(ownerId));
    });

    it.each([
      [false, false],
      [true, false],
      [false, true],
    ])(
      'refuses live trading with the server’s permission %s and a live broker %s',
      async (isLiveEnabled, hasLiveBroker) => {
        const ownerId = nextOwner();

        const attempt = update(ownerId, { paperMode: false }, { isLiveEnabled, hasLiveBroker });

        await expect(attempt).rejects.toMatchObject({ code: 'LIVE_DISABLED' });
        expect((await readSafety(database.read, ownerId)).paperMode).toBe(true);
      },
    );

    it('lets trade live where the server and a broker do, and go back to paper anywhere', async () => {
      const ownerId = nextOwner();

      const live = await update(ownerId, { paperMode: false }, { isLiveEnabled: true, hasLiveBroker: true });
      expect(live.paperMode).toBe(false);
      expect((await readSafety(database.read, ownerId)).paperMode).toBe(false);
      expect((await events(ownerId))[0]?.mode).toBe('live');

      expect((await update(ownerId, { paperMode: true })).paperMode).toBe(true);
    });

    it('lets only reducing orders pass, and all again', async () => {
      const ownerId = nextOwner();

      expect((await update(ownerId, { state: 'reducing' })).state).toBe('reducing');
      expect((await update(ownerId, { state: 'active' })).state).toBe('active');
      expect((await audit(ownerId)).map(({ after }) => after)).toEqual(['{"state":"reducing"}', '{"state":"active"}']);
    });

    it('neither halts nor resumes: that is for the kill switch and for resuming', async () => {
      const ownerId = nextOwner();
      await expect(update(ownerId, { state: 'halted' })).rejects.toMatchObject({ code: 'VALIDATION' });
      await halt(ownerId);

      for (const state of ['active', 'reducing']) {
        await expect(update(ownerId, { state, maxDailyTrades: 3 })).rejects.toMatchObject({ code: 'CONFLICT' });
      }
      const settings = await readSafety(database.read, ownerId);
      expect(settings).toMatchObject({ state: 'halted', maxDailyTrades: 10 });
    });

    it('changes limits while trading is halted, and nothing of the halt', async () => {
      const ownerId = nextOwner();
      const { settings: halted } = await halt(ownerId);

      const settings = await update(ownerId, { maxDailyTrades: 3 });

      expect(settings).toEqual({ ...halted, maxDailyTrades: 3, updatedAt: settings.updatedAt });
    });

    it('mends limits that cannot be read only all together, and leaves trading halted until it is resumed', async () => {
      const ownerId = nextOwner();
      await database.transaction((db) => lockSafety(db, clock, ownerId));
      await write(ownerId, `"maxPositionPct" = 'abc', "maxDailyTrades" = -1`);

      await expect(update(ownerId, { maxDailyTrades: 3 })).rejects.toMatchObject({
        code: 'CONFLICT',
        message: 'The stored maxPositionPct cannot be read: set all of them in one change.',
      });
      await expect(
        update(ownerId, { maxDailyTrades: 3, maxPositionPct: '0.2', state: 'active' }),
      ).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      const mended = await update(ownerId, { maxDailyTrades: 3, maxPositionPct: '0.2' });

      expect(mended).toMatchObject({
        state: 'halted',
        haltCause: 'unreadable_settings',
        epoch: 1,
        maxOrdersPerMinute: 30,
      });
      expect(await readSafety(database.read, ownerId)).toEqual(mended);
      expect((await audit(ownerId)).map(({ kind, before }) => [kind, before])).toEqual([
        ['halted', '{"state":"active"}'],
        ['limits_updated', '{"maxDailyTrades":-1,"maxPositionPct":"abc"}'],
      ]);
      expect((await events(ownerId)).map(({ type }) => type)).toEqual(['TradingHalted', 'SafetyLimitsUpdated']);
      const { settings } = await database.transaction((db) =>
        resumeState(db, clock, ownerId, { actor: 'user:1', reason: null }),
      );
      expect(settings).toMatchObject({ state: 'active', maxDailyTrades: 3 });
    });

    it('keeps a state that could not be read halted by any change, and tells it', async () => {
      const ownerId = nextOwner();
      await database.transaction((db) => lockSafety(db, clock, ownerId));
      await write(ownerId, `"state" = 'x'`);

      const settings = await update(ownerId, { maxDailyTrades: 10 });

      expect(settings).toMatchObject({ state: 'halted', haltCause: 'unreadable_settings', maxDailyTrades: 10 });
      expect(await readSafety(database.read, ownerId)).toEqual(settings);
      expect(await events(ownerId)).toMatchObject([
        {
          type: 'TradingHalted',
          payload: { actor: 'system', cause: 'unreadable_settings', policy: 'block', epoch: 1 },
        },
      ]);
    });

    it('mends an epoch that cannot be read', async () => {
      const ownerId = nextOwner();
      await database.transaction((db) => lockSafety(db, clock, ownerId));
      await halt(ownerId);
      await write(ownerId, `"epoch" = -5`);

      expect((await readSafety(database.read, ownerId)).haltCause).toBe('unreadable_settings');
      expect(await update(ownerId, { maxDailyTrades: 9 })).toMatchObject({
        state: 'halted',
        haltCause: 'kill',
        epoch: 0,
      });
    });

    it('keeps both of two changes that come at the same time', async () => {
      const ownerId = nextOwner();

      await Promise.all([update(ownerId, { maxDailyTrades: 5 }), update(ownerId, { maxOrdersPerMinute: 6 })]);

      expect(await readSafety(database.read, ownerId)).toMatchObject({ maxDailyTrades: 5, maxOrdersPerMinute: 6 });
      expect(await verifyAudit(database.read, ownerId)).toMatchObject({ ok: true, events: 2 });
    });
  });
});
