/** How a request is read whole, so that its sender hears of everything that is wrong with it at once. */
import { DomainError, type FieldError, invalidFields } from './errors.ts';

/** At most so many wrong fields are reported at once: enough to mend a form, too few to amplify a hostile request. */
const MAX_REPORTED = 20;

/** Parsers by name; each answers with what it parsed or throws. */
type Parsers = Readonly<Record<string, () => unknown>>;

/** What the parsers answered, by the same names. */
type Parsed<P extends Parsers> = { readonly [Name in keyof P]: ReturnType<P[Name]> };

/**
 * Runs every parser, so that a caller hears of all wrong fields of a request at once. A parser may call `parseAll`
 * itself for fields that depend on another one. Of several errors at one path the first is told.
 *
 * @throws {DomainError} VALIDATION with the fields of every parser that threw VALIDATION; another error as it is, at once
 */
export function parseAll<P extends Parsers>(parsers: P): Parsed<P> {
  const parsed: Record<string, unknown> = {};
  const refusals: DomainError[] = [];
  for (const [name, parse] of Object.entries(parsers)) {
    try {
      parsed[name] = parse();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'VALIDATION') throw error;
      refusals.push(error);
    }
  }
  const [only] = refusals;
  if (refusals.length === 1 && only !== undefined) throw only;
  throwIfAny(distinctPaths(refusals.flatMap((refusal) => refusal.fields)));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Without a refusal every parser has answered.
  return parsed as Parsed<P>;
}

function distinctPaths(fields: readonly FieldError[]): readonly FieldError[] {
  const first = new Map<string, FieldError>();
  for (const field of fields) {
    const key = JSON.stringify(field.path);
    if (!first.has(key)) first.set(key, field);
  }
  return [...first.values()];
}

/** @throws {DomainError} VALIDATION with the first 20 of `errors`, unless there is none */
export function throwIfAny(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const reported = errors.slice(0, MAX_REPORTED);
  if (errors.length === reported.length) throw invalidFields(reported);
  const summary = `There are ${errors.length} errors; these are the first ${reported.length}.`;
  const message = [summary, ...reported.map((error) => error.message)].join(' ');
  throw new DomainError('VALIDATION', message, { fields: reported, facts: { errors: errors.length } });
}
