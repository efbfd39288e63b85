/** How far a sweep's recommendation can be trusted. */
export type Confidence = 'high' | 'medium' | 'low' | 'none';

/** Below this the test Sharpes of the windows agree. */
const STEADY = 0.3;
/** Up to this they agree roughly. */
const UNSTEADY = 0.8;

/**
 * By how much the windows disagree: `sharpe_std` < 0.3 is high, ≤ 0.8 medium, else low; none without a result.
 *
 * @param best the recommended combination; null when none was ranked
 */
export function sweepConfidence(best: { readonly sharpeStd: number } | null): Confidence {
  if (best === null) return 'none';
  if (best.sharpeStd < STEADY) return 'high';
  return best.sharpeStd <= UNSTEADY ? 'medium' : 'low';
}
