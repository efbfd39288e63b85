/** docs/audit.md tells strangers how to verify the audit: the lines that it gives them are run here, where there is a Python. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_KINDS, appendAudit } from '../../src/safety/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addOwners } from './owners.ts';

const text = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');
const [, program = ''] = /```python\n(.*?)```/s.exec(text) ?? [];
const hasPython = spawnSync('python3', ['-c', 'import sqlite3']).status === 0;

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await createTestDatabase('sqlite');
  database = await test.open();
  const [first = 0, second = 0] = await addOwners(database, 2);
  await database.transaction(async (db) => {
    const reason = 'a "reason" \\ with é, \u2028, \u{1f980}, \u0007, \ud800';
    const entry = { kind: 'order_denied', actor: 'user:1', reason, before: { a: '\u0001"' }, orderId: 3 } as const;
    await appendAudit(db, { now: () => 1_700_000_000_000 }, first, [entry, { kind: 'halted', actor: 'system' }, entry]);
    await appendAudit(db, { now: () => 1_700_000_000_120 }, second, [entry]);
  });
});
afterAll(() => test.drop());

function run(): { status: number | null; stderr: string } {
  const file = test.url.slice('file:'.length);
  return spawnSync('python3', ['-c', program.replace('data/dunlin.db', file)], { encoding: 'utf8' });
}

describe('the page about the audit', () => {
  it('names every kind of event', () => {
    expect(AUDIT_KINDS.filter((kind) => !text.includes(`\`${kind}\``))).toEqual([]);
  });

  it.runIf(hasPython)('has a program that finds a chain in order, and a changed one not', async () => {
    const before = run();
    await database.transaction((db) =>
      db.safetyEvent.updateMany({ where: { sequence: 2 }, data: { actor: 'user:2' } }),
    );
    const after = run();

    expect(before).toMatchObject({ status: 0, stderr: '' });
    expect(after.status).toBe(1);
    expect(after.stderr).toContain('changed');
  });
});
