/**
 * `npm run optimize -- momentum SPY 2010-01-01 2020-12-31`: imports prices when asked to, submits a job to a running
 * server, follows it, and prints what came of it. Ctrl-C cancels the job. Exit codes: 0 complete, 1 refused or failed,
 * 130 cancelled.
 */
import { runCommand } from './command.ts';
import { followJob } from './follow-job.ts';
import { cancelJob, type Job, submitJob } from './job.ts';
import { jobLines } from './job-text.ts';
import { importFile } from './price-file.ts';
import { type ProgressDisplay, progressDisplay } from './progress.ts';
import { messageOf } from './server.ts';
import { readSubmission, SUBMISSION_LINE, type Submission } from './submission.ts';

/** npm and the terminal both pass one key press on: signals this close together, in ms, are one. */
const SAME_KEY_MS = 400;
/** How a shell names the end by SIGINT. */
const INTERRUPTED = 130;

await runCommand(SUBMISSION_LINE, async ({ values, positionals }) => {
  const submission = readSubmission(values, positionals);
  await importAll(submission);
  const job = await runJob(submission);
  process.stdout.write(`${jobLines(job, submission.url).join('\n')}\n`);
  if (job.status === 'cancelled') return INTERRUPTED;
  return job.status === 'complete' ? 0 : 1;
});

async function importAll({ url, files, symbols, interval }: Submission): Promise<void> {
  for (const [at, file] of files.entries()) {
    process.stderr.write(`${await importFile(url, { file, symbol: symbols[at] ?? '', interval })}\n`);
  }
}

/** Submits the job and resolves with it when it has ended. */
async function runJob({ url, kind, body }: Submission): Promise<Job> {
  const display = progressDisplay(process.stderr);
  const submitted = submitJob(url, kind, body);
  const forget = onInterrupt(display, () => submitted.then(({ job_id: id }) => cancelJob(url, id)));
  try {
    const { job_id: id, total_combinations: total } = await submitted;
    display.say(`Job ${id} was submitted: ${total} combinations. Ctrl-C cancels it.`);
    return await followJob(url, { id, onProgress: (progress) => display.show(progress) });
  } finally {
    display.end();
    forget();
  }
}

/** The first Ctrl-C cancels, the second quits. Returns what takes the handler away. */
function onInterrupt(display: ProgressDisplay, cancel: () => Promise<void>): () => void {
  let first: number | null = null;
  const handle = () => {
    const now = performance.now();
    if (first !== null && now - first < SAME_KEY_MS) return;
    if (first !== null) {
      display.end();
      process.stderr.write('Quit without waiting; the server goes on cancelling the job.\n');
      process.exit(INTERRUPTED);
    }
    first = now;
    display.say('Cancelling the job; Ctrl-C again quits without waiting.');
    cancel().catch((error: unknown) => display.say(messageOf(error)));
  };
  process.on('SIGINT', handle);
  return () => void process.off('SIGINT', handle);
}
