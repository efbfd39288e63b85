/** The scripted broker misbehaves as it is told, and its adapter calls everything that is doubtful unknown. */
import { afterEach, describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/index.ts';
import { orderOf } from '../contract/broker.ts';
import { eventually } from '../support/eventually.ts';
import { machineNow } from '../support/machine-clock.ts';
import { ScriptedBroker } from '../support/scripted-broker/adapter.ts';
import { DOUBTFUL_FAULTS } from '../support/scripted-broker/faults.ts';
import {
  type StartedBroker,
  startScriptedBroker,
  startScriptedBrokerProcess,
} from '../support/scripted-broker/start.ts';

const OWNER = 1;
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

async function opened(start: Promise<StartedBroker>, timeoutMs = 400) {
  const started = await start;
  const broker = new ScriptedBroker({ url: started.url, timeoutMs });
  ends.push(async () => {
    await broker.close();
    await started.close();
  });
  await started.control.setQuote('SPY', '500');
  return { broker, control: started.control };
}

const CASES = DOUBTFUL_FAULTS.flatMap((kind) => [true, false].map((isDone) => ({ kind, isDone })));

describe('the scripted broker', () => {
  it.each(CASES)('leaves an order unknown after $kind, done: $isDone', async ({ kind, isDone }) => {
    const { broker, control } = await opened(startScriptedBroker());
    await control.script([{ fault: { kind, isDone } }]);

    const answer = await broker.submit(OWNER, orderOf(broker, { id: 'a' }));

    expect(answer).toEqual({ kind: 'unknown', reason: expect.stringMatching(/\S/) });
    expect((await control.log()).accepted).toHaveLength(isDone ? 1 : 0);
    expect((await broker.order(OWNER, 'a')) === null).toBe(!isDone);
  });

  it.each(CASES)('answers no question after $kind, done: $isDone', async ({ kind, isDone }) => {
    const { broker, control } = await opened(startScriptedBroker());
    await broker.submit(OWNER, orderOf(broker, { id: 'a', type: 'limit', limit: '1' }));
    await control.script([{ fault: { kind, isDone } }]);

    await expect(broker.order(OWNER, 'a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each(CASES)('does not know what became of a cancel after $kind, done: $isDone', async ({ kind, isDone }) => {
    const { broker, control } = await opened(startScriptedBroker());
    await broker.submit(OWNER, orderOf(broker, { id: 'a', type: 'limit', limit: '1' }));
    await control.script([{ fault: { kind, isDone } }]);

    expect(await broker.cancel(OWNER, 'a')).toMatchObject({ kind: 'unknown' });
    expect((await broker.order(OWNER, 'a'))?.status).toBe(isDone ? 'canceled' : 'accepted');
  });

  it('takes a late order after the connection broke', async () => {
    const { broker, control } = await opened(startScriptedBroker());
    await control.script([{ fault: { kind: 'late', isDone: false } }]);

    expect(await broker.submit(OWNER, orderOf(broker, { id: 'a' }))).toMatchObject({ kind: 'unknown' });
    expect(await broker.order(OWNER, 'a')).toBeNull();

    await eventually('the order to be there', () => broker.order(OWNER, 'a'));
    expect((await control.log()).accepted).toHaveLength(1);
  });

  it('tells a fill before it answers the submission', async () => {
    const { broker, control } = await opened(startScriptedBroker(), 5_000);
    await control.setLatency({ ms: 400, jitterMs: 0 });
    await control.script([{ operations: ['submit'], fault: { kind: 'early_fill', isDone: true } }]);

    const submitted = broker.submit(OWNER, orderOf(broker, { id: 'a' }));
    let isAnswered = false;
    void submitted.then(() => {
      isAnswered = true;
    });
    await eventually('the order to be taken', async () => (await control.log()).accepted[0]);
    expect(isAnswered).toBe(false);

    expect(await submitted).toMatchObject({ kind: 'accepted', order: { status: 'accepted' } });
    expect((await broker.fills(OWNER, '')).fills).toHaveLength(1);
  });

  it('fills less and more than was asked for, and says so', async () => {
    const { broker, control } = await opened(startScriptedBroker());
    await control.script([{ fault: { kind: 'partial', isDone: true } }, { fault: { kind: 'overfill', isDone: true } }]);

    const less = await broker.submit(OWNER, orderOf(broker, { id: 'less' }));
    const more = await broker.submit(OWNER, orderOf(broker, { id: 'more' }));

    expect(less).toMatchObject({ order: { status: 'partially_filled', filledQuantity: decimal('5') } });
    expect(more).toMatchObject({ order: { status: 'filled', filledQuantity: decimal('15') } });
    const [position] = await broker.positions(OWNER);
    expect(position?.quantity.toFixed()).toBe('20');
  });

  it('tells a page of fills twice, with the ids that they had', async () => {
    const { broker, control } = await opened(startScriptedBroker());
    await broker.submit(OWNER, orderOf(broker, { id: 'a' }));
    await control.script([{ fault: { kind: 'duplicate_fills', isDone: true } }]);

    const { fills } = await broker.fills(OWNER, '');

    expect(fills).toHaveLength(2);
    expect(fills[0]).toEqual(fills[1]);
  });

  it('tells more than a page of fills by cursor', async () => {
    const { broker, control } = await opened(startScriptedBroker(), 5_000);
    await broker.submit(OWNER, orderOf(broker, { id: 'a', quantity: '2000', type: 'limit', limit: '1' }));
    for (let i = 0; i < 1_200; i += 1) await control.fillByHand({ account: OWNER, clientOrderId: 'a', size: '1' });

    const ids: string[] = [];
    const sizes: number[] = [];
    for (let cursor = ''; sizes.at(-1) !== 0; ) {
      const page = await broker.fills(OWNER, cursor);
      ({ cursor } = page);
      sizes.push(page.fills.length);
      ids.push(...page.fills.map(({ executionId }) => executionId));
    }

    expect(sizes).toEqual([500, 500, 200, 0]);
    expect(new Set(ids).size).toBe(1_200);
  });

  it('misbehaves at random, the same for the same seed', async () => {
    const faults = async (seed: number): Promise<readonly (string | null)[]> => {
      const { broker, control } = await opened(startScriptedBroker());
      await control.seed({ seed, probabilities: { reset: 0.2, gateway_timeout: 0.2, partial: 0.2 } });
      for (let i = 0; i < 30; i += 1) await broker.submit(OWNER, orderOf(broker, { id: `${i}`, quantity: '1' }));
      return (await control.log()).requests.map(({ fault }) => fault);
    };

    const once = await faults(7);

    expect(await faults(7)).toEqual(once);
    expect(await faults(8)).not.toEqual(once);
    expect(new Set(once).size).toBeGreaterThan(3);
  });

  it('runs in a process of its own, with a clock that can be compared', async () => {
    const { broker, control } = await opened(startScriptedBrokerProcess(), 10_000);
    const before = machineNow();
    await broker.submit(OWNER, orderOf(broker, { id: 'a' }));
    const after = machineNow();
    await control.setSkew(3_600_000);
    await broker.submit(OWNER, orderOf(broker, { id: 'b' }));

    const { accepted, requests } = await control.log();
    expect(accepted.map(({ message }) => message.client_id)).toEqual(['a', 'b']);
    expect(requests[0]?.at).toBeGreaterThan(before);
    expect(accepted[0]?.at).toBeLessThan(after);
    const [first, second] = (await broker.fills(OWNER, '')).fills.map(({ at }) => at.getTime());
    expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(3_600_000);
    await control.reset();
    expect((await control.log()).accepted).toEqual([]);
    expect(await broker.order(OWNER, 'a')).toBeNull();
  });

  it('has orders that were placed past us', async () => {
    const { broker, control } = await opened(startScriptedBroker());

    const id = await control.placeElsewhere(OWNER, {
      client_id: '',
      instrument: 'SPY',
      direction: 'B',
      size: '3',
      kind: 'LMT',
      limit: '400',
      trigger: null,
      validity: 'GTC',
    });

    expect(await broker.openOrders(OWNER)).toMatchObject([{ brokerOrderId: id, clientOrderId: '' }]);
  });
});
