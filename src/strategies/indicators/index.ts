/**
 * Indicators: pure functions from a column of prices to a column of the same length, and the table that computes each
 * distinct one once. It knows nothing of strategies; what a strategy needs it says by kind and window.
 */
export { at } from './column.ts';
export { CompensatedSum } from './compensated-sum.ts';
export {
  computeIndicators,
  type IndicatorKind,
  type IndicatorNeed,
  type IndicatorSpec,
  type IndicatorTable,
  indicatorKey,
} from './indicator.ts';
