/** Orders of which it is not known what became: never sent again, looked up, believed only when the broker says so. */
import { expect, it } from 'vitest';
import { expireClaims, settleUnknown } from '../../src/orders/settle-unknown.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn } from '../support/open-trading.ts';
import type { Trading } from '../support/trading.ts';

const START = '2026-11-25T15:00:00Z';

eachDatabase((_, create) => {
  const { open, openApart } = tradingOn(create);

  it('adopts an order that is found, and sends nothing again', async () => {
    const clock = new ManualClock(START);
    const trading = await open({ clock });
    trading.broker.reaction = (order, broker) => {
      broker.accept(order);
      return { kind: 'unknown', reason: '504' };
    };

    const row = await trading.place();
    const early = await settleUnknown(trading);
    clock.advance(2_000);
    const due = await settleUnknown(trading);

    expect(row).toMatchObject({ status: 'unknown', reasonCode: 'no_answer', reason: '504', lookups: 0 });
    expect([early, due]).toEqual([0, 1]);
    expect(await trading.row(row.id)).toMatchObject({ status: 'accepted', reasonCode: null, unknownSince: null });
    expect(trading.broker.submissions).toHaveLength(1);
  });

  it('gives an order up when the broker has said for 60 s that there is none, and its place back then', async () => {
    const clock = new ManualClock(START);
    const trading = await open({ clock });
    trading.broker.reaction = () => ({ kind: 'unknown', reason: 'reset' });
    const { id } = await trading.place();
    const places = async (): Promise<unknown> =>
      (await trading.database.read.dailyTradeCount.findFirst({ where: trading.key }))?.count;

    const seen: [number, string, unknown][] = [];
    for (let second = 0; second <= 75; second += 1) {
      await settleUnknown(trading);
      const { status } = await trading.row(id);
      if (seen.at(-1)?.[1] !== status) seen.push([second, status, await places()]);
      clock.advance(1_000);
    }

    const lookups = (await trading.row(id)).lookups;
    expect(seen).toEqual([
      [0, 'unknown', 1],
      [62, 'rejected', 0],
    ]);
    expect(lookups).toBe(10);
    expect(await trading.row(id)).toMatchObject({ reasonCode: 'not_accepted', reservedDay: null });
    expect(trading.broker.submissions).toHaveLength(1);
  });

  it('does not count the time in which the broker says nothing as if it had said no', async () => {
    const clock = new ManualClock(START);
    const trading = await open({ clock });
    trading.broker.reaction = () => ({ kind: 'unknown', reason: 'reset' });
    const { id } = await trading.place();
    trading.broker.isUp = false;

    for (let i = 0; i < 100; i += 1) await settle(trading, clock);

    expect(await trading.row(id)).toMatchObject({ status: 'unknown', missingSince: null });
  });

  it('takes an answer that does not come in time as unknown, and one of an adapter that throws', async () => {
    const trading = await open({ brokerTimeoutMs: 50 });
    trading.broker.reaction = () => new Promise(() => undefined);
    const silent = await trading.place({ quantity: '1' });
    trading.broker.reaction = () => Promise.reject(new Error('a fault'));
    const broken = await trading.place({ quantity: '2' });

    expect([silent.status, broken.status]).toEqual(['unknown', 'unknown']);
    expect(trading.logged).toMatchObject([{ level: 'error', facts: { broker: 'stand-in' } }]);
  });

  it('takes a claim whose process is gone as unknown, after its time and a second', async () => {
    const clock = new ManualClock(START);
    const lost = await open({ clock, brokerTimeoutMs: 60_000, claimMs: 20_000 });
    let release = (): void => undefined;
    lost.broker.reaction = () =>
      new Promise((resolve) => {
        release = () => resolve({ kind: 'unknown', reason: 'late' });
      });
    void lost.place().catch(() => undefined);
    await expect.poll(() => lost.broker.submissions.length).toBe(1);
    const other = await openApart({ clock, user: lost.user, broker: lost.broker });

    clock.advance(20_999);
    const before = await expireClaims(other);
    clock.advance(2);
    const after = await expireClaims(other);

    const row = await other.database.read.order.findFirstOrThrow({ where: other.key });
    expect([before, after]).toEqual([0, 1]);
    expect(row).toMatchObject({ status: 'unknown', claimedBy: null });
    release();
  }, 30_000);

  it('does not send what could not be sent in time, or what was decided before a halt', async () => {
    // Between the decision and the send this clock moves on by so much.
    const slow = async (ms: number) => {
      let nowMs = 0;
      return open({ claimMs: 2_000, monotonic: () => (nowMs += ms) });
    };
    const inTime = await (await slow(2_000)).place();
    const late = await slow(2_001);
    const tooLate = await late.place();
    const halted = await open();
    halted.gateway.gate.close(halted.user.userId);
    const stopped = await halted.place();

    expect(inTime.status).toBe('accepted');
    expect(tooLate).toMatchObject({ status: 'canceled', reasonCode: 'not_sent' });
    expect(late.broker.submissions).toEqual([]);
    expect(stopped).toMatchObject({ status: 'canceled', reasonCode: 'not_sent', reservedDay: null });
    expect(halted.broker.submissions).toEqual([]);
  });
});

async function settle(trading: Trading, clock: ManualClock): Promise<void> {
  await settleUnknown(trading);
  clock.advance(2_000);
}
