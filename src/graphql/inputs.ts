import { invalid } from '../core/index.ts';
import { builder } from './builder.ts';

/**
 * A database id out of an `ID` argument. What is no positive 32-bit integer cannot be the id of a row: it reads as 0,
 * which no row has, so that it is answered like any other id that does not exist.
 */
export function parseId(raw: string | number): number {
  const text = String(raw);
  const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  return id <= 2_147_483_647 ? id : 0;
}

/** An id that says where a list goes on. @throws {DomainError} VALIDATION when it can be no id */
export function parsePlace(raw: string | number, name: string): number {
  const id = parseId(raw);
  if (id > 0) return id;
  throw invalid(name, `${name} must be the id of a row; it is ${JSON.stringify(String(raw).slice(0, 40))}.`);
}

/**
 * A GraphQL enum whose internal values are the words of a union: `auto_trade` is `AUTO_TRADE`, `1d` is `D1`.
 *
 * @param names GraphQL names where upper case of the word is not a valid one
 */
export function enumOf<const Values extends readonly string[]>(
  name: string,
  values: Values,
  description: string,
  names: Readonly<Record<string, string>> = {},
) {
  const entries = values.map((value: Values[number]) => [names[value] ?? value.toUpperCase(), { value }] as const);
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(entries) as Record<string, { value: Values[number] }>,
  });
}
