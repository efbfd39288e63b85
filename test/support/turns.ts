/** Whether work on the event loop leaves others their turns: how many there were, and how long the longest was. */
import { closeSync, openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** The first number is the time that the thread has computed, in ns. Linux has it. */
const CLOCK = '/proc/thread-self/schedstat';
/** Between two looks, in ms: turns that are shorter are counted together. */
const LOOK_MS = 1;

/** How many times the event loop went round while `work` was under way, and its outcome. */
export async function turnsOf<Outcome>(work: () => Promise<Outcome>): Promise<[number, Outcome]> {
  let turns = 0;
  const count = (): void => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const outcome = await work();
  clearImmediate(next);
  return [turns, outcome];
}

/** What was seen of the turns. */
export interface LongestTurn {
  /** What the longest computed, in ms, to 1 ms or so. */
  readonly ms: number;
  /** How often was looked. */
  readonly looks: number;
}

/**
 * Looks at the turns of the event loop until `work` has ended. What counts is what this thread has computed: that others have
 * the processor meanwhile is not its fault.
 */
export async function longestTurn(work: () => Promise<void>): Promise<LongestTurn> {
  const clock = openClock();
  let ms = 0;
  let looks = 0;
  let since = clock.nowMs();
  const timer = setInterval(() => {
    const now = clock.nowMs();
    ms = Math.max(ms, now - since);
    looks += 1;
    since = now;
  }, LOOK_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
    clock.close();
  }
  return { ms, looks };
}

/** Where the system does not tell what a thread has computed it is the time on the wall. */
function openClock(): { nowMs(): number; close(): void } {
  if (process.platform !== 'linux') return { nowMs: () => performance.now(), close: () => undefined };
  const file = openSync(CLOCK, 'r');
  const bytes = Buffer.alloc(64);
  return {
    nowMs: () => {
      const length = readSync(file, bytes, 0, bytes.length, 0);
      return Number(bytes.toString('latin1', 0, length).split(' ', 1)[0]) / 1e6;
    },
    close: () => closeSync(file),
  };
}
