import { FEATURES_VERSION } from '../features/index.ts';
import { ENGINE_VERSION as TREES_VERSION } from '../models/index.ts';

/**
 * Changes when the same job on the same bars may give other figures, or checkpoints are written otherwise; stored with every
 * result.
 */
export const ENGINE_VERSION = '3';

/** The version that decides the figures of a kind of job: those of models depend on what they see and how trees grow, too. */
export function engineVersionOf(jobType: string): string {
  return jobType === 'model' ? `${ENGINE_VERSION}-trees-${TREES_VERSION}-features-${FEATURES_VERSION}` : ENGINE_VERSION;
}
