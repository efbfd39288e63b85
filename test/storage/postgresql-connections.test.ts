/** Connections to servers that are slow, that fall silent or that break, which no real one does when it is told to. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { followChannel } from '../../src/storage/postgresql-channel.ts';
import { connectClient, PatientPool } from '../../src/storage/postgresql-connections.ts';
import { eventually } from '../support/eventually.ts';
import { POSTGRES_URL } from '../support/postgres-server.ts';

/** A server on loopback; answers its url and the connections to it. */
async function serve(
  accept: (socket: Socket, number: number) => void,
): Promise<{ readonly url: string; readonly sockets: readonly Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    accept(socket, sockets.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { url: `postgresql://somebody@127.0.0.1:${port}/postgres`, sockets };
}

/** A message of the protocol: https://www.postgresql.org/docs/15/protocol-message-formats.html */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

function errorMessage(code: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0C${code}\0Mtold to\0\0`));
}

const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);

describe('a connection', () => {
  it.each(['a client', 'a pool'])(
    'takes no longer than it may when %s is refused once and then not answered',
    async (whose) => {
      const { url, sockets } = await serve((socket, number) => {
        if (number === 1) socket.once('data', () => setTimeout(() => socket.end(errorMessage('53300')), 700));
        else socket.resume();
      });
      const config = { connectionString: url, connectionTimeoutMillis: 1_000 };
      const pool = new PatientPool({ ...config, max: 1 });
      const began = performance.now();
      const end: unknown = await (whose === 'a pool' ? pool.connect() : connectClient(config)).catch(
        (error: unknown) => error,
      );
      const tookMs = performance.now() - began;
      for (const socket of sockets) socket.destroy();
      await pool.end();

      expect(end).toMatchObject({ code: '53300' });
      expect(sockets).toHaveLength(2);
      expect(tookMs).toBeLessThan(1_500);
    },
  );

  it('that breaks as soon as it is there is an error of whoever wants to listen, and does not end the process', async () => {
    const { url } = await serve((socket) => {
      socket.once('data', () => socket.end(Buffer.concat([WELCOME, errorMessage('57P01')])));
    });

    await expect(followChannel(url, { channel: 'a_channel', heard: () => undefined, pollMs: 60_000 })).rejects.toThrow(
      /connection error|terminated/,
    );
  });

  it('is given up by whoever wants it no more', async () => {
    const { url, sockets } = await serve((socket) => socket.resume());
    const closing = new AbortController();
    const waiting = connectClient({ connectionString: url }, closing.signal).catch(() => 'given up');
    await eventually('the connection', () => (sockets.length === 1 ? true : null));
    closing.abort();

    expect(await Promise.race([waiting, sleep(1_000, 'still waiting')])).toBe('given up');
    await eventually('its end', () => (sockets[0]?.closed === true ? true : null));
  });

  it.skipIf(POSTGRES_URL === undefined)(
    'is not waited for by a channel that closes while it listens again',
    async () => {
      const real = new URL(POSTGRES_URL ?? '');
      const { url, sockets } = await serve((socket, number) => {
        if (number > 1) return void socket.resume();
        const onward = connect(Number(real.port || 5432), real.hostname);
        socket.pipe(onward.on('error', () => undefined)).pipe(socket);
        socket.on('close', () => onward.destroy());
      });
      const through = new URL(real);
      through.host = new URL(url).host;
      const following = await followChannel(through.href, {
        channel: 'a_channel',
        heard: () => undefined,
        pollMs: 60_000,
      });
      sockets[0]?.destroy();
      await eventually('another connection', () => (sockets.length === 2 ? true : null));
      await following.close();

      await eventually('the end of it', () => (sockets[1]?.closed === true ? true : null), 2_000);
    },
  );
});
