import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdWork, sendRaw, startLibrary } from './library.ts';

let server: Awaited<ReturnType<typeof startLibrary>>;
beforeAll(async () => {
  server = await startLibrary({
    timeouts: { headersMs: 300, requestMs: 600, keepAliveMs: 300, checkMs: 50, drainMs: 300 },
  });
});
afterAll(() => server.stop());

const JSON_POST = 'POST /api/books HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

describe('what is no well-formed request', () => {
  it.each([
    ['garbage', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n'],
    ['a method that does not exist', 'STEAL /api/books HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a space in a header name', 'GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n'],
    ['a bare line feed in a header', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\nY: b\r\n\r\n'],
    ['a null byte in a header', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n'],
    [
      'Content-Length beside Transfer-Encoding',
      `${JSON_POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET`,
    ],
    ['two lengths', `${JSON_POST}Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}`],
    ['a negative length', `${JSON_POST}Content-Length: -1\r\n\r\n{}`],
    ['a length in hex', `${JSON_POST}Content-Length: 0x2\r\n\r\n{}`],
    ['a chunk without a size', `${JSON_POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
    ['an unknown transfer coding', `${JSON_POST}Transfer-Encoding: cow\r\n\r\n{}`],
    ['20 KB of headers', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['20 KB of path', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ])('%s is 400 and ends the connection', async (_name, bytes) => {
    const answer = await sendRaw(server.port, bytes);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/node_modules|at \w+ \(/);
  });

  it('with two Host headers is refused', async () => {
    const answer = await sendRaw(
      server.port,
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('with a path that cannot be decoded is 400', async () => {
    const answer = await sendRaw(
      server.port,
      'GET /api/books/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"BAD_REQUEST"');
  });

  it('with a path of 3,000 characters is 404', async () => {
    const answer = await sendRaw(
      server.port,
      `GET /api/books/${'%41'.repeat(1000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer.length).toBeLessThan(1000);
  });
});

describe('closing the server', () => {
  it('waits for the requests under way, but not for those that never arrive', async () => {
    const closing = await startLibrary({
      timeouts: { headersMs: 60_000, requestMs: 60_000, keepAliveMs: 60_000, checkMs: 1000, drainMs: 20_000 },
    });
    const open = holdWork(closing.library);
    const headers = { 'content-type': 'application/json' };
    const underWay = fetch(`${closing.url}/api/books`, { method: 'POST', headers, body: '{"title": "Emma"}' });
    const silent = sendRaw(closing.port, 'GET /healthz HTTP/1.1\r\nHost: loc');
    await delay(100);

    const stopped = closing.stop();
    await delay(100);
    open();

    expect((await underWay).status).toBe(201);
    expect(await silent).toBe('');
    await stopped;
  });
});

describe('closing the server while a request does not end', () => {
  it('cuts it off after the time to drain', async () => {
    const closing = await startLibrary({
      timeouts: { headersMs: 60_000, requestMs: 60_000, keepAliveMs: 60_000, checkMs: 1000, drainMs: 200 },
    });
    const open = holdWork(closing.library);
    const headers = { 'content-type': 'application/json' };
    const endless = fetch(`${closing.url}/api/books`, { method: 'POST', headers, body: '{"title": "Emma"}' });
    const ending = endless.then(
      () => 'answered',
      () => 'cut off',
    );
    await delay(100);

    await closing.stop();

    expect(await ending).toBe('cut off');
    open();
  });
});

describe('a slow client', () => {
  it('that never ends its headers is cut off', async () => {
    const started = performance.now();

    const answer = await sendRaw(server.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ');

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('that sends a byte at a time is cut off all the same', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const drip = setInterval(() => socket.write('a'), 20);
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ');
    socket.on('error', () => socket.destroy());
    const started = performance.now();

    await new Promise((resolve) => {
      socket.on('close', resolve);
      socket.resume();
    });
    clearInterval(drip);

    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('that never ends its body is cut off', async () => {
    const answer = await sendRaw(server.port, `${JSON_POST}Content-Length: 100\r\n\r\n{"title": `);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('took too long');
  });

  it('does not keep the others from being served', async () => {
    const idle = Array.from({ length: 100 }, () => connect(server.port, '127.0.0.1'));
    for (const socket of idle) socket.on('error', () => socket.destroy());

    const response = await fetch(`${server.url}/healthz`);

    expect(response.status).toBe(200);
    for (const socket of idle) socket.destroy();
  });
});
