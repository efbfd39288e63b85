/** O10 over processes: 20 times, 1,000 attempts at once from four processes place exactly as many orders as there are places. */
import { expect, it } from 'vitest';
import { eachDatabase } from '../support/database.ts';
import { LineChild } from '../support/line-child.ts';
import { WIDE } from '../support/open-trading.ts';
import { startTrading } from '../support/trading.ts';
import { report } from './report.ts';

const REPEATS = 20;
const PROCESSES = 4;
const ATTEMPTS = 1_000;
const LIMIT = 10;

interface Attempts {
  readonly counts: Readonly<Record<string, number>>;
  readonly submissions: number;
}

eachDatabase((provider, create) => {
  it(`places exactly ${LIMIT} of ${ATTEMPTS} orders from ${PROCESSES} processes, ${REPEATS} times`, async () => {
    const since = performance.now();
    const database = await create();
    const opened = await database.open();
    const processes = Array.from(
      { length: PROCESSES },
      (_, tag) => new LineChild('order-attempts.ts', [database.url, String(ATTEMPTS / PROCESSES), String(tag)]),
    );
    const placed: number[] = [];
    try {
      for (let repeat = 0; repeat < REPEATS; repeat += 1) {
        const owner = await startTrading(opened);
        await owner.limits({ ...WIDE, maxDailyTrades: LIMIT });
        for (const each of processes) each.say(String(owner.user.userId));
        const attempts = await Promise.all(processes.map((each) => each.heard<Attempts>()));

        const accepted = await opened.read.order.count({ where: { ...owner.key, status: 'accepted' } });
        const denied = await opened.read.order.count({ where: { ...owner.key, status: 'denied' } });
        await owner.close();
        placed.push(accepted);
        expect([accepted, denied], JSON.stringify(attempts)).toEqual([LIMIT, ATTEMPTS - LIMIT]);
        expect(attempts.reduce((sum, { submissions }) => sum + submissions, 0)).toBe(LIMIT);
      }
    } finally {
      await Promise.all(processes.map((each) => each.end()));
      report(`O10 daily limit among processes, ${provider}`, {
        repeats: placed.length,
        attempts: ATTEMPTS,
        limit: LIMIT,
        'placed exactly the limit': placed.filter((count) => count === LIMIT).length,
        seconds: ((performance.now() - since) / 1_000).toFixed(0),
      });
    }
  });
});
