import { invariant } from '../core/index.ts';
import type { Parameters } from './parameters.ts';

/**
 * A parameter that its spec declares as a number without null. Parsed parameters always have it, so a miss is a bug.
 */
export function numberOf(params: Parameters, name: string): number {
  const value = params[name];
  invariant(typeof value === 'number', `parameter ${name} is a number in parsed parameters`);
  return value;
}

/** A parameter that its spec declares as a nullable number. */
export function optionalNumberOf(params: Parameters, name: string): number | null {
  return params[name] === null ? null : numberOf(params, name);
}

/** A parameter that its spec declares as an enum. */
export function textOf(params: Parameters, name: string): string {
  const value = params[name];
  invariant(typeof value === 'string', `parameter ${name} is a text in parsed parameters`);
  return value;
}
