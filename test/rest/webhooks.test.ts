import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueueDeliveries } from '../../src/webhooks/index.ts';
import { dataOf } from '../api/graphql-clients.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { describedServer } from './described.ts';

const { call, server } = describedServer({
  env: { WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOW_PRIVATE: '127.0.0.0/8' },
});
let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

const WEBHOOKS = '/api/alerts/webhooks';

async function tell(subjectId: number): Promise<void> {
  const { journal, ids, clock } = server().app.services;
  const notice = { ownerId: 1, event: 'price', subjectId, payload: { alert_id: 7, is_test: false } } as const;
  const at = new Date(clock.now());
  await journal.write((write) => enqueueDeliveries(write, { ...notice, correlationId: ids.next(), at }));
}

/** The newest delivery, once it has the status. */
async function deliveryWhen(path: string, status: string) {
  const newest = async () => (await call('GET', `${path}/deliveries?limit=1`)).body[0];
  await expect.poll(newest, { timeout: 60_000, interval: 50 }).toMatchObject({ status });
  return await newest();
}

describe('webhook destinations', () => {
  it('are created with a secret that is shown once, read, changed by PUT and PATCH alike, and deleted', async () => {
    const created = await call('POST', WEBHOOKS, {
      body: { url: 'https://example.com/hook', events: ['system', 'price'] },
    });
    const path = created.headers.get('location') ?? 'none';
    const patched = await call('PATCH', path, { body: { enabled: false } });
    const put = await call('PUT', path, { body: { url: `${receiver.url}?a=b`, events: ['test'], enabled: true } });
    const read = await call('GET', path);
    const list = await call('GET', WEBHOOKS);
    const rotated = await call('POST', `${path}/rotate-secret`);
    const deleted = await call('DELETE', path);

    const { secret, ...shown } = created.body;
    expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/);
    expect(shown).toMatchObject({
      url: 'https://example.com/hook',
      events: ['price', 'system'],
      enabled: true,
      breaker: 'closed',
    });
    expect(patched.body).toEqual({ ...shown, enabled: false, updated_at: patched.body.updated_at });
    expect(put.body).toMatchObject({ url: `${receiver.url}?a=b`, events: ['test'], enabled: true });
    expect(read.body).toEqual(put.body);
    expect(list.body).toEqual([put.body]);
    expect(rotated.body.secret).not.toBe(secret);
    expect(rotated.body.old_secret_until).toEqual(expect.any(String));
    expect(deleted.body).toEqual({ id: created.body.id, status: 'deleted' });
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('PATCH', path, { body: { enabled: true } })).status).toBe(404);
    expect((await call('GET', `${path}/deliveries`)).status).toBe(404);
    expect((await call('POST', `${path}/rotate-secret`)).status).toBe(404);
    expect((await call('GET', WEBHOOKS)).body).toEqual([]);
  });

  it('are refused with every field that is wrong, and nothing is stored', async () => {
    const wrong = await call('POST', WEBHOOKS, { body: { url: 'ftp://example.com', events: [] } });
    const inside = await call('POST', WEBHOOKS, { body: { url: 'http://169.254.169.254/latest/meta-data/' } });
    const unknown = await call('POST', WEBHOOKS, { body: { url: 'https://example.com', events: ['weather'] } });
    const missing = await call('POST', WEBHOOKS, { body: {} });

    const paths = ({ body }: typeof wrong) => body.errors.map((error: { path: string }) => error.path);
    expect([wrong, inside, unknown, missing].map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    expect(paths(wrong)).toEqual(['url', 'events']);
    expect(paths(inside)).toEqual(['url']);
    expect(paths(unknown)).toEqual(['events.0']);
    expect(paths(missing)).toEqual(['url']);
    expect((await call('GET', WEBHOOKS)).body).toEqual([]);
  });

  it('are at most twenty', async () => {
    const answers = [];
    for (let each = 0; each < 21; each += 1) {
      answers.push(await call('POST', WEBHOOKS, { body: { url: `https://example.com/${each}`, enabled: false } }));
    }
    for (const { body } of answers.slice(0, 20)) await call('DELETE', `${WEBHOOKS}/${body.id}`);

    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 20 }, () => 201), 409]);
    expect(answers[20]?.body).toMatchObject({ code: 'CONFLICT', limit: 20, observed: 20 });
  });
});

