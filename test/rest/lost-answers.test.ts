import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Admission } from '../../src/rest/index.ts';
import { closeLostAnswers } from '../../src/rest/lost-answers.ts';
import { holdWork, startLibrary } from './library.ts';

const PATIENT = { timeout: 5000 };

/** A server that leaves its responses to the test, and a connection with three requests that wait for them. */
async function threeInLine(): Promise<{ readonly responses: readonly ServerResponse[]; readonly client: Socket }> {
  const responses: ServerResponse[] = [];
  const server = createServer(closeLostAnswers((_request, response) => void responses.push(response)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on a port.
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
  await expect.poll(() => responses.length, PATIENT).toBe(3);
  return { responses, client };
}

describe('answers in a line on one connection', () => {
  it('are all closed when it breaks', async () => {
    const { responses, client } = await threeInLine();
    const closed = Promise.all(responses.map((response) => once(response, 'close')));

    client.resetAndDestroy();

    await closed;
    expect(responses.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });

  it('are closed once each when they are sent, in their order', async () => {
    const { responses, client } = await threeInLine();
    const closed: number[] = [];
    for (const [place, response] of responses.entries()) response.on('close', () => closed.push(place));

    for (const [place, response] of [...responses.entries()].toReversed()) response.end(`answer ${place}`);
    let text = '';
    client.on('data', (chunk) => {
      text += String(chunk);
    });
    await expect.poll(() => closed, PATIENT).toEqual([0, 1, 2]);
    await expect.poll(() => text.match(/answer \d/g), PATIENT).toEqual(['answer 0', 'answer 1', 'answer 2']);
    client.resetAndDestroy();
    await delay(20);

    expect(closed).toEqual([0, 1, 2]);
  });

  it('end what is piped into them later', async () => {
    const { responses, client } = await threeInLine();
    const last = responses[2];
    if (last === undefined) throw new Error('There is no third response.');
    const lost = once(last, 'close');
    client.resetAndDestroy();
    await lost;
    const source = new Readable({ read: () => undefined });

    source.pipe(last);

    await once(source, 'close');
    expect(source.destroyed).toBe(true);
  });
});

describe('a client that sends requests in a line and is gone', () => {
  const POST =
    'POST /api/books HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"title":"Emma"}';

  it('gives back every place among the requests under way', async () => {
    const admission = new Admission({ most: 8, least: 8, inTimeMs: 1000, patienceMs: 1000 });
    const server = await startLibrary({ admission });
    onTestFinished(() => server.stop());
    const letGo = holdWork(server.library);
    const client = connect(server.port, '127.0.0.1', () => client.write(POST.repeat(8)));
    await expect.poll(() => admission.hasRoom(), PATIENT).toBe(false);
    // All of them have begun by then, and not only taken their places.
    await delay(100);

    client.resetAndDestroy();

    await expect.poll(() => placesIn(admission), PATIENT).toBe(8);
    letGo();
  });

  it('does not keep the host from closing', async () => {
    const timeouts = { headersMs: 60_000, requestMs: 60_000, keepAliveMs: 60_000, checkMs: 1000, drainMs: 60_000 };
    const server = await startLibrary({ timeouts });
    const letGo = holdWork(server.library);
    let begun = 0;
    server.app.server.on('request', () => (begun += 1));
    const client = connect(server.port, '127.0.0.1', () => client.write(POST.repeat(3)));
    await expect.poll(() => begun, PATIENT).toBe(3);
    // One that never sends a whole request is cut off once nothing is under way.
    const silent = connect(server.port, '127.0.0.1', () => silent.write('GET /healthz HTTP/1.1\r\nHost: loc'));
    silent.on('error', () => silent.destroy());
    await once(server.app.server, 'connection');
    client.resetAndDestroy();

    await server.stop();

    letGo();
  });
});

/** How many more it lets in. */
async function placesIn(admission: Admission): Promise<number> {
  const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => admission.admit()));
  const leaves = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  for (const leave of leaves) leave();
  return leaves.length;
}
