import { getOperationAST, OperationTypeNode, parse, print, separateOperations } from 'graphql';
import { expect, it } from 'vitest';
import { EXAMPLE_TABS } from '../../src/graphql/graphiql.ts';
import { post } from '../api/graphql-clients.ts';
import { startTestApp } from '../support/app.ts';

/** The queries and mutations that GraphiQL opens with, by name, from left to right. The last tab halts trading, and resumes it. */
const operations = EXAMPLE_TABS.flatMap(({ query }) => Object.entries(separateOperations(parse(query))))
  .filter(([, document]) => getOperationAST(document)?.operation !== OperationTypeNode.SUBSCRIPTION)
  .map(([name, document]) => [name, print(document)] as const);

type Payloads = Readonly<Record<string, { readonly errors?: readonly unknown[] } | null>>;

it('the tabs of GraphiQL are refused nothing when they are run from left to right, each as it stands', async () => {
  const server = await startTestApp();
  const refusals: unknown[] = [];
  try {
    for (const [name, query] of operations) {
      const { data, errors = [] } = await post<Payloads>(server.url, query);
      const refused = Object.values(data ?? {}).flatMap((payload) => payload?.errors ?? []);
      refusals.push(...[...errors, ...refused].map((error) => ({ name, error })));
    }
  } finally {
    await server.stop();
  }

  expect(operations.map(([name]) => name)).toEqual(expect.arrayContaining(['Optimize', 'Tune', 'Schedule', 'Resume']));
  expect(refusals).toEqual([]);
  expect(server.bugs()).toEqual([]);
});
