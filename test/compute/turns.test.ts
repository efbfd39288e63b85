import { describe, expect, it } from 'vitest';

import { LONG_AFTER_MS, Turns } from '../../src/compute/turns.ts';
import { seededRandom } from '../support/random.ts';

const [A, B, C] = [Symbol('A'), Symbol('B'), Symbol('C')];

/** Two places, by a clock that stands until it is moved. */
function openTurns({ extraPlaces = 2 } = {}) {
  const clock = { ms: 0 };
  const turns = new Turns<string>({ places: 2, extraPlaces, now: () => clock.ms });
  return {
    turns,
    clock,
    /** Starts what may start, and has threads take it up. */
    start: (): readonly string[] => {
      const started: string[] = [];
      for (let task = turns.take(); task !== undefined; task = turns.take()) started.push(task);
      for (const task of started) turns.started(task);
      return started;
    },
    enqueue: (job: symbol | null, ...tasks: readonly string[]) => {
      for (const task of tasks) turns.enqueue(task, job);
    },
  };
}

describe('tasks in their turns', () => {
  it('start in the order in which they came, as many as there are places', () => {
    const { turns, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2', 'a3');

    expect(start()).toEqual(['a1', 'a2']);
    turns.ended('a2');
    expect(start()).toEqual(['a3']);
  });

  it('start with those of the job that holds the fewest threads', () => {
    const { turns, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2', 'a3', 'a4');
    start();
    enqueue(B, 'b1', 'b2');

    turns.ended('a1');
    expect(start()).toEqual(['b1']);
    turns.ended('b1');
    expect(start()).toEqual(['b2']);
    turns.ended('a2');
    expect(start()).toEqual(['a3']);
  });

  it('that were dropped never start', () => {
    const { turns, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2', 'a3');

    turns.drop('a1');

    expect(start()).toEqual(['a2', 'a3']);
    expect(turns.queued).toEqual([]);
  });

  it('overtake those that have run for long, and no others', () => {
    const { turns, clock, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2');
    start();
    clock.ms = 100;
    enqueue(B, 'b1');

    expect(start()).toEqual([]);
    expect(turns.msToNextChange).toBe(LONG_AFTER_MS - 100);
    clock.ms = LONG_AFTER_MS;
    expect(start()).toEqual(['b1']);
  });

  it('are never waited for without end, however time goes on between two questions', () => {
    // A microsecond a look at the clock, and so every place in the code at which a task comes to take long.
    for (let start = LONG_AFTER_MS - 0.02; start < LONG_AFTER_MS + 0.001; start += 0.0005) {
      const clock = { ms: 0, step: 0 };
      const now = () => (clock.ms += clock.step);
      const turns = new Turns<string>({ places: 1, extraPlaces: 2, now });
      turns.enqueue('a1', A);
      expect(turns.take()).toBe('a1');
      turns.started('a1');
      turns.enqueue('b1', B);
      Object.assign(clock, { ms: start, step: 0.001 });

      const taken = turns.take();
      const again = turns.msToNextChange;

      expect([start, taken ?? again]).not.toEqual([start, undefined]);
    }
  });

  it('do not overtake those that no thread has taken up yet', () => {
    const { turns, clock, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2');
    turns.take();
    turns.take();
    enqueue(B, 'b1');

    clock.ms = 60_000;

    expect(turns.msToNextChange).toBeUndefined();
    expect(start()).toEqual([]);
  });

  it('overtake one after the other at once, where nothing but long ones is in their way', () => {
    const { turns, clock, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2');
    start();
    clock.ms = LONG_AFTER_MS;
    enqueue(B, 'b1', 'b2');

    expect(start()).toEqual(['b1']);
    turns.ended('b1');
    expect(start()).toEqual(['b2']);
  });

  it('do not overtake those of their own job', () => {
    const { turns, clock, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2', 'a3');
    start();

    clock.ms = 60_000;

    expect(start()).toEqual([]);
    expect(turns.msToNextChange).toBeUndefined();
  });

  it('overtake as many as there are extra places, and wait behind these', () => {
    const { turns, clock, enqueue, start } = openTurns({ extraPlaces: 1 });
    enqueue(A, 'a1', 'a2');
    start();
    clock.ms = 60_000;
    enqueue(B, 'b1');
    enqueue(C, 'c1');

    expect(start()).toEqual(['b1']);
    clock.ms = 120_000;
    expect(turns.msToNextChange).toBeUndefined();
    expect(start()).toEqual([]);
    turns.ended('b1');
    expect(start()).toEqual(['c1']);
  });

  it('of no job overtake one at a time, and leave the other extra places to jobs', () => {
    const { turns, clock, enqueue, start } = openTurns();
    enqueue(null, 's1', 's2', 's3', 's4');
    expect(start()).toEqual(['s1', 's2']);
    clock.ms = LONG_AFTER_MS;

    expect(start()).toEqual(['s3']);
    clock.ms = 60_000;
    expect(turns.msToNextChange).toBeUndefined();
    expect(start()).toEqual([]);
    enqueue(A, 'a1');
    expect(start()).toEqual(['a1']);
    turns.ended('s3');
    expect(start()).toEqual(['s4']);
  });

  it('of no job start one after the other where a thread is free, although one of them has overtaken', () => {
    const { turns, clock, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2');
    start();
    clock.ms = LONG_AFTER_MS;
    enqueue(null, 's1', 's2', 's3');
    expect(start()).toEqual(['s1']);

    turns.ended('a1');
    expect(start()).toEqual([]);
    turns.ended('a2');
    expect(start()).toEqual(['s2']);
  });

  it('of a job that has overtaken do not hold more threads than there are places later', () => {
    const { turns, clock, enqueue, start } = openTurns();
    enqueue(A, 'a1', 'a2');
    start();
    clock.ms = LONG_AFTER_MS;
    enqueue(B, 'b1', 'b2', 'b3');
    start();

    turns.ended('a1');
    turns.ended('a2');

    expect(start()).toEqual(['b2']);
    expect(turns.queued).toEqual(['b3']);
  });

  it('all have theirs, whatever comes and ends when', () => {
    const random = seededRandom(7);
    const { turns, clock, enqueue, start } = openTurns({ extraPlaces: 3 });
    const jobs = [A, B, C, Symbol('D'), Symbol('E'), Symbol('F')];
    const running = new Map<string, symbol>();
    const jobOf = new Map<string, symbol>();
    const heldBy = (job: symbol) => [...running.values()].filter((each) => each === job).length;
    for (let step = 0; step < 5000; step++) {
      clock.ms += Math.floor(random() * 300);
      const job = jobs[Math.floor(random() * jobs.length)] ?? A;
      if (step < 4000 && random() < 0.6) {
        enqueue(job, `task ${step}`);
        jobOf.set(`task ${step}`, job);
      }
      const [ending] = [...running.keys()].filter(() => random() < 0.2);
      if (ending !== undefined) {
        running.delete(ending);
        turns.ended(ending);
      }

      for (const task of start()) running.set(task, jobOf.get(task) ?? A);

      expect(running.size).toBeLessThanOrEqual(5);
      expect(Math.max(...jobs.map(heldBy))).toBeLessThanOrEqual(2);
      expect(turns.queued.length === 0 || running.size >= 2).toBe(true);
    }
    expect(turns.queued).toEqual([]);
  });
});
