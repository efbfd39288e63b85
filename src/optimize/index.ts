/**
 * Walk-forward optimization: which parameters of a strategy would have worked on bars that they were not chosen on.
 * Pure arithmetic (grid, folds, evaluation, ranking) beside the jobs that run it (submit, run, cancel).
 */
export { cancelOptimization } from './cancel-optimization.ts';
export { OPTIMIZATION_EVENTS, OPTIMIZATION_PROGRESSED, OPTIMIZATION_SUBJECT } from './events.ts';
export type { Confidence, Overfitting, VerdictOutcome, VerdictThresholds } from './honesty/index.ts';
export {
  type EquityCurve,
  type EquityPoint,
  type FoldResult,
  OPTIMIZATION_JOB_TYPES,
  OPTIMIZATION_STATUSES,
  type OptimizationConfig,
  type OptimizationJobType,
  type OptimizationProgress,
  type OptimizationResult,
  type OptimizationSection,
  type OptimizationStatus,
  type SkippedType,
  type SliceMetrics,
  type SweepRecommendation,
  type SweepResults,
  type TrialSummary,
  type Unranked,
} from './optimization.ts';
export { type OptimizationReport, optimizationReport, type ReportSection } from './report.ts';
export type { ReportAxis } from './report-axis.ts';
export type { HeatMap } from './report-heat-map.ts';
export { OptimizationRunner, type RunnerDeps } from './runner.ts';
export { type Axis, isRange, type ParameterSpace, SEARCH_METHODS, type SearchMethod } from './search/index.ts';
export { type StrategyOptimizationInput, startStrategyOptimization } from './start-optimization.ts';
export { type SweepInput, startSweep } from './start-sweep.ts';
export {
  readConfig,
  readCurve,
  readOverfitting,
  readResults,
  readSkipped,
  readSweepResults,
  readUnranked,
} from './stored-job.ts';
export type { JobInput, OptimizationLimits, OptimizeDeps } from './submit-job.ts';
export { optimizeTasks } from './tasks.ts';
