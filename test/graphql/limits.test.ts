import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { type ExecutionResult, GraphQLError, getIntrospectionQuery } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_LIMITS, type DocumentLimits, useLimits } from '../../src/graphql/limits.ts';

const typeDefs = /* GraphQL */ `
  scalar JSON
  type Query {
    self: Query!
    value(x: Int, json: JSON): Int
    orders(first: Int, last: Int): OrderConnection!
    tags: [Tag!]!
  }
  type OrderConnection { edges: [OrderEdge!]! nodes: [Order!]! }
  type OrderEdge { node: Order! }
  type Order { id: ID! orders(first: Int): OrderConnection! }
  type Tag { name: String! tags: [Tag!]! }
  type Mutation { placeOrder(quantity: Int): Int }
  type Subscription { ticks: Int }
`;

/** The caches are off, so that each run pays the whole price. */
function pipeline(limits: DocumentLimits = DOCUMENT_LIMITS) {
  const resolvers = { Query: { self: () => ({}), value: () => 1, tags: () => [] }, Mutation: { placeOrder: () => 1 } };
  const schema = createSchema({ typeDefs, resolvers });
  return createYoga({ schema, plugins: [useLimits(limits)], parserAndValidationCache: false, logging: false });
}

const yoga = pipeline();

/** Parses, validates and runs as every transport does. */
async function run(query: string, variables: Record<string, unknown> = {}): Promise<ExecutionResult> {
  const enveloped = yoga.getEnveloped({});
  try {
    const document = enveloped.parse(query);
    const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return { errors };
    const contextValue = await enveloped.contextFactory();
    return await enveloped.execute({ schema: enveloped.schema, document, variableValues: variables, contextValue });
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

async function refusal(query: string, variables?: Record<string, unknown>) {
  const { errors, data } = await run(query, variables);
  expect(data).toBeUndefined();
  return { message: errors?.[0]?.message, ...errors?.[0]?.extensions };
}

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const nested = (levels: number) => `${'{ self '.repeat(levels - 1)}{ value }${'}'.repeat(levels - 1)}`;
const deepIntrospection = (levels: number) =>
  `{ __type(name: "Tag") { ${'ofType { '.repeat(levels - 2)} name ${'}'.repeat(levels - 2)} } }`;

/** Expands to 2^25 fields from 750 characters. */
const letters = 'abcdefghijklmnopqrstuvwxyz';
const doubling = `{...a}${times(25, (i) => `fragment ${letters[i]} on Query{...${letters[i + 1]}...${letters[i + 1]}}`)}fragment z on Query{value}`;

describe('the limits of a document', () => {
  it.each([
    ['tokens', `{ ${'value '.repeat(DOCUMENT_LIMITS.tokens)} }`, 1000, 1002, /1002 tokens; at most 1000/],
    ['length', `{ value } #${'x'.repeat(DOCUMENT_LIMITS.length)}`, 32_768, 32_779, /32779 characters; at most 32768/],
    ['depth', nested(11), 10, 11, /11 levels of fields; at most 10/],
    ['aliases', `{ ${times(16, (i) => `a${i}: value`)} }`, 15, 16, /16 aliases; at most 15/],
    ['repeated fields', `{ value ${'value '.repeat(51)} }`, 50, 51, /51 repeated fields; at most 50/],
    ['directives', `{ value ${'@skip(if: true) '.repeat(51)} }`, 50, 51, /51 directives; at most 50/],
    [
      'fields of a mutation',
      `mutation { ${'placeOrder '.repeat(11)} }`,
      10,
      11,
      /11 fields in one mutation; at most 10/,
    ],
    ['introspection', deepIntrospection(16), 15, 16, /16 levels of introspection fields; at most 15/],
    ['cost', '{ orders(first: 6000) { nodes { id } } }', 6000, 6002, /6002 cost points .* at most 6000/],
  ])('names the limit and what was observed: %s', async (_name, query, limit, observed, message) => {
    const error = await refusal(query);

    expect(error).toMatchObject({ message: expect.stringMatching(message), code: 'VALIDATION', limit, observed });
  });

  it.each([
    ['tokens', `{ ${'value '.repeat(40)} }`],
    ['depth', nested(10)],
    ['aliases', `{ ${times(15, (i) => `a${i}: value`)} }`],
    ['repeated fields', `{ value ${'value '.repeat(50)} }`],
    ['introspection', deepIntrospection(15)],
    ['directives', `{ ${times(15, (i) => `a${i}: value @skip(if: false) @include(if: true)`)} }`],
    ['fields of a mutation', `mutation { ${'placeOrder '.repeat(10)} }`],
  ])('lets through what is at the limit: %s', async (_name, query) => {
    const result = await run(query);

    expect(result.errors).toBeUndefined();
  });

  it('lets GraphiQL introspect with every option', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });

    const result = await run(query);

    expect(result.errors).toBeUndefined();
    expect(result.data).toHaveProperty('__schema.types');
  });

  it('refuses introspection that multiplies lists by lists', async () => {
    const lists = 'types { fields { args { type { fields { args { type { fields { name } } } } } } } }';

    const error = await refusal(`{ ${times(2, (i) => `s${i}: __schema { ${lists} }`)} }`);

    expect(error).toMatchObject({ code: 'VALIDATION', limit: DOCUMENT_LIMITS.introspectionCost });
  });

  it('counts the cost again when the variables are known', async () => {
    const query = 'query ($n: Int) { orders(first: $n) { nodes { id } } }';

    const error = await refusal(query, { n: 9000 });

    expect(error).toMatchObject({ code: 'VALIDATION', limit: 6000, observed: 9002 });
  });

  it('refuses variables that are nested without end', async () => {
    const json: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);

    const error = await refusal('query ($json: JSON) { value(json: $json) }', { json });

    expect(error).toMatchObject({ code: 'VALIDATION', limit: 20, observed: 1000 });
  });

  it('checks subscriptions like queries', async () => {
    const enveloped = yoga.getEnveloped({});
    const document = enveloped.parse('subscription ($n: JSON) { ticks }');
    enveloped.validate(enveloped.schema, document);
    const variableValues = { n: JSON.parse(`${'['.repeat(21)}${']'.repeat(21)}`) };

    const contextValue = await enveloped.contextFactory();

    const result = await enveloped.subscribe({ schema: enveloped.schema, document, variableValues, contextValue });

    expect(result).toMatchObject({ errors: [{ extensions: { code: 'VALIDATION', limit: 20, observed: 22 } }] });
  });

  it('leaves documents alone that were not parsed here', async () => {
    const enveloped = pipeline({ ...DOCUMENT_LIMITS, cost: 1 }).getEnveloped({});
    const own = yoga.getEnveloped({}).parse('query ($x: Int) { value(x: $x) self { value } }');

    const result = await enveloped.execute({ schema: enveloped.schema, document: own, variableValues: { x: 1 } });

    expect(result).toEqual({ data: { value: 1, self: { value: 1 } } });
  });

  it('leaves it to validation to say that fragments form a cycle', async () => {
    const { errors } = await run('{ ...A } fragment A on Query { self { ...A } }');

    expect(errors?.[0]?.message).toBe('Cannot spread fragment "A" within itself.');
  });

  it('passes a syntax error on as one', async () => {
    const { errors } = await run('{ value ');

    expect(errors?.[0]?.message).toMatch(/Syntax Error/);
  });
});

