import { expect, it } from 'vitest';
import { decimal } from '../../../src/core/index.ts';
import type { Current } from './harness.ts';
import { fillsOf, lookUp, openIds, reaches, shapeOf, take, takeResting } from './steps.ts';

/** Orders that are canceled and changed. */
export function describeChanging(current: Current, canFillParts: () => boolean): void {
  it('cancels a working order, for good', async () => {
    const harness = current();
    await takeResting(harness, 'gone');

    const answer = await harness.broker.cancel(harness.ownerId, 'gone');

    expect(answer).toMatchObject({ kind: 'done', order: { clientOrderId: 'gone' } });
    await reaches(harness, 'gone', 'canceled');
    await harness.setQuote('SPY', '300');
    expect(await openIds(harness)).toEqual([]);
    expect(await fillsOf(harness, 'gone')).toEqual([]);
  });

  it('says of a second cancel that the order has ended', async () => {
    const harness = current();
    await takeResting(harness, 'gone');
    await harness.broker.cancel(harness.ownerId, 'gone');
    await reaches(harness, 'gone', 'canceled');

    const answer = await harness.broker.cancel(harness.ownerId, 'gone');

    expect(answer).toMatchObject({ kind: 'refused', order: { clientOrderId: 'gone', status: 'canceled' } });
  });

  it('does not cancel what was filled', async () => {
    const harness = current();
    await take(harness, { id: 'filled' });
    await reaches(harness, 'filled', 'filled');

    const answer = await harness.broker.cancel(harness.ownerId, 'filled');

    expect(answer).toMatchObject({ kind: 'refused', order: { clientOrderId: 'filled', status: 'filled' } });
  });

  it('does not cancel what it does not know', async () => {
    const { broker, ownerId } = current();

    expect(await broker.cancel(ownerId, 'nobody')).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/\S/),
      order: null,
    });
  });

  it('cancels the rest of an order that was filled in part', async (test) => {
    if (!canFillParts()) return test.skip();
    const harness = current();
    await takeResting(harness, 'rest');
    await harness.fillPart?.('rest', '4');

    await harness.broker.cancel(harness.ownerId, 'rest');

    expect((await reaches(harness, 'rest', 'canceled')).filledQuantity.toFixed()).toBe('4');
  });

  it('changes what is named and leaves the rest, or refuses to', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    const before = await takeResting(harness, 'change');

    const answer = await broker.replace(ownerId, 'change', { limitPrice: decimal('410.5') });

    if (!broker.capabilities.replace) {
      expect(answer.kind).toBe('refused');
      expect(shapeOf(await lookUp(harness, 'change'))).toEqual(shapeOf(before));
      return;
    }
    expect(answer).toMatchObject({ kind: 'done', order: { clientOrderId: 'change' } });
    expect(shapeOf(await lookUp(harness, 'change'))).toEqual({ ...shapeOf(before), limitPrice: '410.5' });
    await broker.replace(ownerId, 'change', { quantity: decimal('4') });
    expect(shapeOf(await lookUp(harness, 'change'))).toEqual({
      ...shapeOf(before),
      limitPrice: '410.5',
      quantity: '4',
    });
    expect(await openIds(harness)).toEqual(['change']);
  });

  it('fills a changed order by its new price and quantity', async () => {
    const harness = current();
    if (!harness.broker.capabilities.replace) return;
    await takeResting(harness, 'change');

    await harness.broker.replace(harness.ownerId, 'change', { limitPrice: decimal('495'), quantity: decimal('6') });
    await harness.setQuote('SPY', '494');

    expect((await reaches(harness, 'change', 'filled')).filledQuantity.toFixed()).toBe('6');
  });

  it('does not change an order to less than was filled', async (test) => {
    if (!canFillParts()) return test.skip();
    const harness = current();
    const { broker, ownerId } = harness;
    await takeResting(harness, 'less');
    await harness.fillPart?.('less', '4');

    const answer = await broker.replace(ownerId, 'less', { quantity: decimal('3') });

    expect(answer).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/\S/) });
    expect((await lookUp(harness, 'less')).quantity.toFixed()).toBe('10');
  });

  it('does not change what has ended', async () => {
    const harness = current();
    await take(harness, { id: 'filled' });
    await reaches(harness, 'filled', 'filled');

    const answer = await harness.broker.replace(harness.ownerId, 'filled', { quantity: decimal('20') });

    expect(answer.kind).toBe('refused');
    expect((await lookUp(harness, 'filled')).quantity.toFixed()).toBe('10');
  });

  it('does not change what it does not know', async () => {
    const { broker, ownerId } = current();

    const answer = await broker.replace(ownerId, 'nobody', { quantity: decimal('2') });

    expect(answer).toMatchObject({ kind: 'refused', order: null });
  });
}
