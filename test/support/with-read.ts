import type { Database } from '../../src/storage/index.ts';

/** The same parts, which read one table as `table` says: what was read a moment before something else happened. Transactions do not. */
export function withRead<Parts extends { readonly database: Database }>(
  parts: Parts,
  name: keyof Database['read'],
  table: object,
): Parts {
  const read = replaced(parts.database.read, name, table);
  return { ...parts, database: replaced(parts.database, 'read', read) };
}

function replaced<Whole extends object>(whole: Whole, name: keyof Whole, part: object): Whole {
  return new Proxy(whole, { get: (target, key) => (key === name ? part : Reflect.get(target, key)) });
}
