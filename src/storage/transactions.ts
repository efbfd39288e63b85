/** What both databases share in using Prisma: how a transaction runs, and how errors leave. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Transaction } from '@prisma/driver-adapter-utils';
import { invariant } from '../core/index.ts';
import type { DatabaseProvider, Db, TransactionOptions } from './database.ts';
import { translatePrismaError } from './errors.ts';
import type { PrismaClient } from './generated/sqlite/client.ts';
import { withRawStatements } from './raw-statements.ts';

/**
 * How long a transaction may wait for its turn, in ms: behind other writers, and on SQLite up to 10 s behind another process.
 * Beyond it the caller hears UNAVAILABLE. Prisma's default of 2 s would fail a burst that is merely queued.
 */
const MAX_WAIT_MS = 30_000;

/** How long a transaction may stay open, in ms, before it is rolled back. Prisma's default of 5 s would cut off an import. */
export const TRANSACTION_TIMEOUT_MS = 30_000;

/** For every Prisma client. Other formats than `minimal` look up the caller's source at each call, to quote it in errors. */
export const CLIENT_OPTIONS = { errorFormat: 'minimal' } as const;

/** Of a transaction and all that is done in it. */
interface Scope {
  isOpen: boolean;
  readonly isUrgent: boolean;
  readonly provider: DatabaseProvider;
  /** What was done in it already and need not be done again. */
  readonly done: Set<string>;
  /** The driver's, once it has begun. */
  begun: Transaction | null;
}

const current = new AsyncLocalStorage<Scope>();

/** The product that the transaction runs on which this is called in: raw statements of many rows differ. */
export function currentProvider(): DatabaseProvider {
  const scope = current.getStore();
  invariant(scope?.isOpen === true, 'rows are written inside a transaction');
  return scope.provider;
}

/** Whether `what`, a name, is asked about for the first time in the transaction that this is called in. */
export function isFirstHere(what: string): boolean {
  const done = current.getStore()?.done;
  invariant(done !== undefined, 'what is done once is done inside a transaction');
  const isFirst = !done.has(what);
  done.add(what);
  return isFirst;
}

/**
 * Whether the transaction that begins here, or that this is called in, goes before those that wait. Prisma hands no option of
 * ours to the adapter.
 */
export function isUrgentHere(): boolean {
  return current.getStore()?.isUrgent === true;
}

/** Says that a driver's transaction has begun for the transaction that this is called in, and answers it: raw statements go to it. */
export function begunHere(transaction: Transaction): Transaction {
  const scope = current.getStore();
  if (scope !== undefined) scope.begun = transaction;
  return transaction;
}

/**
 * Runs `work` in a transaction of a client.
 *
 * @throws {InvariantViolation} inside another transaction: on SQLite the inner one would wait for the outer one for ever
 */
export async function runTransaction<T>(
  { client, provider }: { readonly client: PrismaClient; readonly provider: DatabaseProvider },
  work: (tx: Db) => Promise<T>,
  { isUrgent = false }: TransactionOptions = {},
): Promise<T> {
  invariant(current.getStore()?.isOpen !== true, 'a transaction is not begun inside another one');
  const scope: Scope = { isOpen: true, isUrgent, provider, done: new Set(), begun: null };
  try {
    return await current.run(scope, () =>
      client.$transaction((tx) => work(withItsStatements(tx, scope)), {
        maxWait: MAX_WAIT_MS,
        timeout: TRANSACTION_TIMEOUT_MS,
      }),
    );
  } catch (error) {
    throw translatePrismaError(error);
  } finally {
    scope.isOpen = false;
  }
}

/** Raw statements of a transaction go straight to the driver's, which puts them in turn with those that Prisma sends there. */
function withItsStatements(tx: Db, { begun }: Scope): Db {
  invariant(begun !== null, 'a transaction has begun on a connection');
  return withRawStatements(tx, (use) => use(begun));
}

/** The client, but its operations throw what leaves storage. */
export function withTranslatedErrors(client: PrismaClient): PrismaClient {
  const extended = client.$extends({
    query: {
      $allOperations: async ({ args, query }) => {
        try {
          return await query(args);
        } catch (error) {
          throw translatePrismaError(error);
        }
      },
    },
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- This extension adds and removes no member.
  return extended as unknown as PrismaClient;
}
