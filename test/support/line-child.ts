/** A process of a test that is told lines and tells lines of JSON: `node --import tsx SCRIPT ARGS`. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** See the head of this file. What it writes to its standard error is seen as the test's. */
export class LineChild {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  /** `script`: a file beside this one. */
  constructor(script: string, args: readonly string[]) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Tells it a line. */
  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Its next line, taken to be a `Line`. */
  async heard<Line>(): Promise<Line> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('The process has ended.');
    return JSON.parse(line.value) as Line;
  }

  /** Kills it, if it still runs. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
