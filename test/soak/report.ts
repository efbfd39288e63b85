/** Prints what a soak test has measured. */
import { availableParallelism } from 'node:os';

/** Processors that this process may use. */
export const processors = availableParallelism();

/** One block per measurement: its name, the machine, and a line per figure. */
export function report(name: string, figures: Readonly<Record<string, string | number>>): void {
  const width = Math.max(...Object.keys(figures).map((key) => key.length));
  const lines = Object.entries(figures).map(([key, value]) => `  ${key.padEnd(width)}  ${value}`);
  process.stdout.write(`\n${name} (${processors} processors, Node ${process.version})\n${lines.join('\n')}\n`);
}
