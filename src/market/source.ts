import { invalid } from '../core/index.ts';

/** The source of imported series. */
export const CSV_SOURCE = 'csv';

/**
 * Checks the source that a request names.
 *
 * @param provider name of the configured provider
 * @throws {DomainError} VALIDATION at `source`, listing what can be named
 */
export function checkSource(source: string | undefined, provider: string): void {
  if (source === undefined || source === CSV_SOURCE || source === provider) return;
  const found = JSON.stringify(source.slice(0, 40));
  throw invalid('source', `Expected the source "${CSV_SOURCE}" or "${provider}", found ${found}.`);
}
