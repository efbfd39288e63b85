import { expect, it } from 'vitest';
import { ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../../src/broker/index.ts';
import { type Current, orderOf, type Wanted } from './harness.ts';
import { fillsOf, isRefused, lookUp, openIds, reaches, shapeOf, take, takeResting } from './steps.ts';

/** Prices at which an order stays open while SPY is at 500, by side and kind. */
const RESTING = {
  buy: {
    market: {},
    limit: { limit: '400.12' },
    stop: { stop: '600.34' },
    stop_limit: { stop: '600.34', limit: '601' },
  },
  sell: {
    market: {},
    limit: { limit: '600.12' },
    stop: { stop: '400.34' },
    stop_limit: { stop: '400.34', limit: '399.5' },
  },
} as const;

const SHAPES = SIDES.flatMap((side) =>
  ORDER_TYPES.flatMap((type) => TIMES_IN_FORCE.map((tif) => ({ side, type, tif, ...RESTING[side][type] }))),
);

/** Orders that are taken or refused: what was asked for is what arrives, or nothing does. */
export function describeSubmitting(current: Current): void {
  it.each(SHAPES)('takes $side $type $tif field by field, or refuses it', async (shape) => {
    const harness = current();
    const { broker } = harness;
    const wanted: Wanted = { id: 'shape', quantity: '3', ...shape };
    if (shape.side === 'sell') await take(harness, { id: 'holding' });
    if (shape.side === 'sell') await reaches(harness, 'holding', 'filled');
    const { orderTypes, timesInForce } = broker.capabilities;
    if (!orderTypes.includes(shape.type) || !timesInForce.includes(shape.tif)) return isRefused(harness, wanted);

    const answered = await take(harness, wanted);

    const sent = shapeOf(orderOf(broker, wanted));
    expect(shapeOf(answered)).toEqual(sent);
    expect((await harness.atBroker()).filter(({ clientOrderId }) => clientOrderId === 'shape')).toEqual([sent]);
    expect(shapeOf(await lookUp(harness, 'shape'))).toEqual(sent);
    expect(answered.brokerOrderId).toMatch(/\S/);
    expect(answered.submittedAt.toISOString()).toMatch(/^2026-03-12T15:0/);
  });

  it('keeps quantities and prices to the last digit, or refuses fractions', async () => {
    const harness = current();
    const wanted = {
      id: 'digits',
      symbol: 'BTC-USD',
      quantity: '0.12345678',
      type: 'limit',
      limit: '12345.67890123',
      tif: 'gtc',
    } as const;
    if (!harness.broker.capabilities.fractional) return isRefused(harness, wanted);

    await take(harness, wanted);

    const sent = shapeOf(orderOf(harness.broker, wanted));
    expect(sent).toMatchObject({ quantity: '0.12345678', limitPrice: '12345.67890123' });
    expect(await harness.atBroker()).toEqual([sent]);
    expect(shapeOf(await lookUp(harness, 'digits'))).toEqual(sent);
  });

  it('refuses, with a reason, what the account cannot pay', async () => {
    const harness = current();

    await isRefused(harness, { id: 'dear', type: 'limit', limit: '499', quantity: '1000000' });

    expect(await fillsOf(harness, 'dear')).toEqual([]);
  });

  it('sells short, or refuses to', async () => {
    const harness = current();
    const wanted = { id: 'short', side: 'sell', quantity: '2' } as const;
    if (!harness.broker.capabilities.short) return isRefused(harness, wanted);

    await take(harness, wanted);
    await reaches(harness, 'short', 'filled');

    const [position] = await harness.broker.positions(harness.ownerId);
    expect(position?.quantity.toFixed()).toBe('-2');
    expect(position?.costBasis.isNegative()).toBe(true);
  });

  it('never says that an order does not exist because its client id does', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    const first = await takeResting(harness, 'twin');

    const again = await broker.submit(
      ownerId,
      orderOf(broker, { id: 'twin', type: 'limit', limit: '400', tif: 'gtc' }),
    );

    expect(again.kind).not.toBe('rejected');
    const arrived = (await harness.atBroker()).filter(({ clientOrderId }) => clientOrderId === 'twin');
    expect(arrived).toHaveLength(harness.deduplicates ? 1 : 2);
    if (harness.deduplicates && again.kind === 'accepted') expect(again.order.brokerOrderId).toBe(first.brokerOrderId);
  });

  it('takes an order once', async () => {
    const harness = current();

    await takeResting(harness, 'single');

    expect(await harness.atBroker()).toHaveLength(1);
    expect(await openIds(harness)).toEqual(['single']);
  });

  it('fills nothing of an exchange while it is closed', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    await harness.advance(6 * 3_600_000);
    const wanted = { id: 'late', tif: 'gtc' } as const;

    const answer = await broker.submit(ownerId, orderOf(broker, wanted));
    await harness.setQuote('SPY', '499');

    expect((await broker.fills(ownerId, '')).fills).toEqual([]);
    if (answer.kind !== 'accepted') return expect(answer.kind).toBe('rejected');

    expect((await lookUp(harness, 'late')).filledQuantity.isZero()).toBe(true);
  });

  it('fills orders for the opening at the opening, or refuses them', async () => {
    const harness = current();
    const wanted = { id: 'opening', tif: 'opg' } as const;
    if (!harness.broker.capabilities.timesInForce.includes('opg')) return isRefused(harness, wanted);

    await take(harness, wanted);
    await harness.setQuote('SPY', '501');
    expect((await lookUp(harness, 'opening')).filledQuantity.isZero()).toBe(true);
    await harness.advance(24 * 3_600_000);
    await harness.setQuote('SPY', '502');

    await reaches(harness, 'opening', 'filled');
  });
}
