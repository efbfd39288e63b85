import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/index.ts';
import { isUrgent } from '../../src/graphql/index.ts';
import { AnswerRate } from '../../src/rest/answer-rate.ts';
import { EventStreams } from '../../src/rest/event-streams.ts';
import { Admission, REST_ROUTES } from '../../src/rest/index.ts';
import { bookRoutes, holdWork, startLibrary } from './library.ts';

/** Limits of which only what a test is about can matter. */
const LIMITS = { most: 1000, least: 1000, inTimeMs: 1000, patienceMs: 1000 };

/** A loop that is always busy and answers so many in a ms. */
function busyLoop(perMs: number): AnswerRate {
  const times = { now: 0, idle: 0 };
  const rate = new AnswerRate(() => ({ ...times }));
  for (let answer = 0; answer < 1000 * perMs; answer += 1) rate.count();
  times.now = 1000;
  rate.perMs();
  return rate;
}

async function admitSome(admission: Admission, count: number): Promise<readonly (() => void)[]> {
  return await Promise.all(Array.from({ length: count }, () => admission.admit()));
}

describe('admission', () => {
  it('has room while fewer requests are under way than the limit, and again when one is over', async () => {
    const admission = new Admission({ ...LIMITS, most: 2 });
    const [leave] = await admitSome(admission, 1);
    expect(admission.hasRoom()).toBe(true);
    await admission.admit();

    expect(admission.hasRoom()).toBe(false);
    await expect(admission.admit()).rejects.toThrow('more than it can do');
    leave?.();
    leave?.();
    expect(admission.hasRoom()).toBe(true);
    await admission.admit();
    expect(admission.hasRoom()).toBe(false);
    expect(admission.refusedCount).toBe(1);
  });

  it('lets in no more than are answered in time while the loop is busy', async () => {
    const admission = new Admission({ ...LIMITS, least: 0, inTimeMs: 100 }, busyLoop(0.05));
    await admitSome(admission, 5);

    expect(admission.hasRoom()).toBe(false);
  });

  it('lets some in however slowly they are answered', async () => {
    const admission = new Admission({ ...LIMITS, least: 3, inTimeMs: 100 }, busyLoop(0.001));
    await admitSome(admission, 2);
    expect(admission.hasRoom()).toBe(true);
    await admission.admit();

    expect(admission.hasRoom()).toBe(false);
  });

  it('does not begin what nobody waits for any more, nor counts it', async () => {
    const admission = new Admission({ ...LIMITS, most: 1 });
    await expect(admission.admit(() => false)).rejects.toThrow('more than it can do');

    expect(admission.hasRoom()).toBe(true);
  });

  it('refuses what has waited for too long, and has room again', async () => {
    const admission = new Admission({ ...LIMITS, most: 3, least: 1, patienceMs: -1 });
    const answers = await Promise.allSettled([admission.admit(), admission.admit(), admission.admit()]);

    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(admission.hasRoom()).toBe(true);
  });

  it('refuses none of a few, however long they have waited', async () => {
    const admission = new Admission({ ...LIMITS, least: 3, patienceMs: -1 });

    await expect(Promise.all([admission.admit(), admission.admit(), admission.admit()])).resolves.toHaveLength(3);
  });

  it('does not take what waits for something else than the loop for what the loop cannot do in time', async () => {
    const admission = new Admission({ ...LIMITS, most: 6, least: 0, inTimeMs: 1000 }, busyLoop(0.005));
    const leaves = await admitSome(admission, 5);
    expect(admission.hasRoom()).toBe(false);
    await delay(1050);

    expect(admission.hasRoom()).toBe(true);
    await admission.admit();
    expect(admission.hasRoom()).toBe(false);
    for (const leave of leaves) leave();
    expect(admission.hasRoom()).toBe(true);
  });

  it('counts what waits for its turn, for however long', async () => {
    const admission = new Admission({ ...LIMITS, least: 3, inTimeMs: 10 }, busyLoop(0.001));
    const admitted = admitSome(admission, 3);
    const until = performance.now() + 20;
    while (performance.now() < until);

    expect(admission.hasRoom()).toBe(false);
    await admitted;
  });
});

