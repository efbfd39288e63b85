/** O10 over processes: 20 times, 1,000 attempts at once from four processes place exactly as many orders as there are places. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readJson } from '../../src/core/index.ts';
import { eachDatabase } from '../support/database.ts';
import { WIDE } from '../support/open-trading.ts';
import { startTrading } from '../support/trading.ts';

const REPEATS = 20;
const PROCESSES = 4;
const ATTEMPTS = 1_000;
const LIMIT = 10;
const SCRIPT = fileURLToPath(new URL('../support/order-attempts.ts', import.meta.url));

interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly submissions: number;
}

eachDatabase((_, create) => {
  it(`places exactly ${LIMIT} of ${ATTEMPTS} orders from ${PROCESSES} processes, ${REPEATS} times`, async () => {
    const database = await create();
    const opened = await database.open();
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      const owner = await startTrading(opened);
      await owner.limits({ ...WIDE, maxDailyTrades: LIMIT });
      const { userId } = owner.user;

      const reports = await Promise.all(
        Array.from({ length: PROCESSES }, (__, tag) => attempts(database.url, userId, tag)),
      );

      const placed = await opened.read.order.count({ where: { ...owner.key, status: 'accepted' } });
      const denied = await opened.read.order.count({ where: { ...owner.key, status: 'denied' } });
      await owner.close();
      expect([placed, denied], JSON.stringify(reports)).toEqual([LIMIT, ATTEMPTS - LIMIT]);
      expect(reports.reduce((sum, { submissions }) => sum + submissions, 0)).toBe(LIMIT);
    }
  });
});

async function attempts(url: string, userId: number, tag: number): Promise<Report> {
  const args = ['--import', 'tsx', SCRIPT, url, String(userId), String(ATTEMPTS / PROCESSES), String(tag)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return readJson<Report>(stdout);
}
