/**
 * Whether the best of many combinations is luck: one statistic per file with its formula and source, a verdict on them,
 * and `assess`, which puts all together. Pure arithmetic on rows of figures; it knows nothing of jobs, threads and rows
 * of the database. The count of overfitted splits is cut into ranges by the caller, so that threads share it.
 */
export {
  type Assessment,
  assess,
  type Field,
  type Overfitting,
  positiveFolds,
  readField,
  type Winner,
} from './assess.ts';
export { type BlockReturns, blockReturns } from './block-returns.ts';
export { type Confidence, sweepConfidence } from './confidence.ts';
export { countOverfitted, type PboTally } from './cscv.ts';
export { deflatedSharpe } from './deflated-sharpe.ts';
export { type ReturnShape, returnShape } from './moments.ts';
export { gridEdge, stability } from './neighbourhood.ts';
export { splitPairs } from './splits.ts';
export { VERDICT_THRESHOLDS, type VerdictOutcome, type VerdictThresholds } from './verdict.ts';
