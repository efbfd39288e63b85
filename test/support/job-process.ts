/** Another process that takes jobs, and its sudden death. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestDatabase } from './database.ts';
import { afterEveryTest } from './endings.ts';
import { scriptPath } from './script-path.ts';

const running = new Set<ChildProcess>();

afterEveryTest(async () => {
  await Promise.all([...running].map(kill));
});

/** A process that has started on the database. */
export interface JobProcess {
  /** Resolves when it has computed a part of a job. */
  readonly underWay: Promise<unknown>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a process that takes jobs from `on`; it is killed after the test. */
export async function startJobProcess(on: TestDatabase): Promise<JobProcess> {
  const child = spawn(process.execPath, [scriptPath('job-child.ts'), on.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const lines = createInterface({ input: child.stdout });
  const heard = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      lines.on('line', (line) => line === wanted && resolve());
      child.once('exit', (code) => reject(new Error(`The process ended (${code}) before it said '${wanted}'.`)));
    });
  const underWay = heard('under way');
  underWay.catch(() => undefined);
  await heard('ready');
  return { underWay, kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
