/**
 * Raw statements that go straight to the driver: 0.04 ms each in a transaction on SQLite, where they took 0.2 ms through Prisma, and 1 ms
 * with a megabyte of bytes, which took 13 ms, because Prisma writes all values as one JSON text and reads it again. Everything else of a
 * client stays Prisma's.
 */
import { isDriverAdapterError, type SqlQueryable } from '@prisma/driver-adapter-utils';
import type { Db } from './database.ts';
import { Prisma } from './generated/sqlite/client.ts';
import { queryOf, type RawStatement, rowsOf } from './raw-values.ts';

/** Calls `use` with the connection that raw statements run on, in the order of the calls. */
export type OnConnection = <T>(use: (connection: SqlQueryable) => Promise<T>) => Promise<T>;

/**
 * The client, but `$executeRaw` and `$queryRaw` run on a connection: what goes in, comes out and is thrown is as with Prisma (after a
 * transaction has timed out it is an error without Prisma's code).
 * They begin when they are called, and not when they are first awaited.
 */
export function withRawStatements<Client extends Db>(client: Client, onConnection: OnConnection): Client {
  const onItsOwn = async <T>(use: (connection: SqlQueryable) => Promise<T>): Promise<T> => {
    try {
      return await onConnection(use);
    } catch (error) {
      throw asPrismaThrows(error);
    }
  };
  const raw = {
    $executeRaw: (statement: RawStatement, ...values: readonly unknown[]) =>
      onItsOwn((on) => on.executeRaw(queryOf(on.provider, statement, values))),
    $queryRaw: (statement: RawStatement, ...values: readonly unknown[]) =>
      onItsOwn(async (on) => rowsOf(await on.queryRaw(queryOf(on.provider, statement, values)))),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- An object whose prototype is the client is a client.
  return Object.create(client, Object.getOwnPropertyDescriptors(raw)) as Client;
}

/** A driver's error as the one that Prisma throws for a raw statement that failed: its code is P2010, whatever the reason. */
function asPrismaThrows(error: unknown): unknown {
  if (!(error instanceof Error) || !isDriverAdapterError(error)) return error;
  const { originalCode = 'N/A', originalMessage = error.message } = error.cause;
  return new Prisma.PrismaClientKnownRequestError(
    `Raw query failed. Code: \`${originalCode}\`. Message: \`${originalMessage}\``,
    { code: 'P2010', clientVersion: Prisma.prismaVersion.client, meta: { driverAdapterError: error } },
  );
}
