import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLibrary } from './library.ts';

let server: Awaited<ReturnType<typeof startLibrary>>;
beforeAll(async () => {
  server = await startLibrary();
});
afterAll(() => server.stop());

const json = { 'content-type': 'application/json' };

function post(body: unknown): Promise<Response> {
  return fetch(`${server.url}/graphql`, { method: 'POST', headers: json, body: JSON.stringify(body) });
}

describe('/graphql', () => {
  it('answers a JSON POST, with variables', async () => {
    const query = 'mutation ($title: String!) { addBook(title: $title) { book { id title } } }';

    const response = await post({ query, variables: { title: 'Emma' } });

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { addBook: { book: { id: '1', title: 'Emma' } } } });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('answers a query by GET', async () => {
    const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent('{ books(first: 1) { id } }')}`);

    expect(response.status).toBe(200);
    expect(await response.json()).toHaveProperty('data.books');
  });

  it.each(['/graphql', '/graphql/'])(
    'shows a browser the editor at %s, under a policy that allows no other server',
    async (path) => {
      const response = await fetch(server.url + path, { headers: { accept: 'text/html' } });

      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('text/html');
      expect(response.headers.get('content-security-policy')).toContain("connect-src 'self'; frame-ancestors 'none'");
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('content-security-policy')).not.toMatch(/https?:/);
    },
  );

  it('says of a syntax error that it is one, and where', async () => {
    const { errors } = await (await post({ query: '{ value ' })).json();

    expect(errors).toMatchObject([
      { message: expect.stringContaining('Syntax Error'), extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
    ]);
    expect(errors[0].locations).toEqual([{ line: 1, column: 9 }]);
  });

  it('says of a body without a query what is missing', async () => {
    const { errors } = await (await post({})).json();

    expect(errors).toMatchObject([{ message: 'Must provide query string.' }]);
    expect(JSON.stringify(errors)).not.toContain('SyntaxError');
  });

  it.each([
    ['{', 400],
    ['', 400],
    ['{}', 400],
    ['[]', 400],
    ['1', 400],
    ['null', 400],
    ['{"query": 1}', 400],
    ['{"query": "{"}', 400],
    ['{"query": "{ nothing }"}', 400],
    ['{"query": "{ __typename }", "__proto__": {}}', 400],
  ])('answers the body %s with a refusal and never a bug', async (body, status) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...json, accept: 'application/graphql-response+json' },
      body,
    });

    expect(response.status).toBe(status);
  });

  it('refuses a body above 1 MiB', async () => {
    expect((await post({ query: `{ books(first: 1) { id } } #${'x'.repeat(1_100_000)}` })).status).toBe(413);
  });
});
