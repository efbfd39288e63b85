import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localUser } from '../../src/access/index.ts';
import { createPipeline, OptimizationByIdDocument, OptimizationListDocument } from '../../src/graphql/index.ts';
import { startStrategyOptimization } from '../../src/optimize/index.ts';
import type { Db, PrismaClient } from '../../src/storage/index.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.stop());

/** Columns with the results of a job, kilobytes each. */
const HEAVY = ['results', 'skipped', 'unranked', 'overfitting', 'curve', 'config', 'bestParams'];

/** Runs a document and answers its data, and the columns of jobs that it read. */
async function run<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) {
  const { services } = server.app;
  const columns = new Set<string>();
  const watched = (services.database.read as PrismaClient).$extends({
    query: {
      optimization: {
        async $allOperations({ args, query }) {
          const rows = await query(args);
          for (const row of [rows].flat()) for (const column of Object.keys(row ?? {})) columns.add(column);
          return rows;
        },
      },
    },
  });
  const read = watched as unknown as Db;
  const pipeline = createPipeline({ ...services, database: { ...services.database, read } });
  const user = await services.database.read.user.findFirstOrThrow();
  const caller = { principal: localUser(user.id), requestId: 'test' };
  const { data, errors } = await pipeline.execute(document, variables, caller);
  expect(errors).toBeUndefined();
  return { data, columns };
}

describe('of the columns of a job', () => {
  it('a list reads only those that it shows, and one job all that it shows', async () => {
    const { services } = server.app;
    const user = await services.database.read.user.findFirstOrThrow();
    const input = { strategyType: 'momentum', symbols: ['SPY'], start: '2020-01-01', end: '2020-12-31', nSplits: 1 };
    const { id } = await startStrategyOptimization(services, localUser(user.id), input);
    await expect
      .poll(() => services.database.read.optimization.findUnique({ where: { id } }), { timeout: 60_000 })
      .toMatchObject({ status: 'complete' });

    const list = await run(OptimizationListDocument, { first: 500 });
    const one = await run(OptimizationByIdDocument, { id: String(id) });

    expect(list.data?.optimizations.nodes).toMatchObject([{ id: String(id), status: 'COMPLETE' }]);
    expect([...list.columns].filter((column) => HEAVY.includes(column))).toEqual([]);
    expect(one.data?.optimization).toMatchObject({ results: expect.any(Array), bestParams: expect.any(Object) });
    expect([...one.columns]).toEqual(expect.arrayContaining(['results', 'skipped', 'unranked', 'config']));
  });
});
