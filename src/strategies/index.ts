/**
 * Strategy types: their parameters, and how each maps bars up to and including t to what it wants to hold. It does not
 * fill orders, count money or measure results: that is the backtester's.
 */

export { CrossingScanner } from './crossing.ts';
export {
  followedModel,
  type Hindsight,
  hindsightOf,
  type ModelSource,
  type PredictOptions,
  requireFit,
  type TradedModel,
  usableModel,
} from './followed-model.ts';
export {
  at,
  CompensatedSum,
  computeIndicators,
  type IndicatorKind,
  type IndicatorNeed,
  type IndicatorSpec,
  type IndicatorTable,
  indicatorKey,
} from './indicators/index.ts';
export { modelStrategy } from './model.ts';
export { openScanner } from './open-scanner.ts';
export { numberOf } from './parameter-reading.ts';
export {
  type CombinationProblem,
  fieldPath,
  missingError,
  type ParameterOwner,
  type ParameterSpec,
  type Parameters,
  type ParameterValue,
  parameterEntries,
  parametersJsonSchema,
  parseParameters,
  parseParameterValue,
  valueError,
} from './parameters.ts';
export type { Predictions, PredictionTable } from './predictions.ts';
export { builtInStrategies, StrategyRegistry } from './registry.ts';
export { ReversionScanner } from './reversion.ts';
export {
  createStrategy,
  deleteStrategy,
  findStrategy,
  lockStrategy,
  type SavedStrategy,
  STRATEGY_EVENTS,
  STRATEGY_MODES,
  type StrategyDeps,
  type StrategyInput,
  type StrategyMode,
  savedStrategy,
  updateStrategy,
} from './saved-strategy.ts';
export type { TargetChanges, TargetScanner } from './scanner.ts';
export type {
  DecisionInput,
  ParameterGrid,
  QuotePolicy,
  QuotingStrategy,
  SpreadStrategy,
  StrategyType,
  TargetStrategy,
} from './strategy-type.ts';
export { indicatorSpecs, longestWindow, requireSymbolCount, symbolCountProblem, tradedSeries } from './trading.ts';
