/** Tasks for the tests of the pool: a good citizen of each kind, and every way in which a task can go wrong. */
import { threadId } from 'node:worker_threads';
import { defineTask } from '../../src/compute/index.ts';

export const double = defineTask('double', (value: number) => value * 2);
export const whichThread = defineTask('whichThread', () => threadId);
export const niceness = defineTask('niceness', async () => (await import('node:os')).getPriority(0));
export const readShared = defineTask('readShared', (input: { readonly cells: Float64Array; readonly mark: number }) => {
  input.cells[0] = input.mark;
  return input.cells.byteLength;
});

/** Holds its thread for so many milliseconds, without looking at the flag. */
export const busy = defineTask('busy', (milliseconds: number) => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
  return milliseconds;
});

/** Reports 'begun', then holds its thread until it is told to stop; it leaves the processor to others. */
export const untilCancelled = defineTask<null, string, string>('untilCancelled', (_input, context) => {
  context.report('begun');
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  while (!context.isCancelled()) Atomics.wait(nobodyWakes, 0, 0, 2);
  context.report('stopping');
  return 'stopped';
});

export const countTo = defineTask<number, string, number>('countTo', (last, context) => {
  for (let count = 1; count <= last; count += 1) context.report(count);
  return 'done';
});

/** Reports 'begun', then never ends and never looks at the flag. */
export const endless = defineTask<null, never, string>('endless', (_input, context) => {
  context.report('begun');
  for (;;);
});

export const neverSettles = defineTask('neverSettles', () => new Promise<never>(() => undefined));

export const throwRangeError = defineTask('throwRangeError', (): never => {
  throw new RangeError('window 9 is longer than the series');
});

export const throwUncloneable = defineTask('throwUncloneable', (): never => {
  throw new Error('holds a function', { cause: () => 1 });
});

export const returnUncloneable = defineTask('returnUncloneable', () => () => 1);

export const exitAfterReport = defineTask<number, never, string>('exitAfterReport', (code, context) => {
  context.report('last words');
  process.exit(code);
});

/** Returns a result, and leaves a timer behind that throws on the idle thread. */
export const failLate = defineTask('failLate', () => {
  setTimeout(() => {
    throw new Error('late and uncaught');
  }, 20);
  return 'returned';
});

/** Throws outside of its own promise, then waits. */
export const failAside = defineTask('failAside', () => {
  void Promise.reject(new Error('nobody awaited this'));
  return new Promise<never>(() => undefined);
});

/** Fills the heap in one of three ways. */
export const hog = defineTask('hog', (way: 'objects' | 'one array' | 'strings') => {
  const kept: unknown[] = [];
  for (let size = 1; ; size += 1) {
    if (way === 'objects') kept.push({ size, label: `item ${size}` });
    else if (way === 'one array') kept.push(Array.from({ length: 1_000_000 }, () => size));
    else kept.push(`${size}`.repeat(100_000).split('').join('-'));
  }
});

/** Not served by the worker of the tests. */
export const unknownTask = defineTask('unknownTask', () => 'never');
