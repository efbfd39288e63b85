import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requestHash } from '../../src/rest/idempotency.ts';
import { holdWork, startLibrary } from './library.ts';

let server: Awaited<ReturnType<typeof startLibrary>>;
beforeAll(async () => {
  server = await startLibrary();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.library.books.length = 0;
});

let keys = 0;
function freshKey(): string {
  keys += 1;
  return `key ${keys} ~!"#`;
}

async function post(key: string, body: string, path = '/api/books', type = 'application/json') {
  const headers = { 'content-type': type, 'idempotency-key': key };
  const response = await fetch(server.url + path, { method: 'POST', headers, body });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('an Idempotency-Key', () => {
  it('gives the stored answer to the same request, and the work is done once', async () => {
    const key = freshKey();

    const first = await post(key, '{"title": "Emma"}');
    const again = await post(key, '{ "title" : "Emma" }');

    expect(first.status).toBe(201);
    expect(first.headers.get('idempotent-replay')).toBeNull();
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(again.headers.get('location')).toBe('/api/books/1');
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(again.text).toBe(first.text);
    expect(server.library.books).toHaveLength(1);
  });

  it('stands for the same request however its path and its JSON are spelled', async () => {
    const key = freshKey();

    const first = await post(key, '{"title": "Emma", "pages": 474}');
    const reordered = await post(key, '{"pages": 474, "title": "Emma"}');
    const slashed = await post(key, '{"title": "Emma", "pages": 474}', '/api/books/');
    const byOtherName = await post(key, '{"title": "Emma", "pages": 474}', '/api/book');

    for (const again of [reordered, slashed, byOtherName]) {
      expect(again.headers.get('idempotent-replay')).toBe('true');
      expect(again.text).toBe(first.text);
    }
    expect(server.library.books).toHaveLength(1);
  });

  it('stands for the same request without a body and with an empty one', async () => {
    const key = freshKey();

    const first = await post(key, '', '/api/ping');
    const again = await post(key, '{}', '/api/ping');

    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(again.text).toBe(first.text);
  });

  it.each([
    [{ fast: [5] }, [['fast', [5]]]],
    [{}, []],
    [{ a: {} }, { a: [] }],
    [[], null],
    [{ members: [] }, {}],
    [{ a: 1 }, { a: '1' }],
  ])('tells %j from %j', (one, other) => {
    const asked = { method: 'POST', path: '/api/ping', params: {}, query: {} };

    expect(requestHash({ ...asked, body: one })).not.toBe(requestHash({ ...asked, body: other }));
  });

  it('gives a stored refusal again', async () => {
    const key = freshKey();

    const first = await post(key, '{"title": ""}');
    const again = await post(key, '{"title": ""}');

    expect(first.status).toBe(422);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    expect(again.headers.get('idempotent-replay')).toBe('true');
  });

  it('with another body, path or query is 422', async () => {
    const key = freshKey();
    await post(key, '{"title": "Emma"}');

    const answers = await Promise.all([
      post(key, '{"title": "Persuasion"}'),
      post(key, '{"title": "Emma"}', '/api/ping'),
      post(key, '{"title": "Emma"}', '/api/books?x=1'),
    ]);

    for (const answer of answers) {
      expect(answer.status).toBe(422);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    }
    expect(server.library.books).toHaveLength(1);
  });

  it('is 409 with Retry-After while the first request is under way', async () => {
    const key = freshKey();
    const open = holdWork(server.library);

    const first = post(key, '{"title": "Emma"}');
    let second = await post(key, '{"title": "Emma"}');
    while (second.status === 201) second = await post(key, '{"title": "Emma"}');
    open();

    expect(second.status).toBe(409);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(JSON.parse(second.text)).toMatchObject({ code: 'CONFLICT' });
    expect((await first).status).toBe(201);
    expect((await post(key, '{"title": "Emma"}')).headers.get('idempotent-replay')).toBe('true');
  });

  it('lets exactly one of many requests at once do the work', async () => {
    const key = freshKey();

    const answers = await Promise.all(Array.from({ length: 30 }, () => post(key, '{"title": "Emma"}')));

    expect(server.library.books).toHaveLength(1);
    expect(
      answers.filter((answer) => answer.status === 201 && answer.headers.get('idempotent-replay') === null),
    ).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.status))).not.toContain(500);
  });

  it.each([
    ['a bug', new Error('broken'), 500],
    [
      'what is not available',
      new GraphQLError('The market data is down.', { extensions: { code: 'UNAVAILABLE' } }),
      503,
    ],
    ['too many requests', new GraphQLError('Slow down.', { extensions: { code: 'RATE_LIMITED' } }), 429],
  ])('is free again after %s', async (_name, error, status) => {
    const key = freshKey();
    server.library.failNext = error;

    const failed = await post(key, '{"title": "Emma"}');
    const again = await post(key, '{"title": "Emma"}');

    expect(failed.status).toBe(status);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replay')).toBeNull();
  });

  it('covers the bytes of an import', async () => {
    const key = freshKey();

    const first = await post(key, 'a,b\n1,2\n', '/api/books/import', 'text/csv');
    const again = await post(key, 'a,b\n1,2\n', '/api/books/import', 'text/csv');
    const other = await post(key, 'a,b\n1,3\n', '/api/books/import', 'text/csv');

    expect(first.text).toBe('{"bytes":8}');
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(other.status).toBe(422);
  });

  it.each(['', 'x'.repeat(129), 'caf\u00e9', 'tab\there'])('that is %j is refused', async (key) => {
    const answer = await post(key, '{"title": "Emma"}');

    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ path: 'Idempotency-Key' }] });
    expect(server.library.books).toEqual([]);
  });
});
