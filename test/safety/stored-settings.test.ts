import { beforeAll, describe, expect, it } from 'vitest';
import { decimalText } from '../../src/core/index.ts';
import {
  appendAudit,
  haltTrading,
  LIMITS,
  lockSafety,
  readSafety,
  resumeState,
  type SafetySettings,
} from '../../src/safety/index.ts';
import type { Database, DatabaseProvider } from '../../src/storage/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { addOwners } from './owners.ts';

const clock = new ManualClock('2026-03-02T15:00:00.000Z');

/** What somebody wrote into a column by hand, as SQL; all of it is no setting. */
const DAMAGE: readonly (readonly [column: string, value: string, only?: DatabaseProvider])[] = [
  ['state', "'x'"],
  ['state', "'HALTED'"],
  ['state', "''"],
  ['epoch', '-1'],
  ['epoch', "'abc'", 'sqlite'],
  ['haltCause', "'x'"],
  ['haltCause', "'kill'"],
  ['haltedAt', "'2026-03-02 15:00:00'"],
  ['haltedAt', "'abc'", 'sqlite'],
  ['killPolicy', "'x'"],
  ...["'abc'", "''", "'false'", '7', '-1', '0.5'].map((value) => ['paperMode', value, 'sqlite'] as const),
  ['maxDailyTrades', '-1'],
  ['maxDailyTrades', '1000001'],
  ['maxDailyTrades', "'abc'", 'sqlite'],
  ['maxOrdersPerMinute', '0'],
  ['maxOrdersPerMinute', "'abc'", 'sqlite'],
  ['maxOrderValue', "'0'"],
  ...[
    'maxOrderValue',
    'maxPositionPct',
    'maxDailyLossPct',
    'maxDrawdownPct',
    'priceCollarPct',
    'largeOrderThreshold',
  ].flatMap((column) =>
    ["'abc'", "'-1'", "''", "'1e3'", "'NaN'", "'1000000000000'"].map((value) => [column, value] as const),
  ),
];

function damageOn(provider: DatabaseProvider): readonly (readonly [column: string, value: string])[] {
  return DAMAGE.filter(([, , only = provider]) => only === provider).map(([column, value]) => [column, value]);
}

function limitsOf(settings: SafetySettings): readonly (number | string | null)[] {
  return LIMITS.map(({ key }) => {
    const value = settings[key];
    return value === null || typeof value === 'number' ? value : decimalText(value);
  });
}

describe('stored settings', () => {
  eachDatabase((provider, create) => {
    let database: Database;
    let ownerId: number;

    beforeAll(async () => {
      database = await (await create()).open();
      [ownerId = 0] = await addOwners(database, 1);
    });

    const fresh = () =>
      database.transaction(async (db) => {
        await db.safetyEvent.deleteMany();
        await db.safetyState.deleteMany();
        return lockSafety(db, clock, ownerId);
      });
    const damage = (column: string, value: string) =>
      database.transaction((db) => db.$executeRawUnsafe(`UPDATE "SafetyState" SET "${column}" = ${value}`));

    it.each(damageOn(provider))('halt trading when %s is %s', async (column, value) => {
      await fresh();
      await damage(column, value);

      const read = await readSafety(database.read, ownerId);
      const locked = await database.transaction((db) => lockSafety(db, clock, ownerId));

      expect(read).toMatchObject({ ownerId, state: 'halted', haltCause: 'unreadable_settings', killPolicy: 'block' });
      expect(read.haltReason).toBe(`The stored settings cannot be read: ${column}. Set them, then resume.`);
      expect(read.paperMode).toBe(true);
      expect(limitsOf(read)).toEqual([0, 0, '0', '0', '0', '0', '0', '0']);
      expect(locked).toEqual(read);
    });

    it('name every column that cannot be read', async () => {
      await fresh();
      await damage('maxPositionPct', "'abc'");
      await damage('state', "'x'");

      expect((await readSafety(database.read, ownerId)).haltReason).toContain('state, maxPositionPct');
    });

    it('keep the policy of a kill when a limit cannot be read', async () => {
      await fresh();
      const kill = { cause: 'kill', reason: null, policy: 'flatten', actor: 'user:1' } as const;
      await database.transaction((db) => haltTrading(db, clock, ownerId, kill));
      await damage('maxPositionPct', "'abc'");

      expect(await readSafety(database.read, ownerId)).toMatchObject({
        state: 'halted',
        epoch: 1,
        haltCause: 'unreadable_settings',
        killPolicy: 'flatten',
      });
    });

    it('can be halted while they cannot be read, once', async () => {
      await fresh();
      await damage('maxPositionPct', "'abc'");
      const kill = { cause: 'kill', reason: 'stop', policy: 'cancel', actor: 'user:1' } as const;

      const first = await database.transaction((db) => haltTrading(db, clock, ownerId, kill));
      const second = await database.transaction((db) => haltTrading(db, clock, ownerId, kill));

      expect([first.changed, second.changed]).toEqual([true, false]);
      expect(first.settings).toMatchObject({ epoch: 1, killPolicy: 'cancel' });
      const row = await database.read.safetyState.findUnique({ where: { ownerId } });
      expect(row).toMatchObject({ state: 'halted', haltCause: 'kill', haltReason: 'stop', maxPositionPct: 'abc' });
    });

    it('are not resumed while they cannot be read', async () => {
      await fresh();
      await damage('maxPositionPct', "'abc'");

      const attempt = database.transaction((db) => resumeState(db, clock, ownerId, { actor: 'user:1', reason: null }));

      await expect(attempt).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('maxPositionPct'),
      });
      expect(await database.read.safetyEvent.count({ where: { ownerId } })).toBe(0);
    });

    it('are mended by resuming when only the state could not be read', async () => {
      await fresh();
      await damage('state', "'x'");

      const { settings } = await database.transaction((db) =>
        resumeState(db, clock, ownerId, { actor: 'user:1', reason: null }),
      );

      expect(settings.state).toBe('active');
      expect(await readSafety(database.read, ownerId)).toEqual(settings);
    });

    it('are audited on even when the head cannot be read', async () => {
      await fresh();
      await damage('auditSequence', provider === 'sqlite' ? "'abc'" : '-7');

      const [id] = await database.transaction((db) =>
        appendAudit(db, clock, ownerId, [{ kind: 'order_approved', actor: 'user:1' }]),
      );

      expect(await database.read.safetyEvent.findUnique({ where: { id: id ?? 0 } })).toMatchObject({ sequence: 1 });
    });
  });
});
