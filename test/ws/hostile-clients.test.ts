import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pause, refusedUpgrade, type SocketBench, SocketClient, startSockets, until } from '../support/sockets.ts';

let bench: SocketBench;
beforeAll(async () => {
  bench = await startSockets();
});
afterAll(() => bench.stop());

const PATHS = ['/ws/things', '/graphql'];
const open = (path: string) =>
  SocketClient.open(bench, path, path === '/graphql' ? { protocol: 'graphql-transport-ws' } : {});

/** Others are served as before. */
async function expectServed(): Promise<void> {
  const client = await SocketClient.open(bench, '/ws/things');
  expect(await client.next()).toMatchObject({ type: 'connected' });
  await client.leave();
  expect(bench.errors).toEqual([]);
}

/** A socket of which only the handshake is proper. */
async function rawSocket(): Promise<Socket> {
  const socket = connect(bench.port, '127.0.0.1');
  const key = randomBytes(16).toString('base64');
  const lines = [
    'GET /ws/things HTTP/1.1',
    `Host: 127.0.0.1:${bench.port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
  ];
  socket.on('error', () => undefined);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

describe.each(PATHS)('at %s a client', (path) => {
  it('that sends binary messages is closed with 1003', async () => {
    const client = await open(path);

    client.socket.send(Buffer.from('{}'));

    expect((await client.closed).code).toBe(1003);
  });

  it.each([65_537, 20_000_000])('that sends a message of %d bytes is closed with 1009', async (size) => {
    const client = await open(path);

    client.send('x'.repeat(size));

    expect((await client.closed).code).toBe(1009);
    await expectServed();
  });

  it('that sends messages without end is closed', async () => {
    const client = await open(path);

    for (let i = 0; i < 100_000 && client.socket.readyState === client.socket.OPEN; i += 1) {
      client.send('{"type":"pong"}');
      if (i % 1000 === 0) await new Promise(setImmediate);
    }

    expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringMatching(/At most \d+ messages/) });
    await expectServed();
  });

  it('that sends pings without end is closed', async () => {
    const client = await open(path);

    for (let i = 0; i < 100_000 && client.socket.readyState === client.socket.OPEN; i += 1) {
      client.socket.ping();
      if (i % 1000 === 0) await new Promise(setImmediate);
    }

    // 1006 when it has not read the pongs either.
    expect([1006, 1008]).toContain((await client.closed).code);
    await expectServed();
  });

  it('that sends text which is no UTF-8 is closed with 1007', async () => {
    const client = await open(path);

    client.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });

    expect((await client.closed).code).toBe(1007);
  });

  it('that sends one message in pieces without end is closed', async () => {
    const client = await open(path);

    for (let i = 0; i < 1000; i += 1) client.socket.send('', { fin: false });

    expect((await client.closed).code).toBe(1008);
    await expectServed();
  });
});

describe('the server', () => {
  it('counts pings like messages, also of a client that waits for each pong', async () => {
    const client = await SocketClient.open(bench, '/ws/things');

    for (let i = 0; i < 61; i += 1) {
      client.socket.ping();
      if (i < 60) await once(client.socket, 'pong');
    }

    expect((await client.closed).code).toBe(1008);
  });

  it('destroys a socket when megabytes wait for its reader', async () => {
    const client = await SocketClient.open(bench, '/graphql', { protocol: 'graphql-transport-ws' });
    client.send({ type: 'connection_init' });
    await client.next();
    client.socket.pause();

    for (let i = 0; i < 40; i += 1) client.send({ id: String(i), type: 'subscribe', payload: { query: '{ large }' } });

    await until(() => bench.sockets.connectionCount === 0);
    client.socket.resume();
    expect((await client.closed).code).toBe(1006);
  });

  it('lets a client of the facade say something now and then', async () => {
    const client = await SocketClient.open(bench, '/ws/things');
    await client.next();

    for (let i = 0; i < 60; i += 1) client.send('hello');
    await bench.append(['still here']);

    expect(await client.next()).toMatchObject({ text: 'still here' });
    await client.leave();
  });

  it('drops whoever sends garbage instead of frames', async () => {
    const seed = 42;
    for (let run = 0; run < 20; run += 1) {
      const socket = await rawSocket();
      const garbage = createHash('sha512').update(`${seed} ${run}`).digest();

      socket.write(Buffer.concat(Array.from({ length: 50 }, () => garbage)));

      await once(socket, 'close');
    }
    await expectServed();
  });

  it('drops whoever is silent, and keeps whoever answers its pings', async () => {
    const quick = await startSockets({ tickMs: 20 });
    const alive = await SocketClient.open(quick, '/ws/things');
    const silent = await SocketClient.open(quick, '/ws/things');
    await silent.next();
    silent.socket.pause();

    await until(() => quick.sockets.connectionCount === 1);
    await until(() => quick.journal.subscriberCount === 1);

    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
    await quick.stop();
  });

  it('forgets after a minute how much a client has sent', async () => {
    const quick = await startSockets({ tickMs: 25 });
    const client = await SocketClient.open(quick, '/ws/things');
    await client.next();

    for (let burst = 0; burst < 3; burst += 1) {
      for (let i = 0; i < 50; i += 1) client.send('hello');
      await pause(500);
    }
    await quick.append(['still here']);

    expect(await client.next()).toMatchObject({ text: 'still here' });
    await quick.stop();
  });
});

describe('at shutdown the server', () => {
  it('closes every socket with 1001, refuses new ones, and leaves no timer behind', async () => {
    const begun = vi.spyOn(globalThis, 'setInterval');
    const cleared = vi.spyOn(globalThis, 'clearInterval');
    const closing = await startSockets();
    const clients = await Promise.all([
      ...Array.from({ length: 10 }, () => SocketClient.open(closing, '/ws/things')),
      SocketClient.open(closing, '/graphql', { protocol: 'graphql-transport-ws' }),
    ]);

    const closed = closing.sockets.close();
    const refused = await refusedUpgrade(closing.port, '/ws/things');
    const codes = await Promise.all(clients.map(async (client) => (await client.closed).code));
    await closed;

    expect(new Set(codes)).toEqual(new Set([1001]));
    expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(closing.sockets.connectionCount).toBe(0);
    await until(() => closing.journal.subscriberCount === 0);
    await closing.stop();
    const timers = begun.mock.results.map(({ value }) => value);
    const ended = cleared.mock.calls.map(([timer]) => timer);
    vi.restoreAllMocks();
    expect(timers.length).toBeGreaterThan(0);
    expect(timers.filter((timer) => !ended.includes(timer))).toEqual([]);
  });

  it('does not wait for a client that does not answer', async () => {
    const closing = await startSockets({ tickMs: 20 });
    const client = await SocketClient.open(closing, '/ws/things');
    await client.next();
    client.socket.pause();

    await closing.stop();

    expect(closing.sockets.connectionCount).toBe(0);
  });
});
