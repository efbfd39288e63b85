import { invalid, shown } from '../core/index.ts';
import type { JobTypeName } from './job-type.ts';

/**
 * What a config from outside says, by key.
 *
 * @param keys what a config of the type may say
 * @throws {DomainError} VALIDATION at `config` when it is not an object, below it at a key that is none of these
 */
export function configEntries(raw: unknown, type: JobTypeName, keys: readonly string[]): ReadonlyMap<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw invalid('config', `config must be an object; found ${shown(raw)}.`);
  }
  const config = new Map<string, unknown>(Object.entries(raw));
  const unknown = [...config.keys()].find((key) => !keys.includes(key));
  if (unknown === undefined) return config;
  throw invalid(`config.${unknown}`, `${type} takes ${keys.join(', ')}; found ${shown(unknown)}.`);
}
