/** Ticks of progress: prompt, at most four times a second, never after the end. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import type { OptimizationProgress } from '../../src/optimize/index.ts';
import { ProgressThrottle } from '../../src/optimize/job/progress-throttle.ts';
import { ManualClock } from '../support/clock.ts';
import { createTestDatabase } from '../support/database.ts';
import { ended, eventsOf, eventually, LONG, submit } from '../support/jobs.ts';
import { listen, startServices } from '../support/services.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the throttle', () => {
  it('lets the first tick through at once and the last of a burst when its time has come', async () => {
    const at: number[] = [];
    const start = performance.now();
    const throttle = new ProgressThrottle(systemClock, () => at.push(performance.now() - start));

    for (let i = 0; i < 60; i += 1) {
      throttle.tick();
      await wait(10);
    }
    await wait(300);
    throttle.close();

    expect(at[0]).toBeLessThan(10);
    expect(at.length).toBeGreaterThanOrEqual(3);
    // A timer of Node may be a millisecond early.
    for (const [i, moment] of at.entries()) if (i > 0) expect(moment - (at[i - 1] ?? 0)).toBeGreaterThan(245);
    expect(at.at(-1)).toBeGreaterThan(600);
  });

  it('lets nothing through once it is closed, not even a tick that waits', async () => {
    let count = 0;
    const throttle = new ProgressThrottle(systemClock, () => {
      count += 1;
    });
    throttle.tick();
    throttle.tick();

    throttle.close();
    throttle.tick();
    await wait(300);

    expect(count).toBe(1);
  });

  it('goes on when the clock is set back', async () => {
    let count = 0;
    const clock = new ManualClock('2026-01-02T12:00:00Z');
    const throttle = new ProgressThrottle(clock, () => {
      count += 1;
    });
    throttle.tick();

    clock.advance(-3_600_000);
    throttle.tick();
    await wait(300);
    throttle.close();

    expect(count).toBe(2);
  });
});

describe('the progress of a job', () => {
  it('grows between its start and its end, at most four times a second', async () => {
    const database = await createTestDatabase('sqlite');
    const services = await startServices(database);
    const heard = listen(services);

    const { id } = await ended(services, (await submit(services, LONG)).id);
    await eventually('the last event', () => (eventsOf(heard, id).length >= 2 ? true : null));
    await wait(400);
    await services.close();
    await database.drop();

    const kinds = heard.map(({ kind }) => kind);
    const ticks = heard.filter(({ kind }) => kind === 'progress').map(({ event }) => event);
    const gaps = ticks.map(({ occurredAt }, i) => Number(occurredAt) - Number(ticks[i - 1]?.occurredAt ?? 0));
    const done = ticks.map(({ payload }) => (payload as unknown as OptimizationProgress).combo);
    expect([kinds[0], kinds.at(-1)]).toEqual(['event', 'event']);
    expect(ticks.length).toBeGreaterThan(1);
    // Timers and clocks round to milliseconds.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(245);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBeGreaterThan(0);
    expect(ticks[0]?.payload).toMatchObject({ total: 3000, nFolds: 5, status: 'running' });
  });
});
