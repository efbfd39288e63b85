/**
 * How much of a list one page may have, and which cursors can be one of ours. The plugin that pages would hand whatever
 * a cursor decodes to on to the database; here it has to be the key of a row.
 */
import { invalid } from '../core/index.ts';
import type { GraphQLContext } from './context.ts';

/** Largest page for clients. */
export const LARGEST_PAGE = 100;

/** Largest page for the REST facade, whose lists go on that far. */
export const LARGEST_FACADE_PAGE = 500;

const LARGEST_KEY = 2_147_483_647;

interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

/**
 * `maxSize` of a connection: the largest page that this caller may ask for. The plugin asks for it before it reads the
 * cursors, so whatever is wrong with a page is told here.
 *
 * @param keyLength columns of the key that the list is paged by
 */
export function pageLimit(keyLength: 1 | 2): (args: object, context: object) => number {
  return (args, context) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The plugin does not say what every connection has.
    const [page, { largestPage }] = [args as PageArguments, context as GraphQLContext];
    // The plugin would leave out one of them without a word.
    if (page.first != null && page.last != null) throw invalid('last', 'Give first or last, not both.');
    checkSize('first', page.first, largestPage);
    checkSize('last', page.last, largestPage);
    checkCursor('after', page.after, keyLength);
    checkCursor('before', page.before, keyLength);
    return largestPage;
  };
}

/** More rows than anybody has, and few enough for a database to count. */
const ALL = 1_000_000;

/** A list of resources: a page for clients; all that there is for the REST facade, whose lists are whole unless asked otherwise. */
export const WHOLE_LIST = {
  maxSize: (args: object, context: object): number => {
    const limit = pageLimit(1)(args, context);
    return limit > LARGEST_PAGE ? ALL : limit;
  },
  defaultSize: (_args: object, { largestPage }: GraphQLContext): number => (largestPage > LARGEST_PAGE ? ALL : 20),
};

/** @throws {DomainError} VALIDATION with the limit; a size below 0 is refused by the plugin */
export function checkSize(name: string, size: number | null | undefined, limit: number): void {
  if (size == null || (size >= 0 && size <= limit)) return;
  throw invalid(name, `${name} must be from 0 to ${limit}; it is ${size}.`, { limit, observed: size });
}

/** What the plugin writes: `N:12`, or `T:["N:12","N:3"]` for a key of two columns. */
const KEYS = { 1: /^GPC:N:(\d{1,10})$/, 2: /^GPC:T:\["N:(\d{1,10})","N:(\d{1,10})"\]$/ } as const;

function checkCursor(name: string, cursor: string | null | undefined, keyLength: 1 | 2): void {
  if (cursor == null) return;
  const match = KEYS[keyLength].exec(Buffer.from(cursor, 'base64').toString());
  if (match !== null && match.slice(1).every((column) => Number(column) <= LARGEST_KEY)) return;
  throw invalid(name, `${name} must be a cursor of this list; it is ${JSON.stringify(cursor.slice(0, 40))}.`);
}
