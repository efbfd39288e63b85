/** How a tuning job chooses what it tries. */
import { memberOf, parseAll, shown, throwIfAny } from '../../core/index.ts';
import type { SearchSettings } from '../search/index.ts';

/**
 * `grid` tries every combination; `random` draws so many; `halving` draws them too and drops the worse half after each
 * test slice (successive halving, Jamieson & Talwalkar 2016), so that the later, longer slices are for the better ones.
 */
export const TUNING_METHODS = ['grid', 'random', 'halving'] as const;

/** One of `TUNING_METHODS`. */
export type TuningMethod = (typeof TUNING_METHODS)[number];

/** A parsed choice. */
export interface TuningSearch {
  readonly method: TuningMethod;
  /** Null for a grid. */
  readonly maxTrials: number | null;
  readonly seed: number;
}

const DEFAULT_TRIALS = 60;
const DEFAULT_SEED = 1;
const MAX_SEED = 2 ** 31 - 1;

/**
 * Checks a choice from outside and fills in the defaults.
 *
 * @throws {DomainError} VALIDATION naming each wrong field, its value and its limits
 */
export function parseTuningSearch(
  raw: {
    readonly method?: string | null | undefined;
    readonly maxTrials?: number | null | undefined;
    readonly seed?: number | null | undefined;
  },
  { maxCombinations }: { readonly maxCombinations: number },
): TuningSearch {
  const asked = raw.method ?? 'grid';
  if (!TUNING_METHODS.some((method) => method === asked)) {
    const message = `method must be one of ${TUNING_METHODS.join(', ')}, found ${shown(asked)}.`;
    throwIfAny([{ path: ['method'], message }]);
  }
  const method = memberOf(TUNING_METHODS, asked);
  const { maxTrials, seed } = parseAll({
    maxTrials: () => parseTrials(method, raw.maxTrials, maxCombinations),
    seed: () => integerIn('seed', raw.seed ?? DEFAULT_SEED, [0, MAX_SEED]),
  });
  return { method, maxTrials, seed };
}

function parseTrials(method: TuningMethod, raw: number | null | undefined, limit: number): number | null {
  if (method !== 'grid') return integerIn('maxTrials', raw ?? Math.min(DEFAULT_TRIALS, limit), [1, limit]);
  if (raw == null) return null;
  const message = `maxTrials has no meaning with method grid, which tries every combination; found ${shown(raw)}. Leave it out, or choose method random or halving.`;
  throwIfAny([{ path: ['maxTrials'], message }]);
  return null;
}

/** @throws {DomainError} VALIDATION when it is not a whole number in the range */
export function integerIn(field: string, value: number, [least, most]: readonly [number, number]): number {
  if (!(Number.isSafeInteger(value) && value >= least && value <= most)) {
    const message = `${field} must be an integer from ${least} to ${most}, found ${shown(value)}.`;
    throwIfAny([{ path: [field], message }]);
  }
  return value + 0;
}

/** How the combinations are drawn: those of a halving as those of a random search. */
export function searchOf({ method, maxTrials, seed }: TuningSearch): SearchSettings {
  return method === 'grid' ? { method, maxTrials: null, seed: null } : { method: 'random', maxTrials, seed };
}
