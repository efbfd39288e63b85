/** How a thread does several small tasks for one message. */
import { expect, it } from 'vitest';
import { defineTask } from '../../src/compute/index.ts';
import { InvariantViolation } from '../../src/core/index.ts';
import { stepsTask } from '../../src/optimize/engine/steps-task.ts';

const double = defineTask('double', (value: number) => 2 * value);
const length = defineTask('length', async (text: string) => (await Promise.resolve(text)).length);
const steps = stepsTask([double, length]);
const ALL = [
  { name: 'length', input: 'four' },
  { name: 'double', input: 4 },
  { name: 'double', input: 5 },
];
const report = (): void => undefined;

it('answers the outputs of its steps in their order', async () => {
  expect(await steps.run(ALL, { isCancelled: () => false, report })).toEqual([4, 8, 10]);
});

it('begins no step after it was cancelled', async () => {
  let asked = 0;

  expect(await steps.run(ALL, { isCancelled: () => asked++ > 0, report })).toEqual([4]);
});

it('fails with a step that it does not know', async () => {
  await expect(steps.run([{ name: 'other', input: 1 }], { isCancelled: () => false, report })).rejects.toThrow(
    InvariantViolation,
  );
});
