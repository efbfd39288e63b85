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

/** A transaction on such a connection, whose COMMIT and ROLLBACK are told of, too. */
function begun(said: string[]): GuardedTransaction {
  const connection = spokenConnection(said);
  const end = async (sql: string): Promise<void> => {
    await connection.executeRaw(statement(sql));
  };
  return new GuardedTransaction(connection, { commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') });
}

/** What is said when statements run one after the other. */
function inTurn(...statements: string[]): string[] {
  return statements.flatMap((sql) => [`${sql} begins`, `${sql} ends`]);
}

describe('statements of a transaction', () => {
  it('run one after the other when they are begun together, and are committed though nobody waited for them', async () => {
    const said: string[] = [];
    const transaction = begun(said);

    const first = transaction.executeRaw(statement('first'));
    const second = transaction.queryRaw(statement('second'));
    await transaction.commit();

    expect(said).toEqual(inTurn('first', 'second', 'COMMIT'));
    await Promise.all([first, second]);
  });

  it('are not sent once one before them failed, and COMMIT is not either', async () => {
    const said: string[] = [];
    const transaction = begun(said);

    const statements = Promise.allSettled([
      transaction.executeRaw(statement('first')),
      transaction.queryRaw(statement('bad')),
      transaction.executeRaw(statement('last')),
    ]);

    await expect(transaction.commit()).rejects.toThrow('rolled back');
    expect(said).toEqual(inTurn('first', 'bad', 'ROLLBACK'));
    expect((await statements).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('do not run beside ROLLBACK, which waits for the one that runs and for no other', async () => {
    const said: string[] = [];
    const transaction = begun(said);
    const first = transaction.executeRaw(statement('first'));
    const late = transaction.executeRaw(statement('late'));
    const refused = expect(late).rejects.toThrow('has ended');

    await new Promise((resolve) => setImmediate(resolve));
    await transaction.rollback();

    await first;
    await refused;
    expect(said).toEqual(inTurn('first', 'ROLLBACK'));
  });

  it('are refused when they come after its end', async () => {
    const said: string[] = [];
    const transaction = begun(said);

    const committed = transaction.commit();
    await expect(transaction.executeRaw(statement('late'))).rejects.toThrow('has ended');

    await committed;
    await expect(transaction.rollback()).rejects.toThrow('already ended');
    expect(said).toEqual(inTurn('COMMIT'));
  });
});
