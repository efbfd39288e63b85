import { readdirSync, readFileSync } from 'node:fs';
import {
  getIntrospectionQuery,
  Kind,
  OperationTypeNode,
  parse,
  print,
  separateOperations,
  validate,
  visit,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_TABS } from '../../src/graphql/graphiql.ts';
import { schema } from '../../src/graphql/index.ts';
import { DOCUMENT_LIMITS } from '../../src/graphql/limits.ts';
import { measureDocument } from '../../src/graphql/measure.ts';

const folder = new URL('../../src/graphql/documents/', import.meta.url);

/** Each operation of the facade, with its fragments, as a client would send it. */
const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
const facade = Object.entries(separateOperations(parse(texts.join('\n')))).map(
  ([name, operation]) => [name, print(operation)] as const,
);
const tabs = EXAMPLE_TABS.map(({ query }) => [query.split('\n', 1)[0] ?? '', query] as const);
const introspection = getIntrospectionQuery({
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});

describe('clients may ask for', () => {
  it.each([...facade, ...tabs, ['the whole schema', introspection] as const])('%s', (_name, query) => {
    const document = parse(query, { maxLexicalTokens: DOCUMENT_LIMITS.tokens });

    const figures = Object.entries(measureDocument(document, schema));

    expect(validate(schema, document)).toEqual([]);
    expect(figures.filter(([name, figure]) => figure > limitOf(name))).toEqual([]);
  });

  it('more than a few documents', () => {
    const operations = [...facade, ...tabs].flatMap(([, query]) => parse(query).definitions);

    expect(operations.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length).toBeGreaterThan(5);
  });
});

describe('our own subscriptions', () => {
  const subscriptions = facade
    .flatMap(([, query]) => parse(query).definitions)
    .filter((each) => each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.SUBSCRIPTION);

  it('use variables to choose events, not to say what is told of them: answers are shared', () => {
    const inside: string[] = [];
    for (const { selectionSet } of subscriptions.flatMap((each) => ('selectionSet' in each ? [each] : []))) {
      for (const root of selectionSet.selections) {
        if (root.kind !== Kind.FIELD || root.selectionSet === undefined) continue;
        visit(root.selectionSet, { Variable: ({ name }) => void inside.push(name.value) });
      }
    }

    expect(subscriptions.length).toBeGreaterThan(0);
    expect(inside).toEqual([]);
  });
});

function limitOf(name: string): number {
  const limit = Object.entries(DOCUMENT_LIMITS).find(([key]) => key === name);
  if (limit === undefined) throw new Error(`Nothing limits ${name}.`);
  return limit[1];
}
