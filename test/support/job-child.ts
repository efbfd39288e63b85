/** A server process without doors, on the database that its argument names: it takes jobs until it is killed. */

import { composeServices } from './compose.ts';
import { eventually } from './jobs.ts';
import { openTestDatabase } from './open-database.ts';

const [, , url = ''] = process.argv;
const services = await composeServices(await openTestDatabase(url), { checkpointMs: 100 });
process.stdout.write('ready\n');
await eventually('a job to be under way', async () => {
  const row = await services.database.read.optimization.findFirst({ where: { status: 'running' } });
  return row !== null && services.runner.progressOf(row).combo > 0 ? true : null;
});
process.stdout.write('under way\n');
