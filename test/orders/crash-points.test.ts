/**
 * O1, O2, O3 inside a process: whatever step of an order fails, the broker has it at most once and never without a committed
 * row, and a process that comes after finds out what became of it.
 */
import { expect, it } from 'vitest';
import { decimalText, unavailable } from '../../src/core/index.ts';
import { expireClaims, settleUnknown } from '../../src/orders/settle-unknown.ts';
import type { Database } from '../../src/storage/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn } from '../support/open-trading.ts';

const START = '2026-11-25T15:00:00Z';

/** Breaks a database: each transaction asks `fails` before it begins and after it committed. */
function breaking(fails: (when: 'before' | 'after') => boolean): (database: Database) => Database {
  return (database) => ({
    ...database,
    transaction: async (work, options) => {
      if (fails('before')) throw unavailable('The test broke the database.');
      const result = await database.transaction(work, options);
      // As when PostgreSQL's connection breaks during COMMIT: it is committed, and nobody here knows.
      if (fails('after')) throw unavailable('The test broke the connection.');
      return result;
    },
  });
}

eachDatabase((_, create) => {
  const { open, openApart } = tradingOn(create);

  for (const when of ['before', 'after'] as const) {
    for (const [broken, step] of ['account', 'decision', 'answer'].entries()) {
      for (const isTaken of [true, false]) {
        it(`survives a failure ${when} the commit of the ${step}; the broker ${isTaken ? 'takes' : 'loses'} what is sent`, async () => {
          const clock = new ManualClock(START);
          let count = 0;
          let isBroken = true;
          // From the broken transaction on nothing works any more, as when the process is killed.
          const fails = (now: 'before' | 'after'): boolean => {
            if (now === 'before') count += 1;
            const isReached = count > broken + 1 || (count === broken + 1 && (when === 'before' || now === 'after'));
            return isBroken && isReached;
          };
          const first = await open({ clock, wrap: breaking(fails) });
          first.broker.reaction = (order, broker) => {
            if (isTaken) broker.accept(order);
            return { kind: 'unknown', reason: 'reset' };
          };
          void first.place({ clientOrderId: 'once' }).catch(() => undefined);
          await expect.poll(() => count).toBeGreaterThan(broken);
          await new Promise((resolve) => setTimeout(resolve, 50));

          const next = await openApart({ clock, user: first.user, broker: first.broker });
          const stored = await next.database.read.order.findMany({ where: next.key });
          expect(stored.length).toBeGreaterThanOrEqual(next.broker.submissions.length);
          for (let i = 0; i < 70; i += 1) {
            clock.advance(3_000);
            await expireClaims(next);
            await settleUnknown(next);
          }

          const rows = await next.database.read.order.findMany({ where: next.key });
          const { submissions } = next.broker;
          expect(submissions.length).toBeLessThanOrEqual(1);
          expect(rows.map(({ status }) => status)).toEqual(
            stored.map(() => (isTaken && submissions.length === 1 ? 'accepted' : 'rejected')),
          );
          isBroken = false;
        });
      }
    }
  }

  it('never lets the broker see an order that has no committed row', async () => {
    const trading = await open();
    const missing: string[] = [];
    trading.broker.reaction = async (order, broker) => {
      const row = await trading.database.read.order.findFirst({
        where: { ...trading.key, clientOrderId: order.clientOrderId },
      });
      if (row?.status !== 'pending_submit' || row.quantity !== decimalText(order.quantity))
        missing.push(order.clientOrderId);
      return broker.accept(order);
    };

    await Promise.allSettled(Array.from({ length: 60 }, (__, i) => trading.place({ quantity: `1.${100 + i}` })));

    expect(trading.broker.submissions.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });

  it('tells everybody in a turn that was rolled back, and sends none of them', async () => {
    let isBroken = false;
    const trading = await open({ wrap: breaking((when) => isBroken && when === 'before') });
    await trading.place({ quantity: '9' });
    isBroken = true;

    const refusals = await Promise.all(
      Array.from({ length: 8 }, (__, i) => trading.refusal({ quantity: `1.${i + 1}` })),
    );
    isBroken = false;

    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['UNAVAILABLE']));
    expect(trading.broker.submissions).toHaveLength(1);
    expect(await trading.database.read.order.count({ where: trading.key })).toBe(1);
  });

  it('stores an answer as soon as the database works again', async () => {
    let left = 3;
    let isSent = false;
    const trading = await open({ wrap: breaking((when) => when === 'before' && isSent && left-- > 0) });
    trading.broker.reaction = (order, broker) => {
      isSent = true;
      return broker.accept(order);
    };

    const row = await trading.place();

    expect(row.status).toBe('accepted');
    expect(trading.logged.map(({ level }) => level)).toContain('warn');
  });
});
