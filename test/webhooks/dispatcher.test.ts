/** What becomes of deliveries, whatever receivers and processes do. Clocks stand still until a test moves them. */
import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lockRows } from '../../src/storage/index.ts';
import { cancelOrphans } from '../../src/webhooks/cancel.ts';
import {
  deleteWebhookDestination,
  enqueueDeliveries,
  replayWebhookDelivery,
  rotateWebhookSecret,
  updateWebhookDestination,
} from '../../src/webhooks/index.ts';
import { ManualClock } from '../support/clock.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { composeWebhooks, type TestWebhooks } from '../support/webhooks.ts';

/** A promise that a test resolves. */
function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('deliveries', () => {
  eachDatabase((_provider, create) => {
    let on: TestDatabase;
    let clock: ManualClock;
    let here: TestWebhooks;
    let receiver: WebhookReceiver;
    const receivers: WebhookReceiver[] = [];

    beforeAll(async () => {
      on = await create();
      clock = new ManualClock('2026-03-02T15:00:00Z');
      here = await composeWebhooks(on, { clock });
      on.onDrop(() => here.close());
    });

    afterEach(async () => {
      for (const { id } of await here.database.read.webhookDestination.findMany({ where: { deletedAt: null } })) {
        await deleteWebhookDestination(here, here.user, id);
      }
      await Promise.all(receivers.splice(0).map((each) => each.close()));
      clock.advance(HOUR);
    });

    afterAll(() => expect(here.errors).toEqual([]));

    async function aReceiver(): Promise<WebhookReceiver> {
      receiver = await startReceiver();
      receivers.push(receiver);
      return receiver;
    }

    /** Moves the clock on and sends what is due then. */
    async function after(ms: number): Promise<void> {
      clock.advance(ms);
      await here.dispatcher.settle();
    }

    it('are posted once with their key, their event and a signature over time and body', async () => {
      const { url } = await aReceiver();
      const { id, secret } = await here.addDestination(url);
      const number = await here.tell(1, 'risk');
      await here.dispatcher.settle();
      await after(24 * HOUR);

      const [row] = await here.deliveriesTo(id);
      const [request] = receiver.received;
      const body = `{"number":${number}}`;
      const t = (clock.now() - 24 * HOUR) / SECOND;
      const signature = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
      expect(receiver.received).toHaveLength(1);
      expect(request).toMatchObject({ id: row?.key, attempt: 1, body });
      expect(request?.headers).toMatchObject({
        'content-type': 'application/json',
        'x-event': 'risk',
        'x-signature': `t=${t},v1=${signature}`,
      });
      expect(row).toMatchObject({ status: 'delivered', attempts: 1, lastStatus: 204, lastError: null, lease: null });
      expect(await eventsOf(row?.id)).toEqual(['WebhookDelivered']);
    });

    it('reach a receiver that was down for an hour once it is back, once', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      receiver.answer = () => 503;
      await here.tell();
      await here.dispatcher.settle();
      const until = clock.now() + HOUR;
      while (clock.now() < until) await after(2 * MINUTE);
      const attempts = receiver.received.length;
      receiver.answer = () => 204;
      for (let minute = 0; minute < 300; minute += 20) await after(20 * MINUTE);

      expect(attempts).toBe(5);
      expect(receiver.received.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(new Set(receiver.received.map((request) => request.id)).size).toBe(1);
      expect(await here.deliveriesTo(id)).toMatchObject([{ status: 'delivered', attempts: 6 }]);
    });

    it('are tried at once and after each wait, become dead letters, and are replayed under their key', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      receiver.answer = () => 500;
      await here.tell();
      await here.dispatcher.settle();
      const times = [0];
      const began = clock.now();
      for (const wait of [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 24 * HOUR]) {
        await after(wait - 1);
        const before = receiver.received.length;
        await after(1);
        if (receiver.received.length > before) times.push(clock.now() - began);
      }

      const [dead] = await here.deliveriesTo(id);
      expect(times.map((time) => time / SECOND)).toEqual([0, 5, 35, 155, 755, 4355, 15_155]);
      expect(dead).toMatchObject({
        status: 'dead_letter',
        attempts: 7,
        lastStatus: 500,
        lastError: 'It answered 500.',
      });
      expect(receiver.received).toHaveLength(7);
      expect(await eventsOf(dead?.id)).toEqual(['WebhookDeadLettered']);

      receiver.answer = () => 200;
      await replayWebhookDelivery(here, here.user, { id: dead?.id ?? 0, destinationId: id });
      await here.dispatcher.settle();
      expect(await here.deliveriesTo(id)).toMatchObject([{ status: 'delivered', attempts: 1, lastError: null }]);
      expect(receiver.received.at(-1)).toMatchObject({ id: dead?.key, attempt: 1 });
      expect(await eventsOf(dead?.id)).toEqual(['WebhookDeadLettered', 'WebhookReplayed', 'WebhookDelivered']);
    });

    it('that are committed by a process that died are sent by the next one, under the same key when it was sending', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      const dying = await composeWebhooks(on, { clock, timeoutMs: 60 * MINUTE });
      receiver.answer = () => () => undefined;
      await dying.tell();
      const gone = dying.dispatcher.settle();
      await eventually('the first attempt', () => receiver.received[0]);

      receiver.answer = () => 204;
      await after(29 * SECOND);
      const whileItMayLive = receiver.received.length;
      await after(SECOND);

      expect(whileItMayLive).toBe(1);
      expect(receiver.received.map((request) => request.id)).toEqual([
        receiver.received[0]?.id,
        receiver.received[0]?.id,
      ]);
      expect(await here.deliveriesTo(id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
      await receiver.close();
      receivers.splice(0);
      await gone;
      expect(await here.deliveriesTo(id)).toMatchObject([{ status: 'delivered', attempts: 1, lastError: null }]);
      await dying.close();
    });

    it('are given back by a process that closes, and the attempt does not count', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      const closing = await composeWebhooks(on, { clock, timeoutMs: HOUR });
      receiver.answer = () => () => undefined;
      await closing.tell();
      void closing.dispatcher.settle();
      await eventually('the first attempt', () => receiver.received[0]);
      await closing.close();

      expect(await here.deliveriesTo(id)).toMatchObject([{ status: 'pending', attempts: 0, lease: null }]);
      receiver.answer = () => 204;
      await here.dispatcher.settle();
      expect(receiver.received.map(({ attempt }) => attempt)).toEqual([1, 1]);
    });

    it('of two processes on one database are each sent once', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      const other = await composeWebhooks(on, { clock });
      await here.tell(40);
      await Promise.all([here.dispatcher.settle(), other.dispatcher.settle()]);
      await Promise.all([here.dispatcher.settle(), other.dispatcher.settle()]);

      const keys = receiver.received.map((request) => `${request.id} ${request.attempt}`);
      expect(keys.toSorted()).toEqual((await here.deliveriesTo(id)).map(({ key }) => `${key} 1`).toSorted());
      expect(keys).toHaveLength(40);
      expect(receiver.mostAtOnce).toBeLessThanOrEqual(4);
      await other.close();
    });

    it('to others are not delayed by a receiver that does not answer, and it is given four at a time', async () => {
      const slow = await aReceiver();
      slow.answer = () => () => undefined;
      const { id: slowId } = await here.addDestination(slow.url);
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      const patient = await composeWebhooks(on, { clock, timeoutMs: HOUR });
      await patient.tell(8);
      const settling = patient.dispatcher.settle();

      await eventually('all deliveries to the quick receiver', async () => {
        const rows = await here.deliveriesTo(id);
        return rows.every(({ status }) => status === 'delivered') ? rows : null;
      });

      expect(slow.received).toHaveLength(4);
      expect((await here.deliveriesTo(slowId)).map(({ status }) => status)).toEqual([
        ...Array.from({ length: 4 }, () => 'sending'),
        ...Array.from({ length: 4 }, () => 'pending'),
      ]);
      await slow.close();
      receivers.splice(receivers.indexOf(slow), 1);
      await settling;
      await patient.close();
    });

    it('that take too long, are cut off or answered with a redirect have failed, and say how', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      const impatient = await composeWebhooks(on, { clock, timeoutMs: 300 });
      const answers: Parameters<typeof answerInTurn>[0] = [
        () => undefined,
        (response) => response.destroy(),
        (response) => response.writeHead(302, { location: `${receiver.url}/other` }).end(),
      ];
      receiver.answer = answerInTurn(answers);
      const errors: (string | null | undefined)[] = [];
      await here.tell();
      for (const wait of [0, 5 * SECOND, 30 * SECOND]) {
        clock.advance(wait);
        await impatient.dispatcher.settle();
        errors.push((await here.deliveriesTo(id))[0]?.lastError);
      }

      expect(errors).toEqual([
        'It did not answer within 0.3 s.',
        'It cut the connection.',
        'It answered 302; redirects are not followed.',
      ]);
      expect(receiver.received).toHaveLength(3);
      await impatient.close();
    });

    it('have been delivered when the status says so, however long the answer is', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      receiver.answer = () => (response) => {
        response.writeHead(200);
        const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more));
        more();
      };
      await here.tell();
      await here.dispatcher.settle();

      expect(await here.deliveriesTo(id)).toMatchObject([{ status: 'delivered', lastStatus: 200 }]);
    });

    it('wait while five failures in a row keep their destination shut, for one request a minute', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      receiver.answer = () => 500;
      await here.tell(30);
      await here.dispatcher.settle();
      const atOnce = receiver.received.length;
      for (let second = 0; second < 120; second += 10) await after(10 * SECOND);
      const inTwoMinutes = receiver.received.length - atOnce;

      receiver.answer = () => 204;
      for (let minute = 0; minute < 15; minute += 1) await after(MINUTE);
      expect(atOnce).toBeGreaterThanOrEqual(5);
      expect(atOnce).toBeLessThanOrEqual(8);
      expect(inTwoMinutes).toBe(2);
      expect((await here.deliveriesTo(id)).map(({ status }) => status)).toEqual(
        Array.from({ length: 30 }, () => 'delivered'),
      );
    });

    it('are given up together when a destination does not answer for longer than all waits', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      receiver.answer = () => 500;
      await here.tell(20);
      await here.dispatcher.settle();
      await after(4 * HOUR + 13 * MINUTE);
      const attempts = receiver.received.length;
      await after(24 * HOUR);

      expect(receiver.received).toHaveLength(attempts);
      const rows = await here.deliveriesTo(id);
      expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'dead_letter'));
      expect(
        await here.database.read.event.count({
          where: { type: 'WebhookDeadLettered', subjectId: { in: rows.map((row) => row.id) } },
        }),
      ).toBe(20);
    });

    it('above 60 in a minute are told in digests, and none is lost', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      await here.tell(300);
      await here.dispatcher.settle();
      const inFirstMinute = receiver.received.length;
      await after(MINUTE);

      const rows = await here.deliveriesTo(id);
      const told = receiver.received.flatMap(({ body, headers }) => {
        const payload = JSON.parse(body);
        if (headers['x-event'] !== 'digest') return [payload.number];
        expect(payload.count).toBe(payload.notices.length);
        return payload.notices.map((notice: { payload: { number: number } }) => notice.payload.number);
      });
      const numbers = rows.filter(({ event }) => event !== 'digest').map(({ body }) => JSON.parse(body).number);
      expect(inFirstMinute).toBe(60);
      expect(told.toSorted((a, b) => a - b)).toEqual(numbers);
      expect(numbers).toHaveLength(300);
      expect(receiver.received.filter(({ headers }) => headers['x-event'] === 'digest')).toHaveLength(3);
      expect(rows.filter(({ status }) => status === 'digested')).toHaveLength(243);
    });

    it('are signed with both secrets for a day after a change', async () => {
      const { url } = await aReceiver();
      const { id, secret: old } = await here.addDestination(url);
      const { secret } = await rotateWebhookSecret(here, here.user, id);
      await here.tell();
      await here.dispatcher.settle();
      clock.advance(24 * HOUR);
      await here.tell();
      await here.dispatcher.settle();

      const [both = '', one = ''] = receiver.received.map(({ headers }) => String(headers['x-signature']));
      const signed = (header: string, key: string): string => {
        const t = /^t=(\d+),/.exec(header)?.[1];
        const body = receiver.received[header === both ? 0 : 1]?.body;
        return `v1=${createHmac('sha256', key).update(`${t}.${body}`).digest('hex')}`;
      };
      expect(both.split(',').slice(1)).toEqual([signed(both, secret), signed(both, old)]);
      expect(one.split(',').slice(1)).toEqual([signed(one, secret)]);
    });

    it('are signed with the new secret alone when the old one can be read no more', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      await here.database.transaction((db) =>
        db.webhookDestination.update({ where: { id }, data: { secret: 'lost' } }),
      );
      await here.tell();
      await here.dispatcher.settle();
      const unsigned = receiver.received.length;
      await rotateWebhookSecret(here, here.user, id);
      await after(MINUTE);

      expect(unsigned).toBe(0);
      expect(receiver.received.map(({ headers }) => String(headers['x-signature']).split(',').length)).toEqual([2]);
    });

    it('wait while their destination is disabled, and are canceled when it is deleted', async () => {
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      await here.tell();
      await updateWebhookDestination(here, here.user, { id, enabled: false });
      await after(HOUR);
      expect(receiver.received).toEqual([]);

      await updateWebhookDestination(here, here.user, { id, enabled: true });
      await here.dispatcher.settle();
      expect(receiver.received).toHaveLength(1);

      await here.tell();
      await deleteWebhookDestination(here, here.user, id);
      await after(HOUR);
      expect(receiver.received).toHaveLength(1);
      expect((await here.deliveriesTo(id)).map(({ status }) => status)).toEqual(['delivered', 'canceled']);
    });

    it('that were written while their destination was being deleted are canceled', async () => {
      if (here.database.provider === 'sqlite') return;
      const { url } = await aReceiver();
      const { id } = await here.addDestination(url);
      const [written, deleted] = [deferred(), deferred()];
      const telling = here.journal.write(async (write) => {
        const at = new Date(clock.now());
        const notice = { ownerId: here.user.userId, subjectId: 1, payload: {}, correlationId: 'late', at };
        await enqueueDeliveries(write, { ...notice, event: 'price' });
        written.resolve();
        await deleted.promise;
      });
      await written.promise;
      await deleteWebhookDestination(here, here.user, id);
      deleted.resolve();
      await telling;
      const before = await here.deliveriesTo(id);
      const heir = await composeWebhooks(on, { clock });
      await heir.dispatcher.settle();
      await heir.close();

      expect(before).toMatchObject([{ status: 'pending' }]);
      expect(await here.deliveriesTo(id)).toMatchObject([
        {
          status: 'canceled',
          lastError: 'The destination was deleted.',
          nextAttemptAt: null,
          endedAt: expect.any(Date),
        },
      ]);
      expect(receiver.received).toEqual([]);
    });

    it('are canceled under the lock of their destination, each destination by itself', async () => {
      if (here.database.provider === 'sqlite') return;
      const orphaned = async (): Promise<number> => {
        const { id } = await here.addDestination('https://example.com/gone', ['price']);
        await here.tell();
        const data = { deletedAt: new Date(clock.now()), enabled: false };
        await here.database.transaction((db) => db.webhookDestination.update({ where: { id }, data }));
        return id;
      };
      const [first, second] = [await orphaned(), await orphaned()];
      const statusOf = async (id: number) => (await here.deliveriesTo(id)).map(({ status }) => status);
      const [locked, looked] = [deferred(), deferred()];
      const holding = here.database.transaction(async (db) => {
        await lockRows(db, 'WebhookDestination', [second]);
        locked.resolve();
        await looked.promise;
      });
      await locked.promise;
      const canceling = cancelOrphans(here);
      await eventually('the first', async () => ((await statusOf(first))[0] === 'canceled' ? true : null));
      await sleep(200);
      const waited = await statusOf(second);
      looked.resolve();
      await Promise.all([holding, canceling]);

      expect(waited).toEqual(['pending']);
      expect(await statusOf(second)).toEqual(['canceled']);
    });

    it('are sent also while it cannot be looked for those to deleted destinations', async () => {
      const { url } = await aReceiver();
      await here.addDestination(url);
      const database = await on.open();
      let failures = 0;
      const read = new Proxy(database.read, {
        get: (target, name) => {
          if (name !== '$queryRaw' || failures > 0) return Reflect.get(target, name) as unknown;
          failures += 1;
          return () => Promise.reject(new Error('The query fails.'));
        },
      });
      const heir = await composeWebhooks(on, { clock, database: { ...database, read } });
      await here.tell();
      await heir.dispatcher.settle();
      await heir.close();

      expect(failures).toBe(1);
      expect(heir.errors).toEqual([expect.stringContaining('could not be canceled')]);
      expect(receiver.received).toHaveLength(1);
    });

    it('have twenty destinations at most, however many are added at once', async () => {
      const urls = Array.from({ length: 24 }, (_, index) => `https://example.com/${index}`);
      const added = await Promise.allSettled(urls.map((each) => here.addDestination(each)));

      expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
      expect(await here.database.read.webhookDestination.count({ where: { deletedAt: null } })).toBe(20);
    });

    it('are sent soon after the commit, without anybody asking', async () => {
      const { url } = await aReceiver();
      const started = await composeWebhooks(on);
      const { id } = await started.addDestination(url);
      started.dispatcher.start();
      await started.tell();

      await eventually('the delivery', async () =>
        (await here.deliveriesTo(id)).find(({ status }) => status === 'delivered'),
      );
      await started.close();
    });

    async function eventsOf(subjectId: number | undefined): Promise<readonly string[]> {
      const where = { subjectType: 'webhook_delivery', subjectId: subjectId ?? 0 };
      const rows = await here.database.read.event.findMany({ where, orderBy: { cursor: 'asc' } });
      return rows.map(({ type }) => type);
    }
  });
});

type Acting = (response: ServerResponse) => void;

/** Each request gets the next answer. */
function answerInTurn(answers: readonly Acting[]): () => Acting {
  let next = 0;
  return () => {
    next += 1;
    return answers[next - 1] ?? (() => undefined);
  };
}
