/**
 * How an alert with a level comes to fire, once for each time that its value goes beyond the level:
 *
 *   unready      --not beyond--> armed
 *   armed        --beyond--> triggered, and it fires
 *   triggered    --left by more than the hysteresis--> cooling_down
 *   cooling_down --beyond, the cooldown is over--> triggered, and it fires
 *   cooling_down --beyond, the cooldown is not over--> triggered, and nothing is said
 *   any          --disabled--> disabled;  any --enabled or changed--> armed, or unready when it is beyond now
 *
 * Beyond is strictly above the level of `above`, strictly below that of `below`. The cooldown counts from the firing. An alert
 * whose cooldown ends while it cools down is armed from then on, though nothing is stored at that moment. An observation that
 * is older than the one behind the newest step decides nothing.
 */

/** Stored states of an alert; `unready` is armed for its owner: it was beyond its level when it was armed. */
export const ALERT_PHASES = ['unready', 'armed', 'triggered', 'cooling_down', 'disabled'] as const;
export type AlertPhase = (typeof ALERT_PHASES)[number];

/** States of an alert as its owner sees them. */
export const ALERT_STATES = ['armed', 'triggered', 'cooling_down', 'disabled'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** Where beyond is. */
export type Direction = 'above' | 'below';

/** What an alert watches for, in the unit of its value. */
export interface LevelRule {
  readonly direction: Direction;
  readonly level: number;
  /** It has left the level when its value is strictly on the other side of this. */
  readonly rearmLevel: number;
  readonly cooldownMs: number;
}

/** Where an alert stands. Times are epoch ms. */
export interface LevelState {
  readonly phase: AlertPhase;
  /** When it fired last; null before, and since it was armed by hand. */
  readonly firedAt: number | null;
  /** The time of the observation behind the newest step. */
  readonly observedAt: number;
}

/** The columns of an alert that is disabled. */
export const DISABLED = { phase: 'disabled', firedAt: null, observedAt: new Date(0) } as const;

/** A value that is neither stale nor missing. */
export interface Observation {
  readonly value: number;
  /** When it was current. */
  readonly at: number;
  /** When it is looked at. */
  readonly now: number;
}

/** What an observation does to an alert. */
export interface LevelStep {
  readonly kind: 'fire' | 'suppress' | 'leave' | 'ready';
  readonly state: LevelState;
}

/** The step that an observation leads to; null when nothing changes. */
export function stepOf(rule: LevelRule, state: LevelState, { value, at, now }: Observation): LevelStep | null {
  if (at < state.observedAt) return null;
  const moved = (kind: LevelStep['kind'], phase: AlertPhase, firedAt = state.firedAt): LevelStep => {
    return { kind, state: { phase, firedAt, observedAt: at } };
  };
  switch (state.phase) {
    case 'unready':
      return isBeyond(rule, value) ? null : moved('ready', 'armed');
    case 'armed':
      return isBeyond(rule, value) ? moved('fire', 'triggered', now) : null;
    case 'triggered':
      return hasLeft(rule, value) ? moved('leave', 'cooling_down') : null;
    case 'cooling_down':
      if (!isBeyond(rule, value)) return null;
      return isCool(rule, state, now) ? moved('fire', 'triggered', now) : moved('suppress', 'triggered');
    case 'disabled':
      return null;
  }
}

/** Whether a value is beyond the level. */
export function isBeyond({ direction, level }: LevelRule, value: number): boolean {
  return direction === 'above' ? value > level : value < level;
}

function hasLeft({ direction, rearmLevel }: LevelRule, value: number): boolean {
  return direction === 'above' ? value < rearmLevel : value > rearmLevel;
}

/** Whether the cooldown is over. */
function isCool(
  { cooldownMs }: Pick<LevelRule, 'cooldownMs'>,
  { firedAt }: Pick<LevelState, 'firedAt'>,
  now: number,
): boolean {
  return firedAt === null || now >= firedAt + cooldownMs;
}

/** The state as the owner sees it at an instant. */
export function shownState(
  rule: Pick<LevelRule, 'cooldownMs'>,
  state: Pick<LevelState, 'phase' | 'firedAt'>,
  now: number,
): AlertState {
  if (state.phase === 'unready') return 'armed';
  return state.phase === 'cooling_down' && isCool(rule, state, now) ? 'armed' : state.phase;
}

/** The one thing that an alert waits for: a value that rises above a threshold or falls below it, or reaches it where inclusive. */
export interface Threshold {
  readonly when: 'rises' | 'falls';
  readonly value: number;
  readonly isInclusive: boolean;
}

/** What would be its next step; null when nothing can be. `stepOf` answers null for whatever has not crossed it. */
export function awaited({ direction, level, rearmLevel }: LevelRule, phase: AlertPhase): Threshold | null {
  const [beyond, back] = direction === 'above' ? (['rises', 'falls'] as const) : (['falls', 'rises'] as const);
  switch (phase) {
    case 'unready':
      return { when: back, value: level, isInclusive: true };
    case 'armed':
    case 'cooling_down':
      return { when: beyond, value: level, isInclusive: false };
    case 'triggered':
      return { when: back, value: rearmLevel, isInclusive: false };
    case 'disabled':
      return null;
  }
}
