import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sendRaw, startLibrary } from './library.ts';

let server: Awaited<ReturnType<typeof startLibrary>>;
beforeAll(async () => {
  server = await startLibrary();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.library.books.length = 0;
});

function request(line: string, headers: Record<string, string>, body = ''): Promise<string> {
  const all = { Connection: 'close', ...(body === '' ? {} : { 'Content-Length': String(body.length) }), ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return sendRaw(server.port, `${line} HTTP/1.1\r\n${head.join('')}\r\n${body}`);
}

const paths = [
  '/',
  '/api/books',
  '/api/books/1',
  '/healthz',
  '/readyz',
  '/metrics',
  '/graphql',
  '/docs',
  '/openapi.json',
  '/nowhere',
  '/%zz',
  '/docs/assets/swagger-ui.css',
];

describe('a foreign Host', () => {
  it.each(paths)('is refused on GET %s', async (path) => {
    const answer = await request(`GET ${path}`, { Host: 'evil.example:8000' });

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('"code":"FORBIDDEN"');
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'])('is refused with %s', async (method) => {
    const answer = await request(`${method} /api/books`, { Host: '127.0.0.1.evil.example' });

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('is refused when it stands in the request target', async () => {
    const answer = await request('GET http://evil.example/api/books', { Host: 'evil.example' });

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it.each(['localhost', '127.0.0.1:8000', '[::1]:9', 'app.example.com'])('is not %s', async (host) => {
    expect(await request('GET /healthz', { Host: host })).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a change of state', () => {
  const body = '{"title": "Emma"}';
  const json = { Host: 'localhost', 'Content-Type': 'application/json' };

  it.each([
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'http://localhost.evil.example' },
    { Origin: 'file://' },
    { 'Sec-Fetch-Site': 'cross-site' },
  ])('from a foreign page is refused and does nothing: %j', async (origin) => {
    const headers = { ...json, ...origin };
    const answers = await Promise.all([
      request('POST /api/books', headers, body),
      request('POST /graphql', headers, '{"query": "mutation { addBook(title: \\"x\\") { book { id } } }"}'),
      request('DELETE /api/books', headers),
      request('PATCH /nowhere', headers, body),
    ]);

    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    for (const answer of answers) expect(answer.toLowerCase()).not.toContain('access-control-allow-origin');
    expect(server.library.books).toEqual([]);
  });

  it.each(['https://app.example.com', 'http://localhost:5173', 'http://127.0.0.1'])(
    'from %s is done',
    async (origin) => {
      const answer = await request(
        'POST /api/books',
        { ...json, Origin: origin, 'Sec-Fetch-Site': 'cross-site' },
        body,
      );

      expect(answer).toMatch(/^HTTP\/1\.1 201 /);
      expect(answer.toLowerCase()).toContain(`access-control-allow-origin: ${origin}\r\n`);
      expect(answer.toLowerCase()).toContain('vary: origin\r\n');
      expect(server.library.books).toHaveLength(1);
    },
  );

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])(
    'by a form of type %s is refused',
    async (type) => {
      const form = 'query=mutation+%7B+addBook(title%3A%22x%22)+%7Bbook%7Bid%7D%7D%7D';

      const answers = await Promise.all([
        request('POST /api/books', { ...json, 'Content-Type': type }, form),
        request('POST /graphql', { ...json, 'Content-Type': type }, form),
      ]);

      for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 415 /);
      expect(server.library.books).toEqual([]);
    },
  );

  it('is not possible by GET', async () => {
    const query = encodeURIComponent('mutation { addBook(title: "x") { book { id } } }');

    const answer = await request(`GET /graphql?query=${query}`, { Host: 'localhost', Accept: 'application/json' });

    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(server.library.books).toEqual([]);
  });
});

describe('a preflight', () => {
  const ask = { Host: 'localhost', 'Access-Control-Request-Method': 'POST' };

  it('from an allowed origin is told what it may send', async () => {
    const answer = await request('OPTIONS /api/books', { ...ask, Origin: 'https://app.example.com' });

    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
    expect(answer).toMatch(/access-control-allow-origin: https:\/\/app\.example\.com\r\n/);
    expect(answer).toMatch(/access-control-allow-methods: GET, HEAD, OPTIONS, POST\r\n/);
    expect(answer).toMatch(/access-control-allow-headers: .*Idempotency-Key/);
  });

  it.each(['https://evil.example', 'null'])('from %s is refused', async (origin) => {
    const answer = await request('OPTIONS /graphql', { ...ask, Origin: origin });

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).not.toContain('access-control-allow');
  });
});

describe('a read by a foreign page', () => {
  it('is answered without the header that would let the page see it', async () => {
    const answer = await request('GET /api/books', { Host: 'localhost', Origin: 'https://evil.example' });

    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain('access-control-allow-origin');
  });
});