describe('hostile documents', () => {
  const bombs: readonly (readonly [string, string])[] = [
    ['selections 2,000 deep', nested(2000)],
    ['lists 5,000 deep', `{ value(json: ${'['.repeat(5000)}${']'.repeat(5000)}) }`],
    ['objects 5,000 deep', `{ value(json: ${'{a:'.repeat(5000)}1${'}'.repeat(5000)}) }`],
    ['10,000 aliases', `{ ${times(10_000, (i) => `a${i}: value`)} }`],
    ['10,000 repeated fields', `{ ${'value '.repeat(10_000)} }`],
    ['900 repeated fields', `{ ${'value '.repeat(900)} }`],
    ['repeated objects', `{ ${'self { self { value } self { value } } '.repeat(60)} }`],
    ['1,000 aliases of an order', `mutation { ${times(1000, (i) => `a${i}: placeOrder(quantity: 1)`)} }`],
    [
      'a cycle of fragments',
      '{ ...A } fragment A on Query { self { ...B } } fragment B on Query { ...A self { ...A } }',
    ],
    ['fragments that spread themselves twice', '{ ...A } fragment A on Query { self { ...A } ...A ...A }'],
    ['fragments that double 25 times', doubling],
    ['directives without end', `{ value ${'@skip(if: false) '.repeat(10_000)} }`],
    ['200 directives', `{ value ${'@skip(if: false) '.repeat(190)} }`],
    ['a megabyte of comments', `#${'x'.repeat(1_000_000)}\n{ value }`],
    ['a megabyte of brackets', '{'.repeat(1_000_000)],
    ['pages of pages', '{ orders(first: 2147483647) { nodes { orders(first: 2147483647) { nodes { id } } } } }'],
    ['lists of lists', '{ tags { tags { tags { tags { tags { name } } } } } }'],
  ];

  it.each(bombs)('are refused within 50 ms: %s', async (_name, bomb) => {
    const elapsed: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const start = performance.now();
      const { errors, data } = await run(bomb);
      elapsed.push(performance.now() - start);
      expect(data).toBeUndefined();
      expect(errors?.length).toBeGreaterThan(0);
      expect(JSON.stringify(errors)).not.toMatch(/call stack/);
    }

    expect(Math.min(...elapsed)).toBeLessThan(50);
  });

  it('are known by what they expand to, not by their length', async () => {
    const error = await refusal(doubling);

    expect(doubling.length).toBeLessThan(1024);
    expect(error).toMatchObject({ code: 'VALIDATION', limit: 6000, observed: 2 ** 25 });
  });

  it('answers any text with a result or an error that a client can read', async () => {
    const fragment = constantFrom(
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      '...',
      'on',
      'Query',
      'self',
      'value',
      'F',
      'fragment',
      '@skip',
      '$x',
      ':',
      '"',
      '1e309',
      '-1',
      'first',
      '{ self { value } }',
    );
    await assert(
      asyncProperty(array(fragment, { maxLength: 60 }), async (parts) => {
        const { errors, data } = await run(parts.join(' '));

        expect(errors !== undefined || data !== undefined).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
