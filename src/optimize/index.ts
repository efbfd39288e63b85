/**
 * Walk-forward optimization: which parameters of a strategy would have worked on bars that they were not chosen on.
 * Pure arithmetic (grid, folds, evaluation, ranking) beside the jobs that run it (submit, run, cancel).
 */
export { cancelOptimization } from './cancel-optimization.ts';
export { optimizeTasks } from './compute-job.ts';
export type { SliceMetrics } from './evaluate-combination.ts';
export { OPTIMIZATION_EVENTS, OPTIMIZATION_PROGRESSED, OPTIMIZATION_SUBJECT } from './events.ts';
export {
  type FoldResult,
  OPTIMIZATION_STATUSES,
  type OptimizationConfig,
  type OptimizationProgress,
  type OptimizationResult,
  type OptimizationStatus,
  type Unranked,
} from './optimization.ts';
export { OptimizationRunner, type RunnerDeps } from './runner.ts';
export {
  type OptimizationLimits,
  type OptimizeDeps,
  type StrategyOptimizationInput,
  startStrategyOptimization,
} from './start-optimization.ts';
