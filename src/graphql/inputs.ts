import { DomainError, invalid } from '../core/index.ts';
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

/**
 * The id of what a mutation is about, or a query that computes (`predict`, `strategySignals`).
 *
 * @param field the field of the input where it stands, where `attempt` is not told of that one
 * @throws {DomainError} NOT_FOUND naming a text that can be no id
 */
export function inputId(raw: string | number, field?: string): number {
  const id = parseId(raw);
  if (id > 0) return id;
  const text = JSON.stringify(String(raw).slice(0, 40));
  const message = `There is nothing with the id ${text}: ids are whole numbers from 1 on.`;
  throw new DomainError('NOT_FOUND', message, field === undefined ? {} : { fields: [{ path: [field], message }] });
}

/** An id beside the one that a request is about, e.g. where a list goes on. @throws {DomainError} VALIDATION when it can be no id */
export function parsePlace(raw: string | number, name: string): number {
  const id = parseId(raw);
  if (id > 0) return id;
  throw invalid(name, `${name} must be the id of a row; it is ${JSON.stringify(String(raw).slice(0, 40))}.`);
}

/** What an enum says of itself. */
interface EnumWords<Word extends string> {
  readonly description: string;
  /** What each word means, a sentence. */
  readonly values: Readonly<Record<Word, string>>;
  /** GraphQL names of words whose upper case is not a valid one. */
  readonly names?: Readonly<Record<Word, string>>;
}

/** A GraphQL enum whose internal values are the words of a union: `auto_trade` is `AUTO_TRADE`, `1d` is `D1`. */
export function enumOf<Word extends string>(name: string, { description, values, names }: EnumWords<Word>) {
  const entries = Object.entries<string>(values).map(([word, meaning]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets what the keys are.
    const value = word as Word;
    return [names?.[value] ?? word.toUpperCase(), { value, description: meaning }] as const;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- So does Object.fromEntries.
  const members = Object.fromEntries(entries) as Record<string, { value: Word; description: string }>;
  return builder.enumType(name, { description, values: members });
}

/** Description of the one argument of every mutation. */
export const INPUT = 'Everything that the mutation is told.';
