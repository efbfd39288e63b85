import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REST_ROUTES } from '../../src/rest/index.ts';
import { openApiDocument } from '../../src/rest/openapi.ts';
import { noBody } from '../../src/rest/route.ts';
import { bookRoutes, startLibrary } from './library.ts';

let server: Awaited<ReturnType<typeof startLibrary>>;
beforeAll(async () => {
  server = await startLibrary();
});
afterAll(() => server.stop());

const operations = bookRoutes.map((row) => `/paths/${row.path.replaceAll('/', '~1')}/${row.method.toLowerCase()}`);

/** The value at a JSON pointer. */
function at(document: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/'))
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      document,
    );
}

describe('the route table', () => {
  const document = openApiDocument(REST_ROUTES, '1.2.3');

  it('makes a valid OpenAPI document', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));

    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('names each operation once, and each path and method once', () => {
    const names = REST_ROUTES.map((row) => row.operationId);
    const lines = REST_ROUTES.map((row) => `${row.method} ${row.path}`);

    expect(names.length).toBeGreaterThan(15);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it.each(REST_ROUTES)('gives examples of $operationId that are what it takes and answers', (row) => {
    expect(row.response.parse(row.answerExample)).toEqual(row.answerExample);
    if (row.bodyExample !== undefined && row.consumes === undefined) row.body.parse(row.bodyExample);
    if (row.body !== noBody) expect(row.bodyExample).toBeDefined();
  });
});

describe('the OpenAPI document', () => {
  const document = openApiDocument(bookRoutes, '1.2.3');

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));

    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('has each row of the table, and refers to nothing that is not there', () => {
    for (const pointer of operations) expect(at(document, `${pointer}/operationId`)).toBeTypeOf('string');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map(([, pointer]) =>
      String(pointer),
    );
    expect(references.length).toBeGreaterThan(10);
    for (const pointer of references) expect(at(document, pointer), pointer).toBeDefined();
  });

  it('describes the ids, the query, the key and the refusals', () => {
    const list = '/paths/~1api~1books/get';
    const add = '/paths/~1api~1books/post';

    expect(at(document, `${list}/parameters`)).toEqual([
      expect.objectContaining({
        name: 'limit',
        in: 'query',
        required: false,
        schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
      }),
      expect.objectContaining({ name: 'before', in: 'query', required: false }),
    ]);
    expect(at(document, '/paths/~1api~1books~1{id}/get/parameters/0')).toMatchObject({
      name: 'id',
      in: 'path',
      required: true,
    });
    expect(at(document, `${add}/parameters/0/name`)).toBe('Idempotency-Key');
    expect(at(document, `${add}/requestBody/required`)).toBe(true);
    expect(at(document, '/paths/~1api~1ping/post/requestBody/required')).toBe(false);
    expect(Object.keys(at(document, `${add}/responses`) ?? {})).toEqual([
      '201',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '422',
      '500',
    ]);
    expect(at(document, '/components/schemas/Book/properties/pages/description')).toBe(
      'Pages; null when nobody counted.',
    );
  });

  it('is what the server serves, beside the page that shows it', async () => {
    const served = await fetch(`${server.url}/openapi.json`);
    const page = await fetch(`${server.url}/docs`);
    const html = await page.text();
    const scripts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => String(path));

    expect(await served.json()).toEqual(document);
    expect(scripts.length).toBeGreaterThan(2);
    for (const path of scripts) {
      expect(path).toMatch(/^\//);
      expect((await fetch(server.url + path)).status).toBe(200);
    }
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(html).not.toMatch(/<script>|https?:/);
  });

  it('stands beside that of the WebSocket channels', async () => {
    expect(await (await fetch(`${server.url}/asyncapi.json`)).json()).toEqual({ asyncapi: '3.0.0' });
  });
});
