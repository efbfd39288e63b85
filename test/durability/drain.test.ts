/** How the server ends while clients do what makes ending hard: they stop reading, send slowly, or stay connected. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createClient } from 'graphql-ws';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  dataFolder,
  end,
  endServers,
  launch,
  pause,
  request,
  type ServerProcess,
  startServer,
} from '../support/server-process.ts';
import { LONG_JOB, untilRunning } from './jobs.ts';

/** Longest time for draining, in ms. */
const DRAINED_MS = 5000;

const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await endServers();
});

it('ends with 0 although a WebSocket client has stopped reading, and does not answer the closing', async () => {
  const server = await startServer({ DATA_DIR: dataFolder() });
  const socket = await stalledSocket(server, '/ws/optimize');

  const { code, tookMs } = await end(server, 'SIGTERM');

  expect([code, tookMs < DRAINED_MS, socket.isPaused()]).toEqual([0, true, true]);
});

it('closes a graphql-transport-ws subscription with 1001', async () => {
  const server = await startServer({ DATA_DIR: dataFolder() });
  const state = { isConnected: false };
  const closing = new Promise<unknown>((resolve) => {
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      on: {
        connected: () => {
          state.isConnected = true;
        },
        closed: resolve,
      },
    });
    const sink = { next: () => undefined, error: () => undefined, complete: () => undefined };
    client.subscribe({ query: 'subscription { optimizationEvents { cursor } }' }, sink);
  });
  while (!state.isConnected) await pause(10);

  const { code } = await end(server, 'SIGTERM');

  expect([code, await closing]).toMatchObject([0, { code: 1001 }]);
});

it('answers an upload that ends in time', async () => {
  const server = await startServer({ DATA_DIR: dataFolder() });
  const upload = await slowUpload(server);
  const answered = text(upload);

  const ending = end(server, 'SIGTERM');
  await pause(300);
  upload.write(LAST_ROW);

  expect(await answered).toMatch(/^HTTP\/1.1 201 /);
  expect((await ending).code).toBe(0);
});

it('cuts an upload that does not end, stores nothing of it, and ends with 0', async () => {
  const settings = { DATA_DIR: dataFolder() };
  const server = await startServer(settings);
  await slowUpload(server);

  const { code, tookMs } = await end(server, 'SIGTERM');
  const next = await startServer(settings);

  const { body } = await request<readonly { source: string }[]>(next, 'GET /api/data/symbols');
  expect([code, tookMs < DRAINED_MS]).toEqual([0, true]);
  expect(body.filter(({ source }) => source === 'csv')).toEqual([]);
});

it('ends at once, with 1, at a second signal', async () => {
  const server = await startServer({ DATA_DIR: dataFolder(), LOG_LEVEL: 'info' });
  await slowUpload(server);
  const ending = end(server, 'SIGINT');
  // A busy server hears the first late; what comes sooner after that is the same signal.
  while (!server.stdout().includes('Draining')) await pause(10);
  await pause(400);

  server.child.kill('SIGINT');

  const { code, tookMs } = await ending;
  expect([code, tookMs < DRAINED_MS / 2]).toEqual([1, true]);
});

it('ends with 0 when the signal comes while it starts', async () => {
  const server = launch({ DATA_DIR: dataFolder(), LOG_LEVEL: 'info' });
  while (!server.stdout().includes('listening')) await pause(1);

  expect(await end(server, 'SIGTERM')).toMatchObject({ code: 0 });
});

it('gives back a job that computes: the next server goes on with it at once', async () => {
  const settings = { DATA_DIR: dataFolder() };
  const server = await startServer(settings);
  const { body } = await request<{ job_id: number }>(server, 'POST /api/optimize/strategy', { json: LONG_JOB });
  await untilRunning(server, body.job_id);

  await end(server, 'SIGTERM');
  const next = await startServer(settings);

  const since = performance.now();
  await untilRunning(next, body.job_id);
  expect(performance.now() - since).toBeLessThan(3000);
});

/** Opens a WebSocket and never reads from it again. */
async function stalledSocket({ port }: ServerProcess, path: string): Promise<Socket> {
  const socket = await open(port);
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const key = `Sec-WebSocket-Key: ${'A'.repeat(22)}==`;
  send(socket, [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...upgrade, key]);
  await once(socket, 'data');
  socket.pause();
  return socket;
}

const FIRST_ROWS = 'date,open,high,low,close,volume\n2020-01-02,1,2,0.5,1.5,100\n';
const LAST_ROW = '2020-01-03,1,2,0.5,1.5,100\n';

/** Sends all of a price file but its last row. */
async function slowUpload({ port }: ServerProcess): Promise<Socket> {
  const socket = await open(port);
  const length = FIRST_ROWS.length + LAST_ROW.length;
  const headers = ['Content-Type: text/csv', `Content-Length: ${length}`, 'Connection: close', 'Expect: 100-continue'];
  send(socket, ['POST /api/data/import?symbol=SLOW HTTP/1.1', `Host: 127.0.0.1:${port}`, ...headers]);
  // The server says that it goes on where it begins to look at the request.
  await once(socket, 'data');
  socket.pause();
  socket.write(FIRST_ROWS);
  await pause(200);
  return socket;
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

function send(socket: Socket, lines: readonly string[]): void {
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

async function text(socket: Socket): Promise<string> {
  let received = '';
  for await (const part of socket) received += String(part);
  return received;
}
