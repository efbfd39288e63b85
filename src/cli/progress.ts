/** Progress on a terminal: one line that is drawn over itself; in a pipe or file: a plain line at every tenth. */
import type { JobProgress } from './job.ts';

const WIDTH = 28;
const ERASE_LINE = '\r\u001b[2K';

/** Where progress is written to. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows progress until it is ended. */
export interface ProgressDisplay {
  show(progress: JobProgress): void;
  /** A line that stays, above the bar. */
  say(line: string): void;
  /** Removes the bar. */
  end(): void;
}

/** A display on `output`. */
export function progressDisplay(output: ProgressOutput): ProgressDisplay {
  return output.isTTY === true ? bar(output) : lines(output);
}

function bar(output: ProgressOutput): ProgressDisplay {
  const since = performance.now();
  let shown = '';
  return {
    show(progress) {
      const done = Math.floor(share(progress) * WIDTH);
      const seconds = Math.round((performance.now() - since) / 1000);
      shown = `[${'#'.repeat(done)}${'.'.repeat(WIDTH - done)}] ${words(progress)}, ${seconds} s`;
      output.write(`${ERASE_LINE}${shown}`);
    },
    say(line) {
      output.write(`${ERASE_LINE}${line}\n${shown}`);
    },
    end() {
      if (shown !== '') output.write(ERASE_LINE);
      shown = '';
    },
  };
}

function lines(output: ProgressOutput): ProgressDisplay {
  let last = -1;
  return {
    show(progress) {
      const tenth = Math.floor(share(progress) * 10);
      if (tenth <= last) return;
      last = tenth;
      output.write(`${words(progress)}\n`);
    },
    say: (line) => void output.write(`${line}\n`),
    end: () => undefined,
  };
}

function share({ combo, total }: JobProgress): number {
  return total === 0 ? 1 : Math.min(1, combo / total);
}

function words(progress: JobProgress): string {
  const { combo, total, current_strategy: strategy } = progress;
  const part = strategy == null ? '' : ` (${strategy})`;
  return `${Math.floor(share(progress) * 100)} %, ${combo} of ${total} combinations${part}`;
}
