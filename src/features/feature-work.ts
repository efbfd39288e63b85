/** How long features take, before they are computed: each value is worked out of its own window, so that windows cost. */
import { invalid } from '../core/index.ts';
import type { Bars } from '../market/index.ts';
import { type FeatureConfig, familyOf } from './feature-config.ts';

/**
 * Most terms of all features together: two minutes at the 1.5 ns of a core that is shared, less than one of a core that is not.
 * That leaves a slower machine within the ten minutes of a task.
 */
const MAX_TERMS = 8e10;

/** How many terms the features of one bar and symbol take. */
export function termsPerRow({ features }: FeatureConfig, symbols: number): number {
  return features.reduce((sum, { family, params }) => sum + familyOf(family).terms(params, symbols), 0);
}

/**
 * @param bars one per symbol, equal times
 * @throws {DomainError} VALIDATION at `path` with the arithmetic, when the features of these bars would take too long
 */
export function refuseTooManyTerms(config: FeatureConfig, bars: readonly Bars[], path: string): void {
  const rows = (bars[0]?.time.length ?? 0) * bars.length;
  const perRow = termsPerRow(config, bars.length);
  const observed = perRow * rows;
  if (observed <= MAX_TERMS) return;
  throw invalid(
    path,
    `${config.features.length} features with these windows take ${perRow} terms a row: ${perRow} × ${rows} rows = ${observed}; at most ${MAX_TERMS} are allowed. Ask for fewer bars or symbols, or for features with shorter windows.`,
    { limit: MAX_TERMS, observed },
  );
}
