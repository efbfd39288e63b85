import { expect, it } from 'vitest';
import { decimal } from '../../../src/core/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type BrokerSubject, type Current, INITIAL_CASH } from './harness.ts';
import { openIds, reaches, take, takeResting } from './steps.ts';

/** Questions, and being told. */
export function describeAsking(current: Current, create: BrokerSubject['create']): void {
  it('names its mode and what it can do', () => {
    const { name, mode, capabilities } = current().broker;

    expect(name).toMatch(/^[a-z]/);
    expect(['paper', 'live']).toContain(mode);
    expect(capabilities.orderTypes).toEqual(expect.arrayContaining(['market', 'limit']));
    expect(capabilities.timesInForce).toContain('day');
  });

  it('says null of an order that there is not', async () => {
    const { broker, ownerId } = current();

    expect(await broker.order(ownerId, 'nobody')).toBeNull();
  });

  it('starts with its cash and nothing else', async () => {
    const { broker, ownerId } = current();

    expect((await broker.account(ownerId)).cash.toFixed()).toBe(decimal(INITIAL_CASH).toFixed());
    expect(await broker.positions(ownerId)).toEqual([]);
    expect(await broker.openOrders(ownerId)).toEqual([]);
    expect((await broker.fills(ownerId, '')).fills).toEqual([]);
  });

  it('lists every open order and no other', async () => {
    const harness = current();
    await take(harness, { id: 'filled' });
    await reaches(harness, 'filled', 'filled');
    for (const id of ['one', 'two', 'three', 'four']) await takeResting(harness, id);
    await harness.broker.cancel(harness.ownerId, 'two');
    await reaches(harness, 'two', 'canceled');

    expect(await openIds(harness)).toEqual(['four', 'one', 'three']);
  });

  it('keeps accounts apart', async () => {
    const harness = current();
    const { broker, otherOwnerId } = harness;
    await takeResting(harness, 'mine');
    await take(harness, { id: 'bought' });
    await reaches(harness, 'bought', 'filled');

    expect(await broker.order(otherOwnerId, 'mine')).toBeNull();
    expect(await broker.openOrders(otherOwnerId)).toEqual([]);
    expect((await broker.fills(otherOwnerId, '')).fills).toEqual([]);
    expect(await broker.positions(otherOwnerId)).toEqual([]);
    expect((await broker.account(otherOwnerId)).cash.toFixed()).toBe(INITIAL_CASH);
    expect(await broker.cancel(otherOwnerId, 'mine')).toMatchObject({ kind: 'refused', order: null });
    expect(await openIds(harness)).toEqual(['mine']);
  });

  it('tells who listens that an account has new fills, until it stops listening', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    const heard: number[] = [];
    const stop = broker.onFills((id) => heard.push(id));
    if (!broker.capabilities.stream) {
      stop();
      return;
    }
    await take(harness, { id: 'first' });
    await reaches(harness, 'first', 'filled');
    await eventually('the listener to be told', () => (heard.includes(ownerId) ? true : null));

    stop();
    const before = heard.length;
    await take(harness, { id: 'second' });
    await reaches(harness, 'second', 'filled');

    expect(heard).toHaveLength(before);
  });

  it('starts afresh where it can be reset', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    if (broker.reset === undefined) return;
    await take(harness, { id: 'before' });
    await reaches(harness, 'before', 'filled');
    const { cursor } = await broker.fills(ownerId, '');

    await broker.reset(ownerId, decimal('5000'));

    expect((await broker.account(ownerId)).cash.toFixed()).toBe('5000');
    expect(await broker.positions(ownerId)).toEqual([]);
    await take(harness, { id: 'after', quantity: '1' });
    await reaches(harness, 'after', 'filled');
    expect((await broker.fills(ownerId, cursor)).fills.map(({ clientOrderId }) => clientOrderId)).toEqual(['after']);
  });

  it('leaves nothing behind when it is closed, however often', async () => {
    const before = resources();
    const harness = await create();
    harness.broker.onFills(() => undefined);
    await harness.setQuote('SPY', '500');
    await takeResting(harness, 'open');

    await harness.broker.close();
    await harness.broker.close();
    await harness.close();

    await eventually('no resources to be left', () => (resources() <= before ? true : null));
  });
}

/** Timers, sockets and the like that keep the process alive. */
function resources(): number {
  return process.getActiveResourcesInfo().filter((kind) => /Timeout|Interval|TCP|Pipe/.test(kind)).length;
}