describe('webhook deliveries', () => {
  it('are listed newest first with what came of them, and sent again when asked', async () => {
    const { body: destination } = await call('POST', WEBHOOKS, { body: { url: receiver.url } });
    const path = `${WEBHOOKS}/${destination.id}`;
    await tell(1);
    const delivered = await deliveryWhen(path, 'delivered');
    receiver.answer = () => 503;
    await tell(2);
    await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBe(2);
    const waiting = await deliveryWhen(path, 'pending');
    receiver.answer = () => 204;

    const early = await call('POST', `${path}/deliveries/${waiting.id}/replay`);
    const nobodys = await call('POST', `${path}/deliveries/999/replay`);
    const again = await call('POST', `${path}/deliveries/${delivered.id}/replay`);
    await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBeGreaterThan(2);
    const listed = await call('GET', `${path}/deliveries`);
    const older = await call('GET', `${path}/deliveries?before=${waiting.id}`);

    expect(delivered).toMatchObject({
      event: 'price',
      attempts: 1,
      last_status: 204,
      payload: { alert_id: 7, is_test: false },
    });
    expect(waiting).toMatchObject({ attempts: 1, last_status: 503, last_error: 'It answered 503.', ended_at: null });
    expect(early.body).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect(nobodys.status).toBe(404);
    expect(again.body).toMatchObject({ id: delivered.id, key: delivered.key, status: 'pending', attempts: 0 });
    expect(receiver.received.slice(2).map(({ id }) => id)).toContain(delivered.key);
    expect(listed.body.map(({ id }: { id: number }) => id)).toEqual([waiting.id, delivered.id]);
    expect(older.body.map(({ id }: { id: number }) => id)).toEqual([delivered.id]);
    await call('DELETE', path);
  });

  it.each([
    ['destinationId', 'destinationId: 999999, id: 1', 'There is no webhook destination 999999.'],
    ['destinationId', 'destinationId: "x", id: 1', 'There is nothing with the id "x"'],
    ['id', 'destinationId: DESTINATION, id: 999999', 'There is no webhook delivery 999999.'],
    ['id', 'destinationId: DESTINATION, id: "x"', 'There is nothing with the id "x"'],
  ])('that are not there are told of at the %s that names nothing: %s', async (field, input, message) => {
    const { body: destination } = await call('POST', WEBHOOKS, { body: { url: receiver.url } });
    const fields = input.replace('DESTINATION', String(destination.id));
    const { r } = await dataOf<{ r: { errors: readonly object[] } }>(
      server().url,
      `mutation { r: replayWebhookDelivery(input: {${fields}}) { errors { code message path } } }`,
    );
    await call('DELETE', `${WEBHOOKS}/${destination.id}`);

    expect(r.errors).toEqual([
      { code: 'NOT_FOUND', message: expect.stringContaining(message), path: ['input', field] },
    ]);
  });

  it('stay in the history when their destination is deleted', async () => {
    const { webhookDeliveries } = await dataOf<{ webhookDeliveries: { nodes: readonly { status: string }[] } }>(
      server().url,
      '{ webhookDeliveries { nodes { status event destinationId lastError payload digest { id } } } }',
    );

    expect(webhookDeliveries.nodes.length).toBe(2);
    const given = await dataOf<typeof webhookDeliveries>(
      server().url,
      '{ webhookDeliveries(status: DEAD_LETTER) { nodes { id } } }',
    );
    expect(given).toEqual({ webhookDeliveries: { nodes: [] } });
  });
});

describe('the secret of a webhook', () => {
  it('is in no other answer, no event, no log and not in the database, also when its creation is asked for again', async () => {
    const send = { headers: { 'idempotency-key': 'once' }, body: { url: receiver.url } };
    const created = await call('POST', WEBHOOKS, send);
    const again = await call('POST', WEBHOOKS, send);
    const path = `${WEBHOOKS}/${created.body.id}`;
    const rotated = await call('POST', `${path}/rotate-secret`, { headers: { 'idempotency-key': 'twice' } });
    await tell(3);
    await deliveryWhen(path, 'delivered');
    const shown = [
      again,
      await call('GET', path),
      await call('GET', WEBHOOKS),
      await call('GET', '/api/events?limit=500'),
    ];
    const { location } = server().app.services.database;
    const stored = [location, `${location}-wal`].map((file) => readFileSync(file, 'latin1')).join();
    const everything = [...shown.map(({ text }) => text), JSON.stringify(server().log), stored].join();

    expect(again.body).toEqual({ ...created.body, secret: null });
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(receiver.received.at(-1)?.headers['x-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/);
    expect(everything).toContain('WebhookDelivered');
    for (const secret of [created.body.secret, rotated.body.secret]) {
      expect(secret).toMatch(/^whsec_/);
      expect(everything).not.toContain(secret);
    }
  });
});
