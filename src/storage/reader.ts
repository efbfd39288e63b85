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
  const client = clientOn({
    provider,
    adapterName: `dunlin-${provider}-reader`,
    connect: async () => {
      const opened = await translated(connect);
      connection = toReader(opened, () => {
        connection = null;
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
    try {
      return await use(await connected());
    } catch (error) {
      throw translatePrismaError(error);
    }
  });
}

function toReader(connection: SqlDriverAdapter, closes: () => void): SqlDriverAdapter {
  return {
    provider: connection.provider,
    adapterName: connection.adapterName,
    queryRaw: (query) => translated(() => connection.queryRaw(query)),
    executeRaw: (query) => translated(() => connection.executeRaw(query)),
    executeScript: (script) => translated(() => connection.executeScript(script)),
    startTransaction: (isolationLevel) => translated(() => connection.startTransaction(isolationLevel)),
    ...(connection.getConnectionInfo && { getConnectionInfo: connection.getConnectionInfo.bind(connection) }),
    dispose: () => {
      closes();
      return connection.dispose();
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
