/** What a process had to tell when it was killed: another one tells it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { composeWebhooks } from '../support/webhooks.ts';

const script = fileURLToPath(new URL('../support/webhook-child.ts', import.meta.url));

describe('webhooks', () => {
  eachDatabase((_provider, create) => {
    let receiver: WebhookReceiver;
    beforeAll(async () => {
      receiver = await startReceiver();
    });
    afterAll(() => receiver.close());

    it('of a process that was killed between the commit and the answers are delivered by another, under their keys', async () => {
      const on = await create();
      await on.open();
      receiver.answer = () => () => undefined;
      const child = fork(script, [on.url, receiver.url], { execArgv: ['--import', 'tsx'] });
      await eventually('four requests of the child', () => receiver.received[3]);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const begun = receiver.received.map(({ id }) => id);

      receiver.answer = () => 204;
      const heir = await composeWebhooks(on);
      await heir.dispatcher.settle();
      const afterTheDeath = receiver.received.slice(begun.length).map(({ id }) => id);
      await heir.close();
      // As it will be when the leases of the dead have run out.
      const later = await composeWebhooks(on, { clock: { now: () => systemClock.now() + 31_000 } });
      await later.dispatcher.settle();

      const rows = await later.database.read.webhookDelivery.findMany({ orderBy: { id: 'asc' } });
      expect(rows.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(
        Array.from({ length: 5 }, () => 'delivered 1'),
      );
      expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set(rows.map(({ key }) => key)));
      expect(afterTheDeath).toEqual([]);
      expect(receiver.received).toHaveLength(begun.length + 5);
      await later.close();
    });
  });
});
