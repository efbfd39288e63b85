/** A driver's connection for plain reads: its errors translated, and no scripts or transactions of its own. */
import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { translateDriverError } from './errors.ts';

/** A factory of such connections; `connect` opens one that refuses writes by itself. */
export function readerFactory(
  provider: SqlDriverAdapter['provider'],
  connect: () => Promise<SqlDriverAdapter>,
): SqlDriverAdapterFactory {
  return {
    provider,
    adapterName: `dunlin-${provider}-reader`,
    connect: () => translated(connect).then(toReader),
  };
}

function toReader(connection: SqlDriverAdapter): SqlDriverAdapter {
  return {
    provider: connection.provider,
    adapterName: connection.adapterName,
    queryRaw: (query) => translated(() => connection.queryRaw(query)),
    executeRaw: (query) => translated(() => connection.executeRaw(query)),
    executeScript: (script) => translated(() => connection.executeScript(script)),
    startTransaction: (isolationLevel) => translated(() => connection.startTransaction(isolationLevel)),
    ...(connection.getConnectionInfo && { getConnectionInfo: connection.getConnectionInfo.bind(connection) }),
    dispose: () => connection.dispose(),
  };
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateDriverError(error);
  }
}
