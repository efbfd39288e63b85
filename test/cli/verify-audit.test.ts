/** `npm run verify-audit` as a person types it, but built: without a server, on a database that a server may be using. */
import { afterAll, describe, expect, it } from 'vitest';
import { type AuditEntry, appendAudit, lockSafety } from '../../src/safety/index.ts';
import { addOwners } from '../safety/owners.ts';
import { ManualClock } from '../support/clock.ts';
import { createTestDatabase, eachDatabase, type TestDatabase } from '../support/database.ts';
import { dataFolder, type Exit, endServers, launchCommand, type Settings } from '../support/server-process.ts';

const clock = new ManualClock('2026-03-02T15:00:00.123Z');
const ENTRY: AuditEntry = { kind: 'order_approved', actor: 'user:1' };

afterAll(endServers);

async function verify(
  settings: Settings,
  ...args: readonly string[]
): Promise<Exit & { stdout: string; stderr: string }> {
  const command = launchCommand(process.execPath, ['dist/cli/verify-audit.js', ...args], settings);
  return { ...(await command.exited), stdout: command.stdout(), stderr: command.stderr() };
}

describe('verify-audit', () => {
  eachDatabase((_provider, create) => {
    it('says of every owner whether the chain is in order, and fails when one is not', async () => {
      const test: TestDatabase = await create();
      const database = await test.open();
      const [first = 0, second = 0, third = 0] = await addOwners(database, 3);
      await database.transaction(async (db) => {
        await appendAudit(db, clock, first, [ENTRY, ENTRY, ENTRY]);
        await appendAudit(db, clock, second, [ENTRY, ENTRY, ENTRY]);
        await lockSafety(db, clock, third);
      });
      const state = await database.read.safetyState.findUnique({ where: { ownerId: first } });

      const before = await verify({ DATABASE_URL: test.url });
      await database.transaction((db) =>
        db.safetyEvent.updateMany({ where: { ownerId: second, sequence: 2 }, data: { actor: 'user:9' } }),
      );
      const after = await verify({ DATABASE_URL: test.url });

      expect(before).toMatchObject({ code: 0, stderr: '' });
      const lines = before.stdout.split('\n');
      expect(lines[0]).toBe(`Owner ${first}: ok, events: 3, head: ${state?.auditHash}`);
      expect(lines[2]).toBe(`Owner ${third}: ok, events: 0, head: ${'0'.repeat(64)}`);
      expect(after).toMatchObject({ code: 1, stderr: '' });
      expect(after.stdout.split('\n').slice(0, 2)).toEqual([
        lines[0],
        `Owner ${second}: BROKEN at event 2, events in order before it: 1. Event 2 is not what was hashed: it was changed.`,
      ]);
    });
  });

  it('is content with a database in which nobody decided anything yet', async () => {
    const test = await createTestDatabase('sqlite');
    const { location } = await test.open();

    const { code, stdout } = await verify({ DATABASE_URL: test.url });
    await test.drop();

    expect(stdout).toBe(`Nobody has an audit in ${location}.\n`);
    expect(code).toBe(0);
  });

  it('says that there is no database, and makes none', async () => {
    const { code, stderr } = await verify({ DATA_DIR: dataFolder() });

    expect(stderr).toMatch(/^There is no database at .*dunlin.db\.\n$/);
    expect(code).toBe(1);
  });

  it('says which setting is wrong', async () => {
    const { code, stderr } = await verify({ DATABASE_URL: 'mysql://here' });

    expect(stderr).toContain('DATABASE_URL must be');
    expect(code).toBe(1);
  });
});
