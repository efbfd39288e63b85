import {
  type Arbitrary,
  array,
  assert,
  constant,
  constantFrom,
  integer,
  letrec,
  oneof,
  property,
  record,
  tuple,
} from 'fast-check';
import { buildSchema, isObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { measureDocument } from '../../src/graphql/measure.ts';

const schema = buildSchema(/* GraphQL */ `
  type Query { order: Order orders(first: Int, last: Int): OrderConnection! tags: [[Tag!]!]! found: [Found!]! }
  type OrderConnection { edges: [OrderEdge!]! nodes: [Order!]! pageInfo: PageInfo! }
  type OrderEdge { cursor: String! node: Order! }
  type PageInfo { hasNextPage: Boolean! }
  type Order { id: ID! tags: [Tag!]! best: [Tag!]! }
  type Tag { name: String! }
  union Found = Order | Tag
`);

const orders = schema.getType('Order');
if (isObjectType(orders)) Object.assign(orders.getFields()['best']?.extensions ?? {}, { items: 3 });

const costOf = (query: string, variables?: Record<string, unknown>) =>
  measureDocument(parse(query), schema, variables).cost;

describe('the cost of a document', () => {
  it.each([
    ['a field', '{ order { id } }', 2],
    ['a list without an argument: 10 items', '{ order { tags { name } } }', 1 + 1 + 10],
    ['a list of lists: like a list', '{ tags { name } }', 1 + 10],
    ['a list whose size the schema says', '{ order { best { name } } }', 1 + 1 + 3],
    ['a page of unsaid size: 20 rows', '{ orders { nodes { id } } }', 1 + 1 + 20],
    ['the rows asked', '{ orders(first: 3) { edges { node { id } } } }', 1 + 1 + 3 * 2],
    ['the larger of two arguments', '{ orders(first: 3, last: 5) { nodes { id } } }', 1 + 1 + 5],
    ['what is not rows of the page: once', '{ orders(first: 50) { pageInfo { hasNextPage } } }', 3],
    ['rows below zero: one', '{ orders(first: -3) { nodes { id } } }', 3],
    [
      'lists behind fragments',
      '{ ...A } fragment A on Query { orders(first: 3) { ...B } } fragment B on OrderConnection { nodes { id } }',
      5,
    ],
    ['a union', '{ found { ... on Order { tags { name } } ... on Tag { name } } }', 1 + 10 * (1 + 10 + 1)],
    ['a variable that is not given: its default', 'query ($n: Int = 7) { orders(first: $n) { nodes { id } } }', 9],
  ])('counts %s', (_name, query, cost) => {
    expect(costOf(query)).toBe(cost);
  });

  it('takes the rows from the variables', () => {
    expect(costOf('query ($n: Int = 7) { orders(first: $n) { nodes { id } } }', { n: 100 })).toBe(102);
  });

  it('does not read variables from the prototype', () => {
    expect(costOf('query ($toString: Int) { orders(first: $toString) { nodes { id } } }', {})).toBe(22);
  });

  it('multiplies by arguments where no schema tells what is a list', () => {
    expect(measureDocument(parse('{ orders(limit: 30) { id } }')).cost).toBe(31);
  });

  it('is the same for a fragment inside pages of different size as for its text', () => {
    const shared = `{ a: orders(first: 2) { ...F } b: orders(first: 5) { ...F } } fragment F on OrderConnection { nodes { id } }`;
    const spelled = `{ a: orders(first: 2) { nodes { id } } b: orders(first: 5) { nodes { id } } }`;

    expect(costOf(shared)).toBe(costOf(spelled));
  });

  it('stays a number that can be compared, however large', () => {
    const pages = 'orders(first: 2147483647) { nodes { ';
    const unknown = parse(`{ ${pages.repeat(50)} id ${'} }'.repeat(50)} }`);

    expect(measureDocument(unknown).cost).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('measuring', () => {
  it('keeps introspection apart', () => {
    const measure = measureDocument(parse('{ order { id } __schema { types { fields { name } } } }'), schema);

    expect(measure).toMatchObject({
      depth: 2,
      introspectionDepth: 4,
      cost: 2,
      introspectionCost: 1 + 1 + 10 * (1 + 10),
    });
  });

  it('counts the fields of mutations behind fragments', () => {
    const document = parse('mutation { a ...F ... { b } } fragment F on Mutation { c d }');

    expect(measureDocument(document).mutationFields).toBe(4);
  });

  it('goes no deeper than it can, and says that it is too deep', () => {
    const document = parse(`{ ${'a { '.repeat(1500)} b ${'} '.repeat(1500)} }`);

    expect(measureDocument(document)).toMatchObject({ depth: 1001, cost: Number.MAX_SAFE_INTEGER });
  });

  it('never throws, whatever the fragments and cycles', () => {
    interface Node {
      readonly kind: 'field' | 'spread' | 'inline';
      readonly name: string;
      readonly rows: number;
      readonly children: readonly Node[];
    }
    const { node }: { node: Arbitrary<Node> } = letrec<{ node: Node }>((tie) => ({
      node: record({
        kind: constantFrom('field', 'spread', 'inline'),
        name: constantFrom(
          'order',
          'orders',
          'nodes',
          'edges',
          'tags',
          '__schema',
          '__type',
          '__typename',
          'constructor',
        ),
        rows: integer({ min: -5, max: 2 ** 31 }),
        children: oneof({ depthSize: 'small' }, constant([]), array(tie('node'), { maxLength: 3 })),
      }),
    }));
    const text = ({ kind, name, rows, children }: Node): string => {
      const inside = children.length === 0 ? '' : ` { ${children.map(text).join(' ')} }`;
      if (kind === 'spread') return `...F${Math.abs(rows) % 4}`;
      if (kind === 'inline') return inside === '' ? '__typename' : `... on Order @skip(if: true)${inside}`;
      return `${name}(first: ${rows})${inside}`;
    };
    const documents = tuple(
      array(node, { minLength: 1, maxLength: 3 }),
      array(array(node, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
    );

    assert(
      property(documents, ([root, fragments]) => {
        const definitions = fragments.map((nodes, i) => `fragment F${i} on Query { ${nodes.map(text).join(' ')} }`);
        const document = parse(`{ ${root.map(text).join(' ')} } ${definitions.join(' ')}`);

        const figures = Object.values(measureDocument(document, schema));

        expect(figures.every((figure) => Number.isSafeInteger(figure) && figure >= 0)).toBe(true);
      }),
    );
  });
});
