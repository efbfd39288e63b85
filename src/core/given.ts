import { invalidFields } from './errors.ts';

/**
 * What of a change was given. What is left out keeps what it was. Null clears a field that can be empty (`clearable`) and is
 * refused for every other: a client that sends it for what it did not fill in must not put back a default by accident.
 *
 * @throws {DomainError} VALIDATION naming each field that cannot be empty
 */
export function given<Input extends object>(
  input: Input,
  clearable: readonly (keyof Input & string)[] = [],
): Partial<Input> {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  const kept: readonly string[] = clearable;
  const empty = entries.filter(([key, value]) => value === null && !kept.includes(key));
  if (empty.length > 0) {
    throw invalidFields(
      empty.map(([key]) => ({ path: [key], message: `${key} cannot be null: leave it out to keep what it is.` })),
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets what the keys are.
  return Object.fromEntries(entries) as Partial<Input>;
}
