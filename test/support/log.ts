/** Logs of tests: one that says nothing, and one that keeps what it is told. */
import type { Log } from '../../src/core/index.ts';

/** For what is not the test's subject. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What was logged. */
export interface Logged {
  readonly level: 'warn' | 'error';
  readonly facts: object;
  readonly message: string;
}

/** A log, and what it was told so far. */
export interface KeptLog {
  readonly log: Log;
  /** Warnings and errors. */
  readonly logged: readonly Logged[];
  /** Errors, each as one text: the message and its facts. */
  readonly errors: readonly string[];
}

/** A log that is kept. */
export function keptLog(): KeptLog {
  const logged: Logged[] = [];
  const errors: string[] = [];
  const log: Log = {
    info: () => undefined,
    warn: (facts, message) => void logged.push({ level: 'warn', facts, message }),
    error: (facts, message) => {
      logged.push({ level: 'error', facts, message });
      errors.push(`${message} ${JSON.stringify(facts)}`);
    },
  };
  return { log, logged, errors };
}
