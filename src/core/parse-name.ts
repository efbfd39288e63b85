import { invalid } from './errors.ts';

/**
 * A name that a person gave to something of theirs, without the spaces at its ends.
 *
 * @throws {DomainError} VALIDATION at `name` unless it has 1 to 100 characters, none of them a control character
 */
export function parseName(raw: string | null | undefined): string {
  const name = raw?.trim() ?? '';
  if (name.length < 1 || name.length > 100) {
    throw invalid('name', `name must have 1 to 100 characters; it has ${name.length}.`);
  }
  // PostgreSQL cannot store them, and nobody can read them.
  if (/[\p{Cc}\p{Cs}]/u.test(name)) {
    throw invalid('name', 'name must have no control characters and no halves of surrogate pairs.');
  }
  return name;
}