describe('what is urgent', () => {
  it('are the routes that stop something', () => {
    const urgent = REST_ROUTES.filter(({ isUrgent: stops }) => stops === true);
    expect(urgent.map(({ operationId }) => operationId).toSorted()).toEqual(['activateKillSwitch', 'cancelOrder']);
  });

  it.each([
    ['mutation { activateKillSwitch(input: {}) { drained } }', true],
    [
      'mutation A { cancelOrder(input: {id: 1}) { errors { code } } x: cancelOrder(input: {id: 2}) { errors { code } } }',
      true,
    ],
    ['mutation { cancelOrder(input: {id: 1}) { errors { code } } placeOrder(input: {}) { errors { code } } }', false],
    ['mutation A { cancelOrder(input: {id: 1}) { x } } query B { orders { nodes { id } } }', false],
    ['mutation A { cancelOrder(input: {id: 1}) { x } } query B { orders { nodes { id } } }', true, 'A'],
    ['mutation A { cancelOrder(input: {id: 1}) { x } } query B { orders { nodes { id } } }', false, 'B'],
    ['mutation A { cancelOrder(input: {id: 1}) { x } }', false, 'C'],
    ['{ orders { nodes { id } } } # cancelOrder', false],
    ['{ cancelOrder: orders { nodes { id } } }', false],
    ['mutation { ...F } fragment F on Mutation { cancelOrder(input: {id: 1}) { x } }', false],
    ['subscription { activateKillSwitch }', false],
    ['mutation { cancelOrder(', false],
    [`mutation { cancelOrder(input: {id: 1}) { ${'x '.repeat(2000)} } }`, false],
    ['', false],
  ])('of %j is decided by all that it does', (query, expected, operationName?: string) => {
    expect(isUrgent(query, operationName)).toBe(expected);
  });
});

describe('a server that has no room', () => {
  const admission = new Admission({ ...LIMITS, most: 0 });
  let server: Awaited<ReturnType<typeof startLibrary>>;
  beforeAll(async () => {
    server = await startLibrary({
      admission,
      routes: bookRoutes.map((row) => (row.operationId === 'getBook' ? { ...row, isUrgent: true } : row)),
    });
  });
  afterAll(() => server.stop());

  const post = (path: string, body: object) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('refuses at once with 503, and says when to come back', async () => {
    const answers = [
      await fetch(`${server.url}/readyz`),
      await fetch(`${server.url}/api/books`),
      await post('/api/books', { title: 'x'.repeat(100_000) }),
    ];

    for (const answer of answers) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({ code: 'UNAVAILABLE', status: 503, retry_after_seconds: 1 });
    }
  });

  it('answers what is urgent, and that it lives, and counts none of it as refused', async () => {
    const before = admission.refusedCount;
    expect((await fetch(`${server.url}/api/books/1`)).status).toBe(404);
    for (const method of ['GET', 'HEAD']) expect((await fetch(`${server.url}/healthz`, { method })).status).toBe(200);
    const stop = await post('/graphql', { query: 'mutation { cancelOrder(input: {id: 1}) { x } }' });
    expect(await stop.text()).toContain('cancelOrder');
    expect(stop.status).not.toBe(503);
    expect(admission.refusedCount).toBe(before);
  });

  it('looks into GraphQL documents, and is not deceived by a word', async () => {
    for (const query of [
      '{ books { id } }',
      '{ books { id } } # cancelOrder',
      `# ${'x'.repeat(70_000)}\n{ books { id } }`,
    ]) {
      const answer = await post('/graphql', { query });
      expect([query.slice(-30), answer.status]).toEqual([query.slice(-30), 503]);
    }
    expect((await fetch(`${server.url}/graphql?query={books{id}}`)).status).toBe(503);
  });
});

describe('a server with room for one request', () => {
  const admission = new Admission({ ...LIMITS, most: 1 });
  let server: Awaited<ReturnType<typeof startLibrary>>;
  beforeAll(async () => {
    server = await startLibrary({ admission });
  });
  afterAll(() => server.stop());

  it('counts it until it is answered', async () => {
    const letGo = holdWork(server.library);
    const json = { 'content-type': 'application/json' };
    const first = fetch(`${server.url}/api/books`, { method: 'POST', headers: json, body: '{"title":"Middlemarch"}' });
    while (admission.hasRoom()) await new Promise(setImmediate);
    expect((await fetch(`${server.url}/api/books`)).status).toBe(503);

    letGo();
    expect((await first).status).toBe(201);
    expect((await fetch(`${server.url}/api/books`)).status).toBe(200);
  });

  it('keeps no room for bodies that do not come', async () => {
    const slow = connect(server.port, '127.0.0.1', () => {
      slow.write(
        'POST /api/books HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      );
    });
    await once(server.app.server, 'request');

    expect((await fetch(`${server.url}/api/books`)).status).toBe(200);
    slow.destroy();
  });
});

it('ends event streams that begin after the host has begun to close', async () => {
  const streams = new EventStreams(seededRandom('streams'));
  streams.close();
  const source = new Response('data: late\n\n').body;
  if (source === null) throw new Error('There is no body.');
  const stream = streams.send({ getReader: () => source.getReader() });

  const parts: string[] = [];
  for await (const part of stream) parts.push(String(part));
  expect(parts.join('')).toMatch(/^retry: \d+\n\n$/);
});
