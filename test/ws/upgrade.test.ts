import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusedUpgrade, type SocketBench, SocketClient, startSockets, until } from '../support/sockets.ts';

let bench: SocketBench;
beforeAll(async () => {
  bench = await startSockets({ maxConnections: 3 });
});
afterAll(() => bench.stop());

/** Everything that the server answers to these bytes until it ends the connection. */
async function answerTo(bytes: string): Promise<string> {
  const socket = connect(bench.port, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(parts).toString();
}

const handshake = (lines: readonly string[]) =>
  [
    'GET /ws/things HTTP/1.1',
    `Host: 127.0.0.1:${bench.port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    ...lines,
    '\r\n',
  ].join('\r\n');

describe('an upgrade', () => {
  it.each(['/ws/things', '/ws/things/', '/ws/things?after=0', '/ws/things/?x=1'])('is accepted at %s', async (path) => {
    const client = await SocketClient.open(bench, path);

    expect(await client.next()).toMatchObject({ type: 'connected', channel: 'things' });
    await client.leave();
  });

  it('is accepted from a page of an allowed origin', async () => {
    const client = await SocketClient.open(bench, '/ws/things', {
      headers: { origin: `http://127.0.0.1:${bench.port}` },
    });

    expect(await client.next()).toMatchObject({ type: 'connected' });
    await client.leave();
  });

  it.each(['https://evil.example', 'null', '', 'http://127.0.0.1.evil.example', 'file://'])(
    'is refused from a page of the origin %j',
    async (origin) => {
      const { status, body } = await refusedUpgrade(bench.port, '/ws/things', { origin });

      expect(status).toBe(403);
      expect(body).toMatchObject({ status: 403, code: 'FORBIDDEN', type: 'urn:dunlin:problem:forbidden' });
    },
  );

  it.each(['/ws/things', '/graphql'])('is refused for a foreign Host at %s', async (path) => {
    const { status, body } = await refusedUpgrade(bench.port, path, { host: 'rebound.example' });

    expect(status).toBe(403);
    expect(body['detail']).toContain('"rebound.example"');
  });

  it.each(['/', '/ws', '/ws/unknown', '/ws/things/more', '/ws/__proto__', '/ws//things', '/WS/things'])(
    'finds nothing at %s',
    async (path) => {
      const { status, body } = await refusedUpgrade(bench.port, path);

      expect(status).toBe(404);
      expect(body).toMatchObject({ code: 'NOT_FOUND', detail: expect.stringContaining('/ws/things') });
    },
  );

  it('is refused to a caller who is not known', async () => {
    const { status, body } = await refusedUpgrade(bench.port, '/ws/things', { authorization: 'wrong' });

    expect(status).toBe(401);
    expect(body['detail']).toBe('The key is not known.');
  });

  it('tells nothing of a bug but logs it', async () => {
    const { status, body } = await refusedUpgrade(bench.port, '/ws/things', { authorization: 'broken' });

    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret detail');
    expect(body['detail']).toMatch(/^Internal error [0-9a-f]{32}$/);
    expect(bench.errors).toMatchObject([{ err: new Error('secret detail'), errorId: expect.any(String) }]);
  });

  it('is refused when as many sockets are open as may be', async () => {
    await until(() => bench.sockets.connectionCount === 0);
    const clients = await Promise.all([1, 2, 3].map(() => SocketClient.open(bench, '/ws/things')));

    const { status, body } = await refusedUpgrade(bench.port, '/ws/things');

    expect(status).toBe(503);
    expect(body['detail']).toContain('3 sockets are open');
    await Promise.all(clients.map((client) => client.leave()));
    await until(() => bench.sockets.connectionCount === 0);
    await (await SocketClient.open(bench, '/ws/things')).leave();
  });

  it.each([
    ['without a key', ['Sec-WebSocket-Version: 13']],
    ['with a key of another length', ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: abc']],
    ['of another version', ['Sec-WebSocket-Version: 12', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']],
    [
      'with a broken subprotocol',
      ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: ,,'],
    ],
  ])('is answered with 400 when it comes %s', async (_what, lines) => {
    const answer = await answerTo(handshake(lines));

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('does not trouble the server when its client is gone at once', async () => {
    const socket = connect(bench.port, '127.0.0.1');
    socket.write(handshake(['Origin: https://evil.example']));
    socket.resetAndDestroy();

    await (await SocketClient.open(bench, '/ws/things')).leave();
  });
});

describe('a request that offers another protocol', () => {
  it.each([
    ['GET', ''],
    ['POST', '{"answer": 42}'],
  ])('is answered by the HTTP server as if it had not: %s', async (method, body) => {
    const lines = [
      `${method} /api/anything?x=1 HTTP/1.1`,
      `Host: 127.0.0.1:${bench.port}`,
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
      `Content-Length: ${body.length}`,
    ];

    const socket = connect(bench.port, '127.0.0.1');
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    let answer = '';
    socket.on('data', (part: Buffer) => {
      answer += part.toString();
    });
    await until(() => answer.endsWith('}'));
    socket.destroy();

    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toEqual({ method, url: '/api/anything?x=1', body });
  });
});
