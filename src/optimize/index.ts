/**
 * Walk-forward optimization: which parameters of a strategy would have worked on bars that they were not chosen on, and
 * whether the best of them is luck. Use cases and the words of the domain lie here; the rooms, each of which knows only
 * those before it:
 *
 * `search/` which combinations are tried, `kernel/` their figures, `honesty/` what the best of them is worth (all pure),
 * `engine/` these three on worker threads, `tuning/` the same for models that learn from the bars, `job/` the rows, leases
 * and checkpoints of jobs, `report/` what pictures show.
 */
export { cancelOptimization } from './cancel-optimization.ts';
export type { ModelStamp } from './followed-models.ts';
export type { Confidence, Overfitting, VerdictOutcome, VerdictThresholds } from './honesty/index.ts';
export { OPTIMIZATION_EVENTS, OPTIMIZATION_PROGRESSED, OPTIMIZATION_SUBJECT } from './job/events.ts';
export { OptimizationRunner, type RunnerDeps } from './job/runner.ts';
export {
  readConfig,
  readCurve,
  readOverfitting,
  readResults,
  readSkipped,
  readSweepResults,
  readTuningConfig,
  readTuningFindings,
  readTuningResults,
  readUnranked,
} from './job/stored-job.ts';
export type { JobInput, OptimizationLimits, OptimizeDeps } from './job/submit-job.ts';
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
  TRIAL_STATUSES,
  type TrialStatus,
  type TrialSummary,
  type Unranked,
} from './optimization.ts';
export type { ReportAxis } from './report/axis.ts';
export type { HeatMap } from './report/heat-map.ts';
export { type OptimizationReport, optimizationReport, type ReportSection } from './report/report.ts';
export { type Axis, isRange, type ParameterSpace, SEARCH_METHODS, type SearchMethod } from './search/index.ts';
export { type ModelTuningInput, startModelTuning } from './start-model-tuning.ts';
export { type StrategyOptimizationInput, startStrategyOptimization } from './start-optimization.ts';
export { type SweepInput, startSweep } from './start-sweep.ts';
export { optimizeTasks } from './tasks.ts';
export {
  type EdgeThresholds,
  type EdgeVerdict,
  type FoldScores,
  type HoldoutScores,
  MODEL_SPACES,
  type SliceDates,
  type SliceScores,
  type TradingScores,
  TUNING_METHODS,
  type TuningConfig,
  type TuningCuts,
  type TuningFindings,
  type TuningMethod,
  type TuningResult,
} from './tuning/index.ts';
