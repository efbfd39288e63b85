import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type BrokerNetwork, type Current, orderOf } from './harness.ts';
import { lookUp, reaches, take, takeResting } from './steps.ts';

const RESTING = { id: 'doubtful', type: 'limit', limit: '400', tif: 'gtc' } as const;

/** What goes wrong on the way: the order may exist until the broker has said that it does not. Nothing is sent twice. */
export function describeNetwork(current: Current): void {
  const network = (): BrokerNetwork => {
    const { network: found } = current();
    if (found === undefined) throw new Error('This broker is not on a network.');
    return found;
  };

  it('does not know what became of an order whose answer was lost, and finds it', async () => {
    const harness = current();
    await network().loseAnswer();

    const answer = await harness.broker.submit(harness.ownerId, orderOf(harness.broker, RESTING));

    expect(answer).toEqual({ kind: 'unknown', reason: expect.stringMatching(/\S/) });
    expect((await lookUp(harness, 'doubtful')).quantity.toFixed()).toBe('10');
    expect(await harness.atBroker()).toHaveLength(1);
  });

  it('does not know what became of an order that was lost, and finds none', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    await network().loseRequest();

    const answer = await broker.submit(ownerId, orderOf(broker, RESTING));

    expect(answer.kind).toBe('unknown');
    expect(await broker.order(ownerId, 'doubtful')).toBeNull();
    expect(await harness.atBroker()).toEqual([]);
  });

  it('gives up when its caller does', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    await network().fallSilent();
    const since = performance.now();

    const answer = await broker.submit(ownerId, orderOf(broker, RESTING), { signal: AbortSignal.timeout(50) });

    expect(answer.kind).toBe('unknown');
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('sends nothing for a caller that has given up', async () => {
    const harness = current();
    const { broker, ownerId } = harness;

    const answer = await broker.submit(ownerId, orderOf(broker, RESTING), { signal: AbortSignal.abort() });

    expect(answer.kind).toBe('unknown');
    expect(await harness.atBroker()).toEqual([]);
  });

  it('takes too many requests for a definite no to an order, and for no answer to a question', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    await network().throttle();
    expect(await broker.submit(ownerId, orderOf(broker, RESTING))).toMatchObject({ kind: 'rejected' });
    expect(await harness.atBroker()).toEqual([]);

    await network().throttle();
    await expect(broker.order(ownerId, 'doubtful')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('says neither yes nor no while the broker is down, and goes on afterwards', async () => {
    const harness = current();
    const { broker, ownerId } = harness;
    await takeResting(harness, 'earlier');
    await network().setDown(true);

    expect(await broker.submit(ownerId, orderOf(broker, RESTING))).toMatchObject({ kind: 'unknown' });
    expect(await broker.cancel(ownerId, 'earlier')).toMatchObject({ kind: 'unknown' });
    expect(await broker.replace(ownerId, 'earlier', {})).not.toMatchObject({ kind: 'done' });
    const questions = [
      () => broker.order(ownerId, 'earlier'),
      () => broker.openOrders(ownerId),
      () => broker.fills(ownerId, ''),
      () => broker.positions(ownerId),
      () => broker.account(ownerId),
    ];
    for (const question of questions) await expect(question()).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    await network().setDown(false);
    expect((await lookUp(harness, 'earlier')).status).not.toBe('canceled');
  });

  it('hears of fills again after its connections broke', async () => {
    const harness = current();
    if (!harness.broker.capabilities.stream) return;
    const heard: number[] = [];
    harness.broker.onFills((id) => heard.push(id));
    await take(harness, { id: 'first' });
    await eventually('the first fill to be heard', () => (heard.length > 0 ? true : null));

    await network().disconnect();
    await eventually('another order to be taken', async () => {
      const answer = await harness.broker.order(harness.ownerId, 'first').catch(() => null);
      return answer;
    });
    heard.length = 0;
    await take(harness, { id: 'second' });
    await reaches(harness, 'second', 'filled');

    await eventually('the second fill to be heard', () => (heard.includes(harness.ownerId) ? true : null));
  });
}
