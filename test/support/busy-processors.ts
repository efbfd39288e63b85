/** Processors that are busy with something else: a loop without end in a process of its own for each. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';

/** See the head of this file. */
export class BusyProcessors {
  readonly #loops: readonly ChildProcess[];

  /** Each loop ends by itself when this process is gone: it looks whether it has another parent. */
  constructor(count: number) {
    const loop = 'const parent = process.ppid; while (process.ppid === parent);';
    this.#loops = Array.from({ length: count }, () => spawn(process.execPath, ['-e', loop], { stdio: 'ignore' }));
  }

  async end(): Promise<void> {
    const running = this.#loops.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    await Promise.all(
      running.map((loop) => {
        const exit = once(loop, 'exit');
        loop.kill('SIGKILL');
        return exit;
      }),
    );
  }
}

/** Milliseconds that the processors of this machine have been idle since it was started, of all together. */
function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}

/** Measures which share of the machine's processors is idle from now on. */
export function watchIdle(): () => number {
  const [idleBefore, before] = [idleMs(), performance.now()];
  return () => (idleMs() - idleBefore) / (availableParallelism() * (performance.now() - before));
}
