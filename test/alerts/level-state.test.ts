/** The state machine of alerts with a level: examples by hand, then random walks against a model that remembers everything. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  awaited,
  type LevelRule,
  type LevelState,
  type LevelStep,
  shownState,
  stepOf,
} from '../../src/alerts/level-state.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_129);
const MINUTE = 60_000;

const above200: LevelRule = { direction: 'above', level: 200, rearmLevel: 199, cooldownMs: 5 * MINUTE };
const below200: LevelRule = { direction: 'below', level: 200, rearmLevel: 201, cooldownMs: 5 * MINUTE };
const fresh: LevelState = { phase: 'armed', firedAt: null, observedAt: 0 };

/** The steps that values lead to, one a minute from the first minute on, `.` where nothing happens. */
function walk(rule: LevelRule, values: readonly number[], from: LevelState = fresh): readonly string[] {
  let state = from;
  return values.map((value, index) => {
    const at = (index + 1) * MINUTE;
    const step = stepOf(rule, state, { value, at, now: at });
    state = step?.state ?? state;
    return step?.kind ?? '.';
  });
}

describe('an alert with a level', () => {
  it('fires when its value is strictly beyond the level, and not while it stays there', () => {
    expect(walk(above200, [199.99, 200, 200.01, 201, 250])).toEqual(['.', '.', 'fire', '.', '.']);
    expect(walk(below200, [200.01, 200, 199.99, 199, 150])).toEqual(['.', '.', 'fire', '.', '.']);
  });

  it('is armed again when the value has left by more than the hysteresis and the cooldown is over', () => {
    expect(walk(above200, [201, 199, 198.99, 200, 200, 200, 201])).toEqual([
      'fire',
      '.',
      'leave',
      '.',
      '.',
      '.',
      'fire',
    ]);
    expect(walk(below200, [199, 201, 201.01, 200, 200, 200, 199])).toEqual([
      'fire',
      '.',
      'leave',
      '.',
      '.',
      '.',
      'fire',
    ]);
  });

  it('says nothing of a crossing within the cooldown, and waits until the value has left again', () => {
    expect(walk(above200, [201, 198, 201, 198, 201, 202, 202, 198, 201])).toEqual([
      ...['fire', 'leave', 'suppress', 'leave', 'suppress', '.', '.', 'leave', 'fire'],
    ]);
  });

  it('is one alert for a price that oscillates around the level for 15 minutes', () => {
    let state = fresh;
    const fired: number[] = [];
    for (let second = 0; second < 15 * 60; second += 1) {
      const at = second * 1000;
      const step = stepOf(above200, state, { value: second % 2 === 0 ? 201 : 199, at, now: at });
      if (step?.kind === 'fire') fired.push(second);
      state = step?.state ?? state;
    }

    expect(fired).toEqual([0]);
  });

  it('that was beyond when it was armed fires at the next fresh crossing', () => {
    const unready: LevelState = { ...fresh, phase: 'unready' };

    expect(walk(above200, [201, 205, 200, 200.5], unready)).toEqual(['.', '.', 'ready', 'fire']);
    expect(walk(below200, [199, 195, 200, 199.5], unready)).toEqual(['.', '.', 'ready', 'fire']);
  });

  it('decides nothing by what is older than its newest step', () => {
    const state: LevelState = { ...fresh, observedAt: 10 * MINUTE };

    expect(stepOf(above200, state, { value: 201, at: 10 * MINUTE - 1, now: 11 * MINUTE })).toBeNull();
    expect(stepOf(above200, state, { value: 201, at: 10 * MINUTE, now: 11 * MINUTE })?.kind).toBe('fire');
  });

  it('does nothing while it is disabled', () => {
    expect(walk(above200, [198, 201], { ...fresh, phase: 'disabled' })).toEqual(['.', '.']);
    expect(awaited(above200, 'disabled')).toBeNull();
  });

  it('shows as armed from the end of its cooldown on, though nothing happens then', () => {
    const state: LevelState = { phase: 'cooling_down', firedAt: 0, observedAt: MINUTE };

    expect(shownState(above200, state, 5 * MINUTE - 1)).toBe('cooling_down');
    expect(shownState(above200, state, 5 * MINUTE)).toBe('armed');
    expect(shownState(above200, { phase: 'unready', firedAt: null }, 0)).toBe('armed');
    expect(shownState(above200, { phase: 'triggered', firedAt: 0 }, 60 * MINUTE)).toBe('triggered');
  });
});

