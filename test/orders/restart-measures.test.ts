/** Resuming after a loss: the limits on losses begin afresh, else the same loss would halt trading again at once. */
import { expect, it } from 'vitest';
import { measureAccount } from '../../src/orders/index.ts';
import { restartMeasures } from '../../src/orders/restart-measures.ts';
import { haltTrading, lockSafety, resumeState, verifyAudit } from '../../src/safety/index.ts';
import { eachDatabase } from '../support/database.ts';
import { tradingOn, WIDE } from '../support/open-trading.ts';
import type { Trading } from '../support/trading.ts';

async function lost(trading: Trading): Promise<void> {
  await trading.limits(WIDE);
  await trading.place({ quantity: '100', clientOrderId: 'a' });
  trading.broker.fill('a', '100', '100');
  await trading.book();
  trading.prices.set('SPY', 40);
  await measureAccount(trading, trading.user.userId, 'paper');
}

function haltAndResume({ database, clock, user }: Trading, cause: 'drawdown' | 'kill'): Promise<void> {
  return database.transaction(async (db) => {
    const actor = 'system';
    await haltTrading(db, clock, user.userId, { cause, reason: null, policy: 'cancel', actor });
    const measures = await restartMeasures(db, clock, await lockSafety(db, clock, user.userId));
    await resumeState(db, clock, user.userId, { actor, reason: null, measures });
  });
}

eachDatabase((_, create) => {
  const { open } = tradingOn(create);

  it('begins the measures afresh with the equity measured last, and the audit says so', async () => {
    const trading = await open();
    await lost(trading);
    const during = await trading.refusal({ quantity: '1' });

    await haltAndResume(trading, 'drawdown');

    expect(during.code).toBe('DAILY_LOSS_LIMIT');
    expect((await trading.place({ quantity: '2' })).status).toBe('accepted');
    const account = await trading.database.read.account.findFirst({ where: trading.key });
    expect(account).toMatchObject({ peakEquity: '94000', dayStartEquity: '94000', lastEquity: '94000' });
    const [audit] = await trading.database.read.safetyEvent.findMany({
      where: { ownerId: trading.user.userId, kind: 'resumed' },
    });
    expect(JSON.parse(audit?.before ?? '{}')).toMatchObject({ measures: { paper: { peakEquity: '100000' } } });
    expect(JSON.parse(audit?.after ?? '{}')).toMatchObject({ measures: { paper: { peakEquity: '94000' } } });
    expect(await verifyAudit(trading.database.read, trading.user.userId)).toMatchObject({ ok: true });
  });

  it('lets them stand when a person had halted trading', async () => {
    const trading = await open();
    await lost(trading);

    await haltAndResume(trading, 'kill');

    expect((await trading.refusal({ quantity: '1' })).code).toBe('DAILY_LOSS_LIMIT');
    const account = await trading.database.read.account.findFirst({ where: trading.key });
    expect(account).toMatchObject({ peakEquity: '100000' });
  });
});
