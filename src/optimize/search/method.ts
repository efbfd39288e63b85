/** How a job searches its space: which method, how many trials, and the seed of its randomness. */
import { type FieldError, memberOf, shown, throwIfAny } from '../../core/index.ts';

/**
 * `grid` tries every combination in order; `random` draws valid ones evenly; `tpe` draws them where earlier results of
 * the same job were good.
 */
export const SEARCH_METHODS = ['grid', 'random', 'tpe'] as const;

/** One of `SEARCH_METHODS`. */
export type SearchMethod = (typeof SEARCH_METHODS)[number];

/** A parsed search. */
export interface SearchSettings {
  readonly method: SearchMethod;
  /** Most combinations that are tried; null with method grid, which tries all. */
  readonly maxTrials: number | null;
  /** Seed of the draws, an integer in [0, 2^31 − 1]; null with method grid, which draws nothing. */
  readonly seed: number | null;
}

/** A search as callers ask for it. Null and undefined both take the default. */
export interface RawSearch {
  /** One of `SEARCH_METHODS`; default `grid`. */
  readonly method?: string | null | undefined;
  /** An integer from 1 to the limit; default 100, or the limit where that is lower. Not with method grid. */
  readonly maxTrials?: number | null | undefined;
  /** An integer from 0 to 2147483647; default 1. Not with method grid. */
  readonly seed?: number | null | undefined;
}

const DEFAULT_TRIALS = 100;
const DEFAULT_SEED = 1;
const MAX_SEED = 2 ** 31 - 1;

/**
 * Checks a search from outside and fills in the defaults.
 *
 * @param limits `maxCombinations` bounds maxTrials
 * @throws {DomainError} VALIDATION naming each wrong field, its value and its limits
 */
export function parseSearch(raw: RawSearch, limits: { readonly maxCombinations: number }): SearchSettings {
  const asked = raw.method ?? 'grid';
  if (!isMethod(asked)) {
    throwIfAny([
      { path: ['method'], message: `method must be one of ${SEARCH_METHODS.join(', ')}, found ${shown(asked)}.` },
    ]);
  }
  const method = memberOf(SEARCH_METHODS, asked);
  if (method === 'grid') {
    throwIfAny([...withoutGrid('maxTrials', raw.maxTrials), ...withoutGrid('seed', raw.seed)]);
    return { method, maxTrials: null, seed: null };
  }
  const maxTrials = raw.maxTrials ?? Math.min(DEFAULT_TRIALS, limits.maxCombinations);
  const seed = raw.seed ?? DEFAULT_SEED;
  throwIfAny([
    ...integerErrors('maxTrials', maxTrials, [1, limits.maxCombinations]),
    ...integerErrors('seed', seed, [0, MAX_SEED]),
  ]);
  return { method, maxTrials, seed: seed + 0 };
}

function isMethod(word: string): word is SearchMethod {
  return SEARCH_METHODS.some((method) => method === word);
}

/** Refused and not ignored, so that nobody believes that a grid was cut short or drawn. */
function withoutGrid(field: string, value: number | null | undefined): readonly FieldError[] {
  if (value == null) return [];
  const message = `${field} has no meaning with method grid, which tries every combination; found ${shown(value)}. Leave it out, or choose method random or tpe.`;
  return [{ path: [field], message }];
}

function integerErrors(field: string, value: number, [least, most]: readonly [number, number]): readonly FieldError[] {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return [];
  return [{ path: [field], message: `${field} must be an integer from ${least} to ${most}, found ${shown(value)}.` }];
}
