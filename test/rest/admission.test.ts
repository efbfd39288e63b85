import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUrgent } from '../../src/graphql/index.ts';
import { Admission, REST_ROUTES } from '../../src/rest/index.ts';
import { bookRoutes, startLibrary } from './library.ts';

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('admission', () => {
  it('has room while fewer requests are under way than the limit, and again when one is over', () => {
    const admission = new Admission({ underWay: 2, turnMs: 1000, perTurn: 1000 });
    const leave = admission.enter();
    expect(admission.hasRoom()).toBe(true);
    admission.enter();

    expect(admission.hasRoom()).toBe(false);
    leave();
    leave();
    expect(admission.hasRoom()).toBe(true);
    admission.enter();
    expect(admission.hasRoom()).toBe(false);
    expect(admission.refusedCount).toBe(2);
  });

  it('has no room when many requests have made a turn of the event loop long, until the next turn', async () => {
    const admission = new Admission({ underWay: 1000, turnMs: 5, perTurn: 3 });
    for (let request = 0; request < 3; request += 1) {
      expect(admission.hasRoom()).toBe(true);
      admission.enter()();
      spin(3);
    }

    expect(admission.hasRoom()).toBe(false);
    await new Promise(setImmediate);
    expect(admission.hasRoom()).toBe(true);
  });

  it('lets others in after one that was slow alone', () => {
    const admission = new Admission({ underWay: 1000, turnMs: 5, perTurn: 3 });
    admission.hasRoom();
    admission.enter();
    spin(20);

    expect(admission.hasRoom()).toBe(true);
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
    ['{ orders { nodes { id } } } # cancelOrder', false],
    ['{ cancelOrder: orders { nodes { id } } }', false],
    ['mutation { ...F } fragment F on Mutation { cancelOrder(input: {id: 1}) { x } }', false],
    ['subscription { activateKillSwitch }', false],
    ['mutation { cancelOrder(', false],
    [`mutation { cancelOrder(input: {id: 1}) { ${'x '.repeat(2000)} } }`, false],
    ['', false],
  ])('of %j is decided by all that it does', (query, expected) => {
    expect(isUrgent(query)).toBe(expected);
  });
});

describe('a server that has no room', () => {
  let server: Awaited<ReturnType<typeof startLibrary>>;
  beforeAll(async () => {
    server = await startLibrary({
      admission: new Admission({ underWay: 0, turnMs: 1000, perTurn: 1000 }),
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
    const answers = [await fetch(`${server.url}/api/books`), await post('/api/books', { title: 'x'.repeat(100_000) })];

    for (const answer of answers) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({ code: 'UNAVAILABLE', status: 503, retry_after_seconds: 1 });
    }
  });

  it('answers what is urgent, and that it lives', async () => {
    expect((await fetch(`${server.url}/api/books/1`)).status).toBe(404);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const stop = await post('/graphql', { query: 'mutation { cancelOrder(input: {id: 1}) { x } }' });
    expect(await stop.text()).toContain('cancelOrder');
    expect(stop.status).not.toBe(503);
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
