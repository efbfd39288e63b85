import type { SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import { describe, expect, it } from 'vitest';
import { GuardedTransaction } from '../../src/storage/guarded-transaction.ts';

/** A connection that says when a statement begins and ends; the one named `bad` fails. */
function spokenConnection(said: string[]): SqlQueryable {
  const run = async <Answer>({ sql }: SqlQuery, answer: Answer): Promise<Answer> => {
    said.push(`${sql} begins`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    said.push(`${sql} ends`);
    if (sql === 'bad') throw new Error('It is bad.');
    return answer;
  };
  return {
    provider: 'postgres',
    adapterName: 'spoken',
    queryRaw: (query) => run(query, { columnTypes: [], columnNames: [], rows: [] }),
    executeRaw: (query) => run(query, 1),
  };
}

function statement(sql: string): SqlQuery {
  return { sql, args: [], argTypes: [] };
}

const END = { commit: () => Promise.resolve(), rollback: () => Promise.resolve() };

describe('statements of a transaction', () => {
  it('run one after the other, also when they are begun together and one of them fails', async () => {
    const said: string[] = [];
    const transaction = new GuardedTransaction(spokenConnection(said), END);

    const answers = await Promise.allSettled([
      transaction.executeRaw(statement('first')),
      transaction.queryRaw(statement('bad')),
      transaction.executeRaw(statement('last')),
    ]);

    expect(said).toEqual(['first', 'bad', 'last'].flatMap((sql) => [`${sql} begins`, `${sql} ends`]));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(transaction.commit()).rejects.toThrow('rolled back');
  });

  it('do not run when they wait while it ends', async () => {
    const said: string[] = [];
    const transaction = new GuardedTransaction(spokenConnection(said), END);
    const first = transaction.executeRaw(statement('first'));
    const late = transaction.executeRaw(statement('late'));
    const refused = expect(late).rejects.toThrow('has ended');

    await new Promise((resolve) => setImmediate(resolve));
    await transaction.commit();

    await first;
    await refused;
    expect(said).toEqual(['first begins', 'first ends']);
  });
});
