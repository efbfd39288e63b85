/** The API of a server whose threads have more to do than they can. */
import { afterEach, expect, it } from 'vitest';
import { dataFolder, endServers, graphql, request, startServer } from '../support/server-process.ts';
import { LONG_JOB, untilRunning } from './jobs.ts';

afterEach(endServers);

it('answers small requests promptly', { timeout: 60_000 }, async () => {
  const server = await startServer({ DATA_DIR: dataFolder(), COMPUTE_THREADS: '2' });
  const idle = await latency(server);
  const jobs = await Promise.all(
    [LONG_JOB, { ...LONG_JOB, n_splits: 4 }].map((json) =>
      request<{ job_id: number }>(server, 'POST /api/optimize/strategy', { json }),
    ),
  );
  await Promise.all(jobs.map(({ body }) => untilRunning(server, body.job_id)));

  const busy = await latency(server);

  process.stdout.write(`p99 of a small query: idle ${idle.toFixed(1)} ms, busy ${busy.toFixed(1)} ms\n`);
  expect(busy).toBeLessThan(250);
});

/** p99 in ms of 200 small GraphQL queries, one after the other. */
async function latency(server: { readonly url: string }): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    const since = performance.now();
    await graphql(server, '{ system { version } }');
    times.push(performance.now() - since);
  }
  return times.toSorted((x, y) => x - y)[197] ?? Number.NaN;
}
