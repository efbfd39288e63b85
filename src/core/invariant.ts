/**
 * Asserts what can only be false through a bug of ours. Never catch it: at the edge it is masked and logged with an id.
 *
 * @throws {InvariantViolation} when `condition` is false
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(`Invariant: ${message}`);
}

/** A bug of ours, as opposed to a `DomainError`, which a caller can act on. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}