/** What was observed so far, oldest first. */
interface Seen {
  readonly value: number;
  readonly now: number;
}

/**
 * When an alert that was armed at a quiet value has to fire, from the whole past: the value is beyond now, since the last firing
 * it has left by more than the hysteresis, after the last time that it was beyond, and the cooldown is over.
 */
function shouldFire(rule: LevelRule, past: readonly Seen[], lastFiring: number | null, { value, now }: Seen): boolean {
  const side = rule.direction === 'above' ? 1 : -1;
  const isBeyond = (seen: number): boolean => side * (seen - rule.level) > 0;
  if (!isBeyond(value)) return false;
  if (lastFiring === null) return true;
  const lastBeyond = past.findLastIndex((seen) => isBeyond(seen.value));
  const hasLeft = past.slice(lastBeyond + 1).some((seen) => side * (seen.value - rule.rearmLevel) < 0);
  return hasLeft && now >= lastFiring + rule.cooldownMs;
}

const rules = fc.record({
  direction: fc.constantFrom('above' as const, 'below' as const),
  hysteresis: fc.integer({ min: 0, max: 5 }),
  cooldownMs: fc.integer({ min: 0, max: 20 }),
});
const walks = fc.array(fc.record({ value: fc.integer({ min: 90, max: 110 }), pause: fc.integer({ min: 0, max: 8 }) }), {
  maxLength: 60,
});

describe('an alert with a level on any way', () => {
  it(`fires exactly when the model says so (seed ${SEED})`, () => {
    let firings = 0;
    fc.assert(
      fc.property(rules, walks, ({ direction, hysteresis, cooldownMs }, way) => {
        const rearmLevel = direction === 'above' ? 100 - hysteresis : 100 + hysteresis;
        const rule: LevelRule = { direction, level: 100, rearmLevel, cooldownMs };
        const past: Seen[] = [];
        let state = fresh;
        let now = 1;
        let lastFiring: number | null = null;
        for (const { value, pause } of way) {
          now += pause;
          const step: LevelStep | null = stepOf(rule, state, { value, at: now, now });
          const isDue: boolean = shouldFire(rule, past, lastFiring, { value, now });
          expect(step?.kind === 'fire').toBe(isDue);
          if (isDue) {
            lastFiring = now;
            firings += 1;
          }
          past.push({ value, now });
          state = step?.state ?? state;
        }
      }),
      { seed: SEED, numRuns: 3_000 },
    );

    expect(firings).toBeGreaterThan(3_000);
  });

  it(`takes a step exactly when the value crosses what it awaits (seed ${SEED})`, () => {
    const phases = fc.constantFrom('unready', 'armed', 'triggered', 'cooling_down', 'disabled');
    fc.assert(
      fc.property(rules, phases, fc.integer({ min: 90, max: 110 }), ({ direction, hysteresis }, phase, value) => {
        const rearmLevel = direction === 'above' ? 100 - hysteresis : 100 + hysteresis;
        const rule: LevelRule = { direction, level: 100, rearmLevel, cooldownMs: 0 };
        const threshold = awaited(rule, phase);
        const distance = threshold === null ? Number.NaN : value - threshold.value;
        const isPast = threshold?.when === 'rises' ? distance > 0 : distance < 0;
        const isCrossed = isPast || (threshold?.isInclusive === true && distance === 0);

        expect(stepOf(rule, { ...fresh, phase }, { value, at: 1, now: 1 }) !== null).toBe(isCrossed);
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });
});
