/**
 * Safety: whether an owner may trade, within which limits, and the hash-chained audit of who decided what. It owns state,
 * limits and audit; stopping what is under way is the kill of `orders`. It knows no order.
 */
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
