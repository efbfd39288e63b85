import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BodyRoom } from '../../src/rest/body-room.ts';
import { Admission } from '../../src/rest/index.ts';
import { bookRoutes, startLibrary } from './library.ts';

const MIB = 1_048_576;

/** A request whose body is announced by these headers. */
function exchange(headers: Readonly<Record<string, string>>) {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return { request, response: new ServerResponse(request) };
}

const announcing = (bytes: number) => exchange({ 'content-length': String(bytes) });
const letIn = (room: BodyRoom, { request, response }: ReturnType<typeof exchange>) => room.enter(request, response);

describe('room for bodies', () => {
  it('is for so many bytes together, and there again when one was read', () => {
    const room = new BodyRoom(100_000);
    const first = announcing(60_000);
    expect(letIn(room, first)).toBe(true);
    expect(letIn(room, announcing(60_000))).toBe(false);
    expect(letIn(room, announcing(40_000))).toBe(true);

    room.leave(first.request);
    room.leave(first.request);
    expect(letIn(room, announcing(60_000))).toBe(true);
    expect(letIn(room, announcing(60_000))).toBe(false);
  });

  it('is there again when nobody waits for the answer', () => {
    const room = new BodyRoom(MIB);
    const first = announcing(MIB);
    letIn(room, first);
    expect(letIn(room, announcing(MIB))).toBe(false);

    first.response.emit('close');
    expect(letIn(room, announcing(MIB))).toBe(true);
  });

  it('is always there for small ones, and for none', () => {
    const room = new BodyRoom(0);

    expect(letIn(room, announcing(16_384))).toBe(true);
    expect(letIn(room, exchange({}))).toBe(true);
    expect(letIn(room, announcing(16_385))).toBe(false);
  });

  it('is taken to the limit of a body by those that do not say, and by those that will not be kept whole', () => {
    const room = new BodyRoom(2 * MIB);

    expect(letIn(room, exchange({ 'transfer-encoding': 'chunked' }))).toBe(true);
    expect(letIn(room, announcing(100 * MIB))).toBe(true);
    expect(letIn(room, announcing(20_000))).toBe(false);
  });
});

describe('a server while 128 clients let a large body lie', () => {
  let server: Awaited<ReturnType<typeof startLibrary>>;
  beforeAll(async () => {
    server = await startLibrary({
      // Wide enough for all of them: what is not read yet is what the tests are about.
      admission: new Admission({ most: 1000, least: 1000, inTimeMs: 1000, patienceMs: 60_000 }),
      importMaxBytes: 2 * MIB,
      routes: bookRoutes.map((row) => (row.operationId === 'ping' ? { ...row, isUrgent: true } : row)),
    });
  });
  afterAll(() => server.stop());
  const idle: Socket[] = [];
  afterEach(() => {
    for (const socket of idle.splice(0)) socket.destroy();
  });

  async function stall(path: string, headers: string): Promise<void> {
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`;
    let arrived = 0;
    const count = () => (arrived += 1);
    server.app.server.on('request', count);
    for (let each = 0; each < 128; each += 1) {
      const socket = connect(server.port, '127.0.0.1', () => socket.write(head));
      idle.push(socket);
      await once(socket, 'connect');
    }
    await expect.poll(() => arrived, { timeout: 5000 }).toBe(128);
    server.app.server.off('request', count);
  }

  const post = async (path: string, title: string) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify({ title }) })).status;
  };
  const large = 'x'.repeat(20_000);

  it.each([`Content-Length: ${MIB}`, 'Transfer-Encoding: chunked'])(
    'refuses more of them with 503, serves the rest, and refuses none when they are gone (%s)',
    async (length) => {
      await stall('/api/books', `Content-Type: application/json\r\n${length}`);

      expect(await post('/api/books', large)).toBe(503);
      expect(await post('/api/books', 'Emma')).toBe(201);
      expect((await fetch(`${server.url}/api/books`)).status).toBe(200);
      expect(await post('/api/ping', large)).toBe(422);
      for (const socket of idle.splice(0)) socket.destroy();
      await expect.poll(() => post('/api/books', large), { timeout: 5000 }).toBe(422);
    },
  );

  it('does not count what is not kept until it is whole', async () => {
    await stall('/api/books/import', `Content-Type: text/csv\r\nContent-Length: ${MIB}`);

    // They have arrived, but a hook or two of each may still be to come.
    await expect.poll(() => post('/api/books', large), { timeout: 5000 }).toBe(422);
  });
});
