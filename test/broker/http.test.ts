/** What the transport of brokers makes of answers, and of none. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answerOf, BrokerHttp, type BrokerHttpOptions, decimalField, instantField } from '../../src/broker/index.ts';
import { eventually } from '../support/eventually.ts';

const servers: Server[] = [];
const clients: BrokerHttp[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client of a server that answers as given, and the requests that arrived. */
async function opened(listener: RequestListener, options: Partial<BrokerHttpOptions> = {}) {
  const arrived: IncomingMessage[] = [];
  const baseUrl = await serve((request, response) => {
    arrived.push(request);
    listener(request, response);
  });
  const client = new BrokerHttp({ baseUrl, ...options });
  clients.push(client);
  return { client, arrived, baseUrl };
}

const ORDER = {
  path: '/orders',
  answer: z.object({ id: z.string() }),
  refusal: z.object({ error: z.string() }),
} as const;
const SUBMIT = { ...ORDER, method: 'POST', body: { size: '1' } } as const;
const ASK = { ...ORDER, method: 'GET' } as const;

function says(
  status: number,
  text: string,
  headers = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  return (_, response) => response.writeHead(status, headers).end(text);
}

describe('a request to a broker', () => {
  it('arrives as it was meant, and is answered', async () => {
    let text = '';
    const { client, arrived } = await opened(
      (request, response) => {
        request.on('data', (piece: Buffer) => {
          text += piece.toString();
        });
        request.on('end', () => response.writeHead(201).end('{"id": "7", "more": 1}'));
      },
      { headers: { 'x-key': 'secret' } },
    );

    const reply = await client.request({ ...SUBMIT, query: { a: 'b c' } });

    expect(reply).toEqual({ kind: 'answer', value: { id: '7' } });
    expect(text).toBe('{"size":"1"}');
    expect(arrived[0]).toMatchObject({
      method: 'POST',
      url: '/orders?a=b+c',
      headers: { 'content-type': 'application/json', 'x-key': 'secret', 'accept-encoding': 'identity' },
    });
  });

  it('is refused by the broker in its own words only', async () => {
    const { client } = await opened(says(422, '{"error": "No money."}'));

    expect(await client.request(SUBMIT)).toEqual({ kind: 'refusal', status: 422, value: { error: 'No money.' } });
  });

  it.each([
    [200, '<html></html>'],
    [200, ''],
    [200, '{"id": 7}'],
    [200, '{}'],
    [200, 'null'],
    [200, `{"id": ${'['.repeat(200_000)}`],
    [201, '{"id": "7"'],
    [301, '{"id": "7"}'],
    [400, '<html>Bad Request</html>'],
    [403, '{"message": "of a proxy"}'],
    [404, ''],
    [408, '{"error": "timeout"}'],
    [425, '{"error": "too early"}'],
    [500, '{"error": "oops"}'],
    [502, '<html></html>'],
    [504, '{"error": "timeout"}'],
  ])('is unclear after %d %s', async (status, text) => {
    const { client, arrived } = await opened(says(status, text));

    expect(await client.request(SUBMIT)).toEqual({ kind: 'unclear', reason: expect.stringMatching(/status \d+/) });
    expect(arrived).toHaveLength(1);
  });

  it('is unclear after bytes that are no text', async () => {
    const { client } = await opened((_, response) => response.end(Buffer.from('{"id": "\xff"}', 'latin1')));

    expect(await client.request(SUBMIT)).toMatchObject({ kind: 'unclear' });
  });

  it('follows no redirect', async () => {
    const elsewhere = await opened(says(200, '{"id": "7"}'));
    const { client } = await opened((_, response) => {
      response.writeHead(307, { location: `${elsewhere.baseUrl}/orders` }).end();
    });

    expect(await client.request(SUBMIT)).toMatchObject({ kind: 'unclear' });
    expect(elsewhere.arrived).toEqual([]);
  });

  it('reads no more of an answer than it may, and breaks the connection', async () => {
    let sent = 0;
    const { client, arrived } = await opened(
      (_, response) => {
        response.writeHead(200);
        const more = (): void => {
          if (response.destroyed) return;
          sent += 65_536;
          response.write('x'.repeat(65_536), () => setImmediate(more));
        };
        more();
      },
      { maxBytes: 200_000 },
    );

    expect(await client.request(SUBMIT)).toEqual({
      kind: 'unclear',
      reason: 'The answer is larger than 200000 bytes.',
    });
    await eventually('the connection to be broken', () => (arrived[0]?.socket.destroyed === true ? true : null));
    expect(sent).toBeLessThan(20_000_000);
  });

  it('waits no longer than it may, also for an answer that trickles', async () => {
    const { client } = await opened(
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 10);
        response.once('close', () => clearInterval(timer));
      },
      { timeoutMs: 150 },
    );
    const since = performance.now();

    expect(await client.request(SUBMIT)).toEqual({
      kind: 'unclear',
      reason: 'There was no answer within 150 ms.',
    });
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('is sent once, also on a connection that breaks when it is used again', async () => {
    let count = 0;
    const { client, arrived } = await opened((request, response) => {
      count += 1;
      if (count === 1) response.end('{"id": "7"}');
      else request.socket.resetAndDestroy();
    });
    await client.request(SUBMIT);

    expect(await client.request(SUBMIT)).toEqual({ kind: 'unclear', reason: 'The connection failed (ECONNRESET).' });
    expect(await client.request({ ...SUBMIT, method: 'DELETE' })).toMatchObject({ kind: 'unclear' });
    expect(arrived).toHaveLength(3);
  });

  it('is unclear when its answer breaks off', async () => {
    const { client } = await opened((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"id": "7"}', () => response.socket?.destroy());
    });

    expect(await client.request(SUBMIT)).toMatchObject({ kind: 'unclear' });
  });

  it('ends when its caller gives up, and is not sent when he has', async () => {
    const { client, arrived } = await opened(() => undefined);
    const controller = new AbortController();

    const given = client.request(SUBMIT, { signal: controller.signal });
    await eventually('the request to arrive', () => arrived[0]);
    controller.abort();

    expect(await given).toEqual({ kind: 'unclear', reason: 'It was given up before there was an answer.' });
    expect(await client.request(SUBMIT, { signal: controller.signal })).toMatchObject({ kind: 'unclear' });
    expect(arrived).toHaveLength(1);
  });

  it('ends when the client is closed, and is not sent afterwards', async () => {
    const { client, arrived } = await opened(() => undefined);

    const given = client.request(SUBMIT);
    await eventually('the request to arrive', () => arrived[0]);
    client.close();

    expect(await given).toMatchObject({ kind: 'unclear', reason: 'The connection to the broker was closed.' });
    expect(await client.request(SUBMIT)).toMatchObject({ kind: 'unclear' });
    expect(arrived).toHaveLength(1);
  });

  it('waits for no question when it is a command', async () => {
    const { client, arrived } = await opened((request, response) => {
      if (request.method === 'DELETE') response.end('{"id": "7"}');
    });

    const questions = Array.from({ length: 50 }, () => client.request(ASK));
    await eventually('questions to take every connection', () => (arrived.length >= 8 ? true : null));

    expect(await client.request({ ...SUBMIT, method: 'DELETE' })).toMatchObject({ kind: 'answer' });
    expect(arrived).toHaveLength(9);
    client.close();
    await Promise.all(questions);
  });

  it('goes over https, except on this machine', () => {
    for (const baseUrl of ['http://broker.example', 'http://127.0.0.1.broker.example', 'http://10.0.0.1']) {
      expect(() => new BrokerHttp({ baseUrl })).toThrow('https');
    }
    clients.push(new BrokerHttp({ baseUrl: 'https://broker.example' }), new BrokerHttp({ baseUrl: 'http://[::1]:1' }));
  });

  it('stays with its broker', async () => {
    const { client, arrived } = await opened(says(200, '{"id": "7"}'));

    await expect(client.request({ ...SUBMIT, path: '//elsewhere.example/orders' })).rejects.toThrow('Invariant');
    expect(arrived).toEqual([]);
  });
});

