/**
 * Tuning of models: which parameters learn most from the bars without fooling anybody. Expanding folds in time with a gap
 * (`cut`), one training for all combinations that differ in the number of trees (`fit-groups`), scores and trading of
 * what was predicted out of sample, a hold-out that is scored once, and a verdict. Pure but for `compute-tuning`, which
 * hands the trainings to worker threads; rows and leases are the job's.
 */
export { TuningComputation, type TuningHooks } from './compute-tuning.ts';
export { cutBars, defaultEmbargo, HOLDOUT_SHARE, requireEnoughBars, type TuningCut } from './cut.ts';
export type { EdgeThresholds, EdgeVerdict } from './edge-verdict.ts';
export { basisOf, judgeTuning } from './judge-tuning.ts';
export {
  integerIn,
  parseTuningSearch,
  searchOf,
  TUNING_METHODS,
  type TuningMethod,
  type TuningSearch,
} from './method.ts';
export { MODEL_SPACES, type ModelSpace } from './model-space.ts';
export { isRankable, type RankingBasis, rankedIndexes, resultOf } from './ranking.ts';
export { SCORE_WIDTH, scoreOf } from './score-row.ts';
export type {
  FoldScores,
  HoldoutScores,
  SignalThresholds,
  SliceDates,
  SliceScores,
  TradingScores,
  TuningConfig,
  TuningCuts,
  TuningFindings,
  TuningResult,
} from './tuning.ts';
export { TuningFigures } from './tuning-figures.ts';
export type { TuningJob } from './tuning-job.ts';
export { type FinalFit, tuningTasks } from './tuning-tasks.ts';
export { type FitWork, fitWork, refuseTooLargeModels, refuseTooMuchWork } from './work.ts';
