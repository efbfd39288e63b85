import { expect, it } from 'vitest';
import { decimalText, sumOf } from '../../../src/core/index.ts';
import type { Current } from './harness.ts';
import { allFills, fillsOf, lookUp, openIds, quantityOf, reaches, take, takeResting } from './steps.ts';

const HOUR_MS = 3_600_000;

/** What the market does to orders, and how it is told. */
export function describeFilling(current: Current, canFillParts: () => boolean): void {
  it('fills an order at the market and tells every field of the fill', async () => {
    const harness = current();
    const taken = await take(harness, { id: 'market', quantity: '7' });

    const order = await reaches(harness, 'market', 'filled');

    expect(order.filledQuantity.toFixed()).toBe('7');
    const fills = await fillsOf(harness, 'market');
    expect(quantityOf(fills)).toBe('7');
    for (const fill of fills) {
      expect(fill).toMatchObject({ brokerOrderId: taken.brokerOrderId, symbol: 'SPY', side: 'buy' });
      expect(fill.executionId).toMatch(/\S/);
      expect(fill.price.toNumber()).toBeCloseTo(500, -1);
      expect(fill.commission.isNegative()).toBe(false);
      expect(fill.at.toISOString()).toMatch(/^2026-03-12T15:0/);
    }
  });

  it('fills a limit when the market comes to it, and never beyond', async () => {
    const harness = current();
    await takeResting(harness, 'limit', { limit: '490' });
    await harness.setQuote('SPY', '490.01');
    expect((await lookUp(harness, 'limit')).filledQuantity.isZero()).toBe(true);

    await harness.setQuote('SPY', '480');

    await reaches(harness, 'limit', 'filled');
    for (const { price } of await fillsOf(harness, 'limit')) expect(price.lte('490')).toBe(true);
  });

  it('sells at a limit or above', async () => {
    const harness = current();
    await take(harness, { id: 'held' });
    await reaches(harness, 'held', 'filled');
    await take(harness, { id: 'sale', side: 'sell', type: 'limit', limit: '510', tif: 'gtc' });

    await harness.setQuote('SPY', '512');

    await reaches(harness, 'sale', 'filled');
    for (const { price } of await fillsOf(harness, 'sale')) expect(price.gte('510')).toBe(true);
  });

  it('lets a stop wait until it is touched', async () => {
    const harness = current();
    if (!harness.broker.capabilities.orderTypes.includes('stop')) return;
    await take(harness, { id: 'stop', type: 'stop', stop: '510', tif: 'gtc' });
    await harness.setQuote('SPY', '509.99');
    expect((await lookUp(harness, 'stop')).filledQuantity.isZero()).toBe(true);

    await harness.setQuote('SPY', '511');

    await reaches(harness, 'stop', 'filled');
  });

  it('holds a stop limit to its limit after its stop was touched', async () => {
    const harness = current();
    if (!harness.broker.capabilities.orderTypes.includes('stop_limit')) return;
    await take(harness, { id: 'both', type: 'stop_limit', stop: '510', limit: '512', tif: 'gtc' });
    await harness.setQuote('SPY', '515');
    expect((await lookUp(harness, 'both')).filledQuantity.isZero()).toBe(true);

    await harness.setQuote('SPY', '505');

    await reaches(harness, 'both', 'filled');
    for (const { price } of await fillsOf(harness, 'both')) expect(price.lte('512')).toBe(true);
  });

  it('fills in parts, and says of how much', async (test) => {
    if (!canFillParts()) return test.skip();
    const harness = current();
    await takeResting(harness, 'parts');

    await harness.fillPart?.('parts', '3');
    expect((await reaches(harness, 'parts', 'partially_filled')).filledQuantity.toFixed()).toBe('3');
    await harness.fillPart?.('parts', '2');
    await harness.fillPart?.('parts', '5');

    expect((await reaches(harness, 'parts', 'filled')).filledQuantity.toFixed()).toBe('10');
    const fills = await fillsOf(harness, 'parts');
    expect(fills.map(({ quantity }) => quantity.toFixed())).toEqual(['3', '2', '5']);
    expect(new Set(fills.map(({ executionId }) => executionId)).size).toBe(3);
  });

  it('lets an order for the day end with the session', async () => {
    const harness = current();
    await takeResting(harness, 'today', { tif: 'day' });

    await harness.advance(6 * HOUR_MS);

    await reaches(harness, 'today', 'expired');
    expect(await openIds(harness)).toEqual([]);
  });

  it('keeps an order until canceled over the night', async () => {
    const harness = current();
    if (!harness.broker.capabilities.timesInForce.includes('gtc')) return;
    await takeResting(harness, 'patient');

    await harness.advance(24 * HOUR_MS);
    await harness.setQuote('SPY', '399');

    await reaches(harness, 'patient', 'filled');
  });

  it('tells fills by cursor, each once and in order, while more are made', async () => {
    const harness = current();
    const told: string[] = [];
    let cursor = '';
    const read = async (): Promise<void> => {
      const page = await allFills(harness, cursor);
      cursor = page.cursor;
      told.push(...page.fills.map(({ executionId }) => executionId));
    };
    await read();

    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await take(harness, { id, quantity: '1' });
      await reaches(harness, id, 'filled');
      if (id !== 'a' && id !== 'd') await read();
    }
    await read();

    const all = (await allFills(harness)).fills;
    expect(told).toEqual(all.map(({ executionId }) => executionId));
    expect(new Set(told).size).toBe(told.length);
    expect(quantityOf(all)).toBe('6');
    expect(all.map(({ at }) => at.getTime())).toEqual(all.map(({ at }) => at.getTime()).toSorted((a, b) => a - b));
  });

  it('keeps positions and cash by its fills, to the last digit', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    const before = await broker.account(ownerId);
    await take(harness, { id: 'in', quantity: '9' });
    await reaches(harness, 'in', 'filled');
    await harness.setQuote('SPY', '503.37');
    await take(harness, { id: 'out', side: 'sell', quantity: '4' });
    await reaches(harness, 'out', 'filled');

    const { fills } = await allFills(harness);
    const paid = fills.map(({ side, quantity, price, commission }) =>
      quantity
        .times(price)
        .times(side === 'buy' ? 1 : -1)
        .plus(commission),
    );
    const after = await broker.account(ownerId);
    expect(after.currency).toBe(before.currency);
    expect(decimalText(after.cash)).toBe(decimalText(before.cash.minus(sumOf(paid))));
    expect(await broker.positions(ownerId)).toEqual([
      { symbol: 'SPY', quantity: expect.anything(), costBasis: expect.anything() },
    ]);
    const [position] = await broker.positions(ownerId);
    expect(position?.quantity.toFixed()).toBe('5');
    expect(position?.costBasis.toNumber()).toBeCloseTo(2_500, -1);
  });

  it('lists no position that was closed', async () => {
    const harness = current();
    await take(harness, { id: 'in' });
    await reaches(harness, 'in', 'filled');
    await take(harness, { id: 'out', side: 'sell' });
    await reaches(harness, 'out', 'filled');

    expect(await harness.broker.positions(harness.ownerId)).toEqual([]);
  });
}
