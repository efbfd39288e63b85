/**
 * A process that runs scheduled jobs on the database of its first argument, with a clock that is wrong by its second, in ms. It
 * appends a line to the file of its third argument for each run that it does. What goes wrong goes to standard error.
 */
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../src/core/index.ts';
import { openTestDatabase } from './open-database.ts';
import { composeScheduler, DONE } from './scheduler.ts';

const [, , url = '', skew = '0', file = ''] = process.argv;
const clock = { now: () => systemClock.now() + Number(skew) };
const { scheduler, errors } = await composeScheduler(await openTestDatabase(url), {
  clock,
  scan: ({ runId, scheduledFor }) => {
    appendFileSync(file, `${runId} ${scheduledFor.toISOString()}\n`);
    return Promise.resolve(DONE);
  },
});
process.on('message', () => {
  for (const error of errors) process.stderr.write(`${error}\n`);
  process.exit(errors.length === 0 ? 0 : 1);
});
scheduler.start();
process.send?.('ready');
