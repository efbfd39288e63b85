/** The receiver of docs/webhooks.md, as it stands there, against what we send; and one whose certificate nobody vouches for. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { signatureOf } from '../../src/webhooks/signature.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { NOBODYS_CERTIFICATE } from '../support/nobodys-certificate.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import { composeWebhooks, type TestWebhooks } from '../support/webhooks.ts';

let on: TestDatabase;
let webhooks: TestWebhooks;
beforeAll(async () => {
  on = await createTestDatabase('sqlite');
  webhooks = await composeWebhooks(on);
  on.onDrop(() => webhooks.close());
});
afterAll(() => on.drop());

describe('the receiver of the documentation', () => {
  const text = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const code = /```js\n([\s\S]+?)```/.exec(text)?.[1] ?? '';

  it('has about ten lines', () => {
    expect(code.trim().split('\n').length).toBeGreaterThan(8);
    expect(code.trim().split('\n').length).toBeLessThanOrEqual(12);
  });

  it('takes what was signed with its secret, and nothing that was changed, is old or is not signed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dunlin-receiver-'));
    writeFileSync(join(folder, 'receiver.mjs'), code);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const { id, secret } = await webhooks.addDestination(url);
    const env = { ...process.env, SECRET: secret, PORT: String(port) };
    const child = spawn(process.execPath, [join(folder, 'receiver.mjs')], { env, stdio: 'inherit' });
    const post = async (signature: string | null, body = '{}'): Promise<number> => {
      const headers = signature === null ? {} : { 'x-signature': signature };
      return (await fetch(url, { method: 'POST', body, headers })).status;
    };
    try {
      await eventually('the receiver', () => post(null).catch(() => null));
      const now = systemClock.now();
      const good = signatureOf('{}', [secret], now);
      const statuses = [
        await post(good),
        await post(signatureOf('{}', ['another', secret], now)),
        await post(good, '{"more":1}'),
        await post(signatureOf('{}', ['another'], now)),
        await post(signatureOf('{}', [secret], now - 3_600_000)),
        await post(null),
        await post('t=,v1='),
        await post(`t=${Math.floor(now / 1000)},v1=${'zz'.repeat(32)}`),
        await post('nonsense'),
        await post(`t=1,v1=${'\u00e4'.repeat(64)}`),
      ];
      await webhooks.tell();
      await webhooks.dispatcher.settle();

      expect(statuses).toEqual([204, 204, 401, 401, 401, 401, 401, 401, 401, 401]);
      expect(await webhooks.deliveriesTo(id)).toMatchObject([{ status: 'delivered', lastStatus: 204 }]);
    } finally {
      child.kill();
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a receiver behind https', () => {
  it('is not sent to when nobody vouches for its certificate, whatever the environment says', async () => {
    let requests = 0;
    const server = createTlsServer(NOBODYS_CERTIFICATE, (_request, response) => {
      requests += 1;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on a port.
    const { port } = server.address() as AddressInfo;
    const { id } = await webhooks.addDestination(`https://127.0.0.1:${port}/`, ['system']);
    await webhooks.tell(1, 'system');
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await webhooks.dispatcher.settle();
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    server.close();

    expect(requests).toBe(0);
    expect(await webhooks.deliveriesTo(id)).toMatchObject([
      { status: 'pending', lastError: 'Its certificate is refused: DEPTH_ZERO_SELF_SIGNED_CERT.' },
    ]);
  });
});

async function freePort(): Promise<number> {
  const { url, close } = await startReceiver();
  await close();
  return Number(new URL(url).port);
}
