/**
 * Orders: the one gateway through which every order goes, whoever wants it, and what becomes of it: fills, positions, money,
 * and the kill switch that stops it all.
 */
export { type AccountValue, accountSummary, listPositions, measureAccount, valueAccount } from './account.ts';
export type { AccountKey, PricedPosition } from './books.ts';
export { cancelOrder } from './cancel-order.ts';
export type { OrderBasis, PriceSource } from './deps.ts';
export { ACCOUNT_EVENTS, ORDER_EVENTS, type OrderEventType } from './events.ts';
export { Gateway, type GatewayOptions, type OrderDeps } from './gateway.ts';
export type { CancelOutcome } from './kill/cancel-open-orders.ts';
export type { KillReport } from './kill/kill-report.ts';
export { KillSwitch } from './kill/kill-switch.ts';
export { haltForLosses, type KillDeps, type KillInput, killTrading } from './kill/kill-trading.ts';
export { resumeTrading } from './kill/resume-trading.ts';
export { MONITOR_PAUSES, type MonitorPauses, OrderMonitor } from './monitor.ts';
export { isTerminal, ORDER_STATUSES, type OrderStatus, WORKING_STATUSES } from './order.ts';
export type { OrderInput } from './order-input.ts';
export { ORDER_SOURCES, type OrderOrigin, type OrderSource } from './order-source.ts';
export { placeOrder } from './place-order.ts';
export { type Portfolio, readPortfolio } from './portfolio.ts';
export {
  DENIAL_CODES,
  type DenialCode,
  ORDER_REASONS,
  type OrderReason,
  orderReason,
  reasonNamed,
} from './reason-code.ts';
export type { Difference } from './reconciliation/differences.ts';
export { reconcile } from './reconciliation/reconcile.ts';
export type { Outcome as ReconciliationOutcome } from './reconciliation/store-reconciliation.ts';
export { releaseSource, type SourceStop } from './release-source.ts';
export { type OrderChange, replaceOrder } from './replace-order.ts';
export { type ResetInput, resetPaperAccount } from './reset-paper-account.ts';
export { tradingDayOf } from './session.ts';
export { syncOrders } from './sync-orders.ts';
export { tradesToday } from './trades-today.ts';
export { brokerOf, effectiveMode } from './trading-mode.ts';
