import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLibrary } from './library.ts';

type Server = Awaited<ReturnType<typeof startLibrary>>;
let server: Server;
beforeAll(async () => {
  server = await startLibrary();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.library.books.length = 0;
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const json = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(server.url + path, { method, ...json, headers: { ...type, ...headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

const add = (title: string) => call('POST', '/api/books', { title });

describe('an answer', () => {
  it('of a creation is 201 with the resource and where it is', async () => {
    const answer = await call('POST', '/api/books', { title: 'Emma', pages: 474 });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ id: 1, title: 'Emma', pages: 474 });
    expect(answer.headers.get('location')).toBe('/api/books/1');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('is the same with and without a trailing slash', async () => {
    await add('Emma');

    for (const path of ['/api/books', '/api/books/1', '/healthz', '/openapi.json']) {
      const [plain, slashed] = await Promise.all([call('GET', path), call('GET', `${path}/`)]);
      expect(slashed.status).toBe(200);
      expect(slashed.body).toEqual(plain.body);
    }
  });

  it('to HEAD has the headers of GET and no body', async () => {
    await add('Emma');

    const answer = await call('HEAD', '/api/books/1');

    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(10);
    expect(answer.body).toBeNull();
  });

  it('is never cached, sniffed or framed', async () => {
    const { headers } = await call('GET', '/api/books');

    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('carries the id that the request brought, or one of its own', async () => {
    const given = await call('GET', '/api/books', undefined, { 'x-request-id': 'order-17.a_b' });
    const hostile = await call('GET', '/api/books', undefined, { 'x-request-id': `"}{ ${'x'.repeat(100)}` });
    const none = await call('GET', '/nowhere');

    expect(given.headers.get('x-request-id')).toBe('order-17.a_b');
    expect(hostile.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(none.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a list', () => {
  it('leads from page to page by its Link header until the last', async () => {
    for (const title of ['a', 'b', 'c', 'd', 'e']) await add(title);

    const seen: unknown[] = [];
    let path: string | null = '/api/books?limit=2';
    while (path !== null) {
      const { body, headers }: Answer = await call('GET', path);
      seen.push(body);
      path = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? null;
    }

    expect(seen).toMatchObject([[{ id: 5 }, { id: 4 }], [{ id: 3 }, { id: 2 }], [{ id: 1 }]]);
  });

  it.each(['0', '501', '-1', '1.5', '1e2', '', 'x', '99999999999999999999', '%00', 'NaN'])(
    'refuses limit=%s',
    async (limit) => {
      const { status, body } = await call('GET', `/api/books?limit=${limit}`);

      expect(status).toBe(422);
      expect(body).toMatchObject({
        code: 'VALIDATION',
        errors: [{ path: 'limit', message: expect.stringContaining('must be a whole number from 1 to 500') }],
      });
    },
  );

  it('refuses a place that no row has by the name of the parameter', async () => {
    const { status, body } = await call('GET', '/api/books?before=0');

    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ path: 'before', message: expect.stringContaining('from 1 to') }] });
  });

  it('refuses a parameter that is given twice or is unknown', async () => {
    const twice = await call('GET', '/api/books?limit=1&limit=2');
    const unknown = await call('GET', '/api/books?limt=1&__proto__=1');

    expect(twice.status).toBe(422);
    expect(unknown.body).toMatchObject({ errors: [{ path: 'limt' }, { path: '__proto__' }] });
  });
});

describe('a path id', () => {
  it.each([
    '0',
    '-1',
    '+1',
    '1e3',
    '01',
    '1.0',
    '2147483648',
    '99999999999999999999',
    'abc',
    '%00',
    '%20',
    '1%2F2',
    'NaN',
    '__proto__',
    '1;2',
  ])('that is %s is 404', async (id) => {
    await add('Emma');
    server.library.lookups.length = 0;

    const { status, headers, body } = await call('GET', `/api/books/${id}`);

    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'NOT_FOUND', status: 404, title: 'Not found' });
    expect(server.library.lookups).toEqual([]);
  });

  it('of nothing is 404 naming what there is not', async () => {
    const { status, body } = await call('GET', '/api/books/2147483647');

    expect(status).toBe(404);
    expect(body).toMatchObject({ detail: 'There is no book 2147483647.' });
  });

  it('longer than any id is 404', async () => {
    expect((await call('GET', `/api/books/${'1'.repeat(2000)}`)).status).toBe(404);
  });
});

describe('a path or method that does not exist', () => {
  it.each([
    '/nowhere',
    '/api',
    '/api/books/1/pages',
    '/api//books',
    '/API/BOOKS',
    '/docs/assets/../../package.json',
    '/docs/assets/index.html',
  ])('%s is 404', async (path) => {
    const { status, body } = await call('GET', path);

    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['PUT', '/api/books', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/api/books/', 'GET, HEAD, OPTIONS, POST'],
    ['PATCH', '/api/books/1', 'GET, HEAD, OPTIONS'],
    ['POST', '/healthz/', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/ping', 'OPTIONS, POST'],
    ['DELETE', '/graphql', 'GET, HEAD, OPTIONS, POST'],
    ['PROPFIND', '/api/books', 'GET, HEAD, OPTIONS, POST'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const { status, headers, body } = await call(method, path);

    expect(status).toBe(405);
    expect(headers.get('allow')).toBe(allow);
    expect(body).toMatchObject({ code: 'METHOD_NOT_ALLOWED', detail: expect.stringContaining(method) });
  });

  it('is told before its body is looked at', async () => {
    expect((await call('POST', '/nowhere', '{not json')).status).toBe(404);
    expect((await call('PUT', '/api/books', 'x', { 'content-type': 'text/plain' })).status).toBe(405);
  });

  it('is told by OPTIONS too', async () => {
    const known = await call('OPTIONS', '/api/books/');
    const unknown = await call('OPTIONS', '/nowhere');

    expect(known.status).toBe(204);
    expect(known.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
    expect(unknown.status).toBe(404);
  });
});

describe('a body', () => {
  it.each([
    ['{', 'an open brace'],
    ['{"title": "a",}', 'a trailing comma'],
    ['title=a', 'a form in disguise'],
    ['\u0000', 'a null byte'],
    ['['.repeat(500_000), 'half a megabyte of brackets'],
    [`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`, '50 levels'],
  ])('that cannot be read is 400: %.60s', async (body) => {
    const answer = await call('POST', '/api/books', body);

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
    expect(server.library.books).toEqual([]);
  });

  it.each([
    ['{}', ['title']],
    ['[]', ['body']],
    ['null', ['title']],
    ['1', ['body']],
    ['"a"', ['body']],
    ['{"title": 1}', ['title']],
    ['{"title": null}', ['title']],
    ['{"title": "a", "pages": 1.5}', ['pages']],
    ['{"title": "a", "pages": 1e999}', ['pages']],
    ['{"title": "a", "pages": "1e5"}', ['pages']],
    ['{"title": "a", "pages": 9007199254740993}', ['pages']],
    ['{"title": "a", "__proto__": {"pages": 1}}', ['__proto__']],
    ['{"title": "a", "__proto\\u005f_": {"pages": 1}}', ['__proto__']],
    ['{"title": "a", "constructor": {"prototype": {"x": 1}}}', ['constructor']],
    ['{"title": "a", "prototype": 1}', ['prototype']],
    ['{"title": "a", "tags": {"constructor": {"prototype": {"x": 1}}}}', ['tags']],
    ['{"title": "a", "tags": {"b": [{"__proto__": 1}]}}', ['tags', 'tags.b.0.__proto__']],
    ['{"title": "a", "tags": []}', ['tags']],
    ['{"title": "a", "tags": ["a", 2, {}]}', ['tags.1', 'tags.2']],
    ['{"title": "a", "titel": "b", "toString": 1}', ['titel', 'toString']],
    ['{"title": "a", "title": "b"}', ['title']],
    ['{"title": "a", "tags": [{"b": 1, "b": 1}]}', ['tags.0.b']],
    [`{"title": "${'x'.repeat(101)}"}`, ['title']],
  ])('with wrong fields is 422 naming each: %.60s', async (body, paths) => {
    const answer = await call('POST', '/api/books', body);

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'VALIDATION', errors: paths.map((path) => ({ path })) });
    expect(server.library.books).toEqual([]);
  });

  it('says in words what was expected and what was found', async () => {
    const answer = await call('POST', '/api/books', { pages: 'many', titel: 'Emma' });

    expect(answer.body).toMatchObject({
      type: 'urn:dunlin:problem:validation',
      title: 'A field is wrong or missing',
      errors: [
        { path: 'title', message: '"title" is missing; it must be a text.' },
        { path: 'pages', message: '"pages" must be a number; it is "many".' },
        { path: 'titel', message: 'There is no field "titel". The fields here are: title, pages, tags.' },
      ],
    });
  });

  it.each([undefined, '', '{}'])('may be left out where no field is required: %j', async (body) => {
    const answer = await call('POST', '/api/ping', body);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ note: 'none' });
  });

  it('above 1 MiB is 413, below it is not', async () => {
    const large = await call('POST', '/api/books', { title: 'x'.repeat(2_000_000) });
    const full = await call('POST', '/api/books', `{"title": "a"${' '.repeat(1_048_576 - 14)}}`);

    expect(large.status).toBe(413);
    expect(large.body).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', detail: expect.stringContaining('1048576') });
    expect(full.status).toBe(201);
  });

  it.each([
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/csv',
    'application/xml',
    'application/json-patch+json',
    '*/*',
    'nonsense',
  ])('of type %s is 415', async (type) => {
    const answer = await call('POST', '/api/books', '{"title": "a"}', { 'content-type': type });

    expect(answer.status).toBe(415);
    expect(answer.body).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
    expect(server.library.books).toEqual([]);
  });

  it('that is encoded is 415, whatever it would unpack to', async () => {
    const answer = await call('POST', '/api/books', 'x', { 'content-encoding': 'gzip' });

    expect(answer.status).toBe(415);
  });
});

describe('the import', () => {
  const csv = { 'content-type': 'text/csv' };

  it('reads CSV up to its own limit', async () => {
    const within = await call('POST', '/api/books/import', 'x'.repeat(1000), csv);
    const beyond = await call('POST', '/api/books/import', 'x'.repeat(1001), csv);

    expect(within).toMatchObject({ status: 200, body: { bytes: 1000 } });
    expect(beyond).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE', limit: 1000 } });
  });

  it('counts what arrives in chunks without an announced length', async () => {
    const chunks = new ReadableStream({
      start(controller) {
        for (let at = 0; at < 11; at += 1) controller.enqueue(new Uint8Array(100));
        controller.close();
      },
    });
    const request: RequestInit & { duplex: 'half' } = { method: 'POST', body: chunks, headers: csv, duplex: 'half' };

    const response = await fetch(`${server.url}/api/books/import`, request);

    expect(response.status).toBe(413);
  });

  it('takes nothing but CSV', async () => {
    expect((await call('POST', '/api/books/import', '{}')).status).toBe(415);
    expect((await call('POST', '/api/books/import')).status).toBe(422);
  });
});

describe('an error', () => {
  it('of a mutation keeps its code and the name of the field', async () => {
    const answer = await add('');

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'VALIDATION', limit: 1, errors: [{ path: 'book_title' }] });
  });

  it('that passes says when to come back', async () => {
    const answer = await add('one too many');

    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('10');
    expect(answer.body).toMatchObject({ code: 'RATE_LIMITED', detail: 'Too many at once.', limit: 4 });
    expect(answer.body).not.toHaveProperty('errors');
  });

  it('of a query keeps its code, fields and facts', async () => {
    const answer = await call('GET', '/api/fail?how=CURSOR_EXPIRED');

    expect(answer.status).toBe(410);
    expect(answer.body).toMatchObject({
      code: 'CURSOR_EXPIRED',
      detail: 'It is gone.',
      oldest_cursor: '7',
      errors: [{ path: 'from_cursor' }],
    });
  });

  it('that is a bug is masked, and logged under the id that is told', async () => {
    server.log.length = 0;

    const { status, body } = await call('GET', '/api/fail?how=bug');

    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'INTERNAL', error_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(JSON.stringify(body)).not.toContain('secrets');
    const errorId = /"error_id":"(\w+)"/.exec(JSON.stringify(body))?.[1] ?? 'none';
    expect(server.log.filter((line) => line.includes(errorId) && line.includes('select * from secrets'))).toHaveLength(
      1,
    );
  });
});
