/** A strategy that runs away, and the person who lets it order again. */
import { expect, it } from 'vitest';
import { localUser } from '../../src/access/index.ts';
import { type OrderInput, placeOrder, releaseSource } from '../../src/orders/index.ts';
import { verifyAudit } from '../../src/safety/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn, WIDE } from '../support/open-trading.ts';
import { refusalOf, type Trading } from '../support/trading.ts';

/** A Wednesday, 10:00 in New York. */
const OPEN_MARKET = '2026-11-25T15:00:00Z';

/**
 * A strategy that wants 10 shares and does not look at what it holds: each second it orders what it misses, which is always all of
 * it. Answers what came of each order.
 */
async function runBlindly(
  trading: Trading,
  {
    seconds,
    strategy = 7,
    symbol = 'SPY',
    clock,
  }: { seconds: number; strategy?: number; symbol?: string; clock: ManualClock },
): Promise<readonly string[]> {
  const origin = { source: 'strategy', sourceId: strategy, actor: `strategy:${strategy}`, correlationId: 'c' } as const;
  const outcomes: string[] = [];
  for (let second = 0; second < seconds; second += 1) {
    // Another quantity each time, so that it is not taken for a repeat.
    const input: OrderInput = { symbol, side: 'buy', quantity: `10.${clock.now() % 1e6}`, orderType: 'market' };
    try {
      const row = await placeOrder(trading, trading.user, input, origin);
      trading.broker.fill(row.clientOrderId, row.quantity, '100');
      await trading.book();
      outcomes.push('placed');
    } catch (error) {
      outcomes.push((await refusalOf(Promise.reject(error))).code);
    }
    clock.advance(1_001);
  }
  return outcomes;
}

async function stopsOf(trading: Trading) {
  return trading.database.read.runawayStop.findMany({
    where: { ownerId: trading.user.userId },
    orderBy: { id: 'asc' },
  });
}

eachDatabase((_, create) => {
  const { open, openApart } = tradingOn(create);

  it('stops a strategy that ignores its fills after 5 orders, until a person releases it, in every process', async () => {
    const clock = new ManualClock(OPEN_MARKET);
    const trading = await open({ clock });
    await trading.limits(WIDE);

    const first = await runBlindly(trading, { seconds: 8, clock });
    const other = await runBlindly(trading, { seconds: 1, symbol: 'QQQ', clock });
    const another = await runBlindly(trading, { seconds: 1, strategy: 8, clock });
    clock.advance(120_000);
    const elsewhere = await openApart({ clock, user: trading.user });
    const later = [
      ...(await runBlindly(trading, { seconds: 1, clock })),
      ...(await runBlindly(elsewhere, { seconds: 1, clock })),
    ];

    expect(first).toEqual([...Array(5).fill('placed'), 'RUNAWAY', 'RUNAWAY', 'RUNAWAY']);
    expect([other, another]).toEqual([['placed'], ['placed']]);
    expect(later).toEqual(['RUNAWAY', 'RUNAWAY']);
    expect(trading.broker.submissions).toHaveLength(7);
    const stops = await stopsOf(trading);
    expect(stops).toMatchObject([{ source: 'strategy', sourceId: 7, symbol: 'SPY', releasedAt: null }]);

    const released = await releaseSource(trading, trading.user, stops[0]?.id ?? 0);

    expect(released).toMatchObject({ releasedBy: `user:${trading.user.userId}`, releasedAt: new Date(clock.now()) });
    expect(await runBlindly(trading, { seconds: 6, clock })).toEqual([...Array(5).fill('placed'), 'RUNAWAY']);
    expect(await stopsOf(trading)).toMatchObject([{ id: released.id }, { symbol: 'SPY', releasedAt: null }]);
  });

  it('is released once, which is audited and told once', async () => {
    const trading = await open({ clock: new ManualClock(OPEN_MARKET) });
    const { id } = await stop(trading);

    const [one, two] = await Promise.all([id, id].map((each) => releaseSource(trading, trading.user, each)));
    const again = await releaseSource(trading, trading.user, id);

    expect([two, again]).toEqual([one, one]);
    const { userId: ownerId } = trading.user;
    const audit = await trading.database.read.safetyEvent.findMany({ where: { ownerId, kind: 'source_released' } });
    const events = await trading.database.read.event.findMany({ where: { ownerId, type: 'SourceReleased' } });
    expect(audit).toMatchObject([{ actor: `user:${ownerId}` }]);
    expect(events).toMatchObject([{ subjectType: 'safety', subjectId: audit[0]?.id }]);
    expect(await verifyAudit(trading.database.read, ownerId)).toMatchObject({ ok: true });
  });

  it('is released by its owner only, who needs the scope', async () => {
    const [trading, other] = [await open(), await open()];
    const { id } = await stop(trading);
    const user = { ...localUser(trading.user.userId), scopes: new Set(['trade', 'kill'] as const) };

    const refusals = [
      await refusalOf(releaseSource(trading, user, id)),
      await refusalOf(releaseSource(other, other.user, id)),
      await refusalOf(releaseSource(trading, trading.user, 4_711_000)),
    ];

    expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN', 'NOT_FOUND', 'NOT_FOUND']);
    expect(await stopsOf(trading)).toMatchObject([{ releasedAt: null, releasedBy: null }]);
  });
});

function stop({ database, user }: Trading) {
  const data = { ownerId: user.userId, source: 'strategy', sourceId: 7, symbol: 'SPY', stoppedAt: new Date(0) };
  return database.transaction((tx) => tx.runawayStop.create({ data }));
}
