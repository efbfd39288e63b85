/**
 * Alerts: what owners want to be told of prices, signals, risks and goals, and what they are told in any case. Each crossing is told
 * once, kept in the history, and handed to subscribers and webhooks in the same transaction.
 */
export { type AlertInput, shownAlertState } from './alert.ts';
export { alertCheck } from './alert-check.ts';
export { AlertService, type AlertServiceOptions } from './alert-service.ts';
export { ALERT_TYPES, type AlertType } from './condition.ts';
export type { AlertBasis, AlertDeps } from './deps.ts';
export { ALERT_EVENTS, ALERT_TRIGGERED, type AlertChange } from './events.ts';
export { ALERT_STATES, type AlertState } from './level-state.ts';
export { createAlert, deleteAlert, testAlert, updateAlert } from './manage-alerts.ts';
export { TRIGGER_TYPES, type TriggerType } from './trigger.ts';
