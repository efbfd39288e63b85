/**
 * What is ended after each test. A process runs many test files and loads this folder once: a hook that a module of it registered
 * while it was loaded would belong to the first of them alone.
 */

const endings: (() => Promise<void>)[] = [];

/** Has `end` done after every test of every file from now on, what was added last first. */
export function afterEveryTest(end: () => Promise<void>): void {
  endings.unshift(end);
}

/** Does all of it, also when a part fails. @throws what failed first */
export async function endTest(): Promise<void> {
  const failures: unknown[] = [];
  for (const end of endings) await end().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
