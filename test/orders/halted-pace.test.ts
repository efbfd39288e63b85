import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HaltedPace } from '../../src/orders/halted-pace.ts';
import { placeOrder } from '../../src/orders/index.ts';
import type { Decision } from '../../src/orders/intent.ts';
import { haltTrading, type KillPolicy } from '../../src/safety/index.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn } from '../support/open-trading.ts';
import type { Trading } from '../support/trading.ts';

/** A pause that no test outlasts: what ends before it was ended. */
const NEVER_MS = 600_000;

/** How long something takes, in ms. */
async function msOf(work: Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

/** Whether something is still waited for after a while. */
async function isWaiting(work: Promise<unknown>): Promise<boolean> {
  return (await Promise.race([work, sleep(50, 'late')])) === 'late';
}

const order = (source: 'kill' | 'manual') => ({ origin: { source } });

describe('the pace of orders while trading is halted', () => {
  const isClosed = (ownerId: number): boolean => ownerId === 1;
  const halted = { denial: { code: 'KILL_SWITCH_ACTIVE' } };

  function noted(decision: object, { before = [] }: { readonly before?: readonly object[] } = {}): HaltedPace {
    const pace = new HaltedPace({ isClosed: () => false }, NEVER_MS);
    for (const each of [...before, decision]) pace.note(2, [each as Decision]);
    return pace;
  }

  it('waits a tenth of a second while a halt is being stored, and only for its owner', async () => {
    const closed = new HaltedPace({ isClosed });

    expect(await msOf(closed.wait(1, []))).toBeGreaterThan(95);
    expect(await msOf(closed.wait(2, []))).toBeLessThan(95);
  });

  it.each(['denied', 'change_denied'])('waits after what was %s by the halt', async (kind) => {
    const pace = noted({ kind, ...halted });

    const waiting = pace.wait(2, [order('manual')]);

    expect(await isWaiting(waiting)).toBe(true);
    expect(await isWaiting(pace.wait(3, [order('manual')]))).toBe(false);
    pace.close();
    await waiting;
  });

  it('waits for nothing after what another check denied', async () => {
    await noted({ kind: 'denied', denial: { code: 'RUNAWAY' } }).wait(2, [order('manual')]);
  });

  it.each([
    { kind: 'placed', row: { source: 'kill' } },
    { kind: 'existing', row: { source: 'manual' } },
    { kind: 'change_impossible', orderId: 1 },
  ])('waits all the same when the turn after it was of what is $kind', async (decision) => {
    const pace = noted(decision, { before: [{ kind: 'denied', ...halted }] });

    const waiting = pace.wait(2, [order('manual')]);

    expect(await isWaiting(waiting)).toBe(true);
    pace.close();
    await waiting;
  });

  it('waits for nothing when the kill itself is among those who wait, or comes meanwhile', async () => {
    const closed = new HaltedPace({ isClosed }, NEVER_MS);
    await closed.wait(1, [order('manual'), order('kill')]);

    const waiting = [closed.wait(1, [order('manual')]), closed.wait(1, [order('manual')])];
    closed.hurry(2);
    expect(await isWaiting(Promise.race(waiting))).toBe(true);
    closed.hurry(1);
    await Promise.all(waiting);

    const later = closed.wait(1, [order('manual')]);
    expect(await isWaiting(later)).toBe(true);
    closed.close();
    await later;
    await closed.wait(1, [order('manual')]);
  });
});

describe('a gateway while trading is halted', () => {
  eachDatabase((_provider, create) => {
    const { open } = tradingOn(create);

    /** One that holds 2 SPY, has denied an order, and pauses for ever after that; with the halt's id in the audit. */
    async function openHalted(
      policy: KillPolicy,
    ): Promise<{ readonly trading: Trading; readonly killEventId: number }> {
      const trading = await open({ haltedPauseMs: NEVER_MS });
      const { clientOrderId } = await trading.place({ quantity: '2' });
      trading.broker.fill(clientOrderId, '2', '100');
      await trading.book();
      const { database, clock, user } = trading;
      const halt = { cause: 'kill', reason: null, policy, actor: 'user:1' } as const;
      const { eventId } = await database.transaction((db) => haltTrading(db, clock, user.userId, halt));
      expect(await trading.refusal()).toMatchObject({ code: 'KILL_SWITCH_ACTIVE' });
      return { trading, killEventId: eventId };
    }

    it('decides what the kill orders at once, also when others wait for their turn', async () => {
      const { trading, killEventId } = await openHalted('flatten');
      const waiting = trading.refusal();
      expect(await isWaiting(waiting)).toBe(true);

      const origin = { source: 'kill', sourceId: null, actor: 'system', correlationId: 'c', killEventId } as const;
      const input = { symbol: 'SPY', side: 'sell', quantity: '2', orderType: 'market' };
      const closing = await placeOrder(trading, trading.user, input, origin);

      expect(closing.status).toBe('accepted');
      expect(await waiting).toMatchObject({ code: 'KILL_SWITCH_ACTIVE' });
    }, 20_000);

    it('decides what waits when it is closed', async () => {
      const { trading } = await openHalted('block');
      const waiting = trading.refusal();
      expect(await isWaiting(waiting)).toBe(true);

      await trading.gateway.close();

      expect(await waiting).toMatchObject({ code: 'KILL_SWITCH_ACTIVE' });
    }, 20_000);
  });
});
