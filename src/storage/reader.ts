/**
 * A client for plain reads: its raw statements go straight to its connection, its errors are those that leave storage, and it has no
 * scripts or transactions of its own.
 */
import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQueryable } from '@prisma/driver-adapter-utils';
import { invariant } from '../core/index.ts';
import { translateDriverError, translatePrismaError } from './errors.ts';
import type { PrismaClient } from './generated/sqlite/client.ts';
import { withRawStatements } from './raw-statements.ts';
import { withTranslatedErrors } from './transactions.ts';

/** What a reader is made of. */
export interface ReaderParts {
  readonly provider: SqlDriverAdapter['provider'];
  /** Opens a connection that refuses writes by itself. */
  readonly connect: () => Promise<SqlDriverAdapter>;
  readonly clientOn: (adapter: SqlDriverAdapterFactory) => PrismaClient;
}

/** Makes a reader, which connects when it is first asked or told to (`$connect`). */
export function makeReader({ provider, connect, clientOn }: ReaderParts): PrismaClient {
  let connection: SqlDriverAdapter | null = null;
  /** Raw statements, of which Prisma does not know: a connection is kept until they have ended. */
  const underWay = new Set<Promise<unknown>>();
  const client = clientOn({
    provider,
    adapterName: `dunlin-${provider}-reader`,
    connect: async () => {
      const opened = await translated(connect);
      connection = toReader(opened, async () => {
        connection = null;
        await Promise.allSettled(underWay);
      });
      return connection;
    },
  });
  const connected = async (): Promise<SqlQueryable> => {
    if (connection === null) await client.$connect();
    invariant(connection !== null, 'a client that is connected has asked for its connection');
    return connection;
  };
  return withRawStatements(withTranslatedErrors(client), async (use) => {
    const answer = connected().then(use);
    underWay.add(answer);
    try {
      return await answer;
    } catch (error) {
      throw translatePrismaError(error);
    } finally {
      underWay.delete(answer);
    }
  });
}

function toReader(connection: SqlDriverAdapter, beforeClosing: () => Promise<void>): SqlDriverAdapter {
  return {
    provider: connection.provider,
    adapterName: connection.adapterName,
    queryRaw: (query) => translated(() => connection.queryRaw(query)),
    executeRaw: (query) => translated(() => connection.executeRaw(query)),
    executeScript: (script) => translated(() => connection.executeScript(script)),
    startTransaction: (isolationLevel) => translated(() => connection.startTransaction(isolationLevel)),
    ...(connection.getConnectionInfo && { getConnectionInfo: connection.getConnectionInfo.bind(connection) }),
    dispose: async () => {
      await beforeClosing();
      await connection.dispose();
    },
  };
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateDriverError(error);
  }
}
