/** The pre-trade checks in their order: the first that denies decides. docs/orders.md says the same to users. */
import { checkApproval } from './approval.ts';
import { checkDailyLoss } from './daily-loss.ts';
import { checkDailyTrades } from './daily-trades.ts';
import { checkDrawdown } from './drawdown.ts';
import { checkDuplicate } from './duplicate.ts';
import { checkFunds } from './funds.ts';
import { checkInstrumentSession } from './instrument-session.ts';
import { checkMode } from './mode.ts';
import { checkOrderRate } from './order-rate.ts';
import { checkOrderShape } from './order-shape.ts';
import { checkOrderValue } from './order-value.ts';
import { checkPositionLimit } from './position-limit.ts';
import { checkPriceCollar } from './price-collar.ts';
import { checkPriceFreshness } from './price-freshness.ts';
import { checkRunaway } from './runaway.ts';
import { checkShortSale } from './short-sale.ts';
import { checkStoppedSource } from './stopped-source.ts';
import { checkTradingState } from './trading-state.ts';
import type { Check } from './view.ts';

export const CHECKS: readonly Check[] = [
  checkMode,
  checkTradingState,
  checkStoppedSource,
  checkOrderShape,
  checkInstrumentSession,
  checkPriceFreshness,
  checkPriceCollar,
  checkDailyTrades,
  // Before the rate, so that a source that orders without end is told so and stopped.
  checkRunaway,
  checkOrderRate,
  checkOrderValue,
  checkPositionLimit,
  checkShortSale,
  checkFunds,
  checkDailyLoss,
  checkDrawdown,
  checkDuplicate,
  checkApproval,
];
