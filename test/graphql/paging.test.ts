import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localUser } from '../../src/access/index.ts';
import { createStrategy } from '../../src/strategies/index.ts';
import { dataOf, post, subscribeOverSse } from '../api/graphql-clients.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
  const { services } = server.app;
  const { id } = await services.database.read.user.findFirstOrThrow();
  for (let n = 1; n <= 25; n += 1) {
    const input = { name: `strategy ${n}`, strategyType: 'momentum', symbols: ['SPY'] };
    await createStrategy(services, localUser(id), input);
  }
});
afterAll(() => server.stop());

interface Page {
  readonly strategies: {
    readonly nodes: readonly { readonly name: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const PAGE = `query ($first: Int, $after: String) { strategies(first: $first, after: $after) {
  nodes { name } pageInfo { hasNextPage endCursor } } }`;

const cursor = (key: string) => Buffer.from(key).toString('base64');

describe('a connection', () => {
  it('has 20 rows on a page by default', async () => {
    const { strategies } = await dataOf<Page>(server.url, PAGE);

    expect(strategies.nodes.length).toBe(20);
    expect(strategies.pageInfo.hasNextPage).toBe(true);
  });

  it('leads through every row once', async () => {
    const names: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { strategies }: Page = await dataOf<Page>(server.url, PAGE, { first: 7, after });
      names.push(...strategies.nodes.map(({ name }) => name));
      ({ endCursor: after, hasNextPage: more } = strategies.pageInfo);
    }

    expect(names).toEqual(Array.from({ length: 25 }, (_, index) => `strategy ${index + 1}`));
  });

  it.each([
    ['first above 100', { first: 101 }],
    ['a negative first', { first: -1 }],
    ['a cursor that is none', { after: 'x' }],
    ['a cursor of text', { after: cursor('GPC:S:x') }],
    ['a cursor of a filter', { after: cursor('GPC:O:{"gt":0}') }],
    ['a cursor of infinity', { after: cursor('GPC:N:1e999') }],
    ['a cursor beyond the keys', { after: cursor('GPC:N:99999999999') }],
    ['a cursor of another list', { after: cursor('GPC:T:["N:1","N:2"]') }],
    ['an empty cursor', { after: '' }],
  ])('refuses %s as VALIDATION', async (_what, variables) => {
    const { errors, data } = await post(server.url, PAGE, variables);

    expect(data).toBeNull();
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['VALIDATION']);
  });

  it.each(['newerThan: "x"', 'newerThan: "-1"', 'newerThan: "99999999999"'])('refuses %s', async (argument) => {
    const { errors } = await post(server.url, `{ strategies(${argument}) { nodes { id } } }`);

    expect(errors?.[0]?.extensions?.['code']).toBe('VALIDATION');
  });

  it('is refused inside another one by the same rules', async () => {
    const query = '{ strategies(first: 1) { nodes { optimizations(after: "x") { nodes { id } } } } }';

    expect((await post(server.url, query)).errors?.[0]?.extensions?.['code']).toBe('VALIDATION');
  });
});

describe('the journal', () => {
  it.each([0, -1, 101])('refuses a page of %i', async (first) => {
    const { errors } = await post(server.url, 'query ($first: Int!) { journal(first: $first) { endCursor } }', {
      first,
    });

    expect(errors?.[0]?.extensions?.['code']).toBe('VALIDATION');
  });
});

describe('types of events', () => {
  it('that there are not are refused by the journal and by its subscription, naming those that there are', async () => {
    const query = 'query ($types: [String!]) { journal(types: $types) { entries { type } } }';
    const subscription = 'subscription ($types: [String!]) { events(types: $types) { type } }';
    const variables = { types: ['StrategyCreated', 'Nothing'] };

    const page = await post<{ journal: object | null }>(server.url, query, variables);
    const stream = await subscribeOverSse(server.url, subscription, variables);
    const first = await stream.answers.next();
    await stream.end();

    for (const errors of [page.errors, first.value?.errors]) {
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION', errors: [{ path: ['types'] }] });
      expect(errors?.[0]?.message).toMatch(/StrategyCreated.*"Nothing"/);
    }
  });
});
