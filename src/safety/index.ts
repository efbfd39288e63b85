/**
 * Safety: whether an owner may trade, within which limits, and the hash-chained audit of who decided what. It owns state,
 * limits and audit; stopping what is under way is the kill of `orders`. It knows no order.
 */
export { AUDIT_KINDS, type AuditEntry, type AuditKind, appendAudit } from './audit.ts';
export { SAFETY_EVENTS, SAFETY_SUBJECT, type SafetyEventFacts, safetyEvent } from './events.ts';
export { type Halt, type HaltChange, haltedEvent, haltTrading, resumeState, type StateChange } from './halt.ts';
export { LIMITS, type LimitRule } from './limits.ts';
export type { SafetyLimitsInput } from './limits-input.ts';
export { lockSafety, readSafety } from './lock-safety.ts';
export {
  HALT_CAUSES,
  type HaltCause,
  KILL_POLICIES,
  type KillPolicy,
  type Limits,
  SAFETY_STATES,
  type SafetySettings,
  type TradingState,
} from './settings.ts';
export { defaultSettings, type SafetyColumns, settingsOf } from './stored-settings.ts';
export { type SafetyDeps, updateSafetyLimits } from './update-safety-limits.ts';
export { type AuditVerdict, verifyAudit } from './verify-audit.ts';