describe('the answer to a question', () => {
  it('is there or UNAVAILABLE, and tells neither addresses nor credentials', async () => {
    const { client } = await opened(says(500, ''), { headers: { authorization: 'Bearer canary' } });
    const gone = new BrokerHttp({ baseUrl: 'http://127.0.0.1:1', headers: { authorization: 'Bearer canary' } });
    clients.push(gone);

    for (const reply of [await client.request(ASK), await gone.request(ASK)]) {
      let error: unknown;
      try {
        answerOf(reply, 'the open orders');
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('the open orders') });
      expect(String(error)).not.toMatch(/canary|127\.0/);
    }
    expect(answerOf({ kind: 'answer', value: 3 }, 'a number')).toBe(3);
    expect(() => answerOf({ kind: 'refusal', status: 429, value: null }, 'the fills')).toThrow('429');
  });
});

describe('fields of answers', () => {
  it('are decimals as texts, to the last digit', () => {
    expect(decimalField.parse('0.12345678').toFixed()).toBe('0.12345678');
    for (const wrong of [0.5, '1e5', '0.123456789', '', ' 1', 'NaN', '1000000000000', null]) {
      expect(decimalField.safeParse(wrong).success, String(wrong)).toBe(false);
    }
  });

  it('are instants with an offset', () => {
    expect(instantField.parse('2026-03-12T15:00:00.123-04:00').toISOString()).toBe('2026-03-12T19:00:00.123Z');
    for (const wrong of ['2026-03-12', '2026-03-12T15:00:00', 1_700_000_000, '']) {
      expect(instantField.safeParse(wrong).success, String(wrong)).toBe(false);
    }
  });
});
