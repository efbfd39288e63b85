import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf, post, subscribeOverSocket } from '../api/graphql-clients.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(async () => {
  await server.stop();
  expect(server.bugs()).toEqual([]);
});

const CREATE = `mutation ($input: CreateScheduledJobInput!) { createScheduledJob(input: $input) {
  scheduledJob { id nextRuns(count: 2) } errors { code path message } } }`;

const input = {
  jobType: 'MARKET_SCAN',
  schedule: '0 0 1 1 *',
  config: { strategy_type: 'momentum', symbols: ['SPY'], params: { short_window: 7 } },
};

interface Created {
  readonly createScheduledJob: {
    readonly scheduledJob: { readonly id: string; readonly nextRuns: readonly string[] } | null;
    readonly errors: readonly { readonly path: readonly string[] }[];
  };
}

describe('scheduled jobs in GraphQL', () => {
  it('tell their story to subscribers, what was missed first', async () => {
    const head = (await dataOf<{ system: { journalHead: string } }>(server.url, '{ system { journalHead } }')).system;
    const created = await dataOf<Created>(server.url, CREATE, { input });
    const id = created.createScheduledJob.scheduledJob?.id ?? '';
    const events = subscribeOverSocket<{ scheduleEvents: Record<string, unknown> }>(
      server.url,
      `subscription ($after: Cursor) { scheduleEvents(after: $after) { __typename cursor
        ... on ScheduledJobEvent { jobId jobName } ... on JobRunFinished { status trigger summary count } } }`,
      { after: head.journalHead },
    );
    const first = await events.answers.next();
    const run = await dataOf<{ runScheduledJob: { run: { status: string } } }>(
      server.url,
      `mutation { runScheduledJob(input: {id: "${id}"}) { run { id status job { lastRun { status } } } errors { code } } }`,
    );
    const [started, finished] = [await events.answers.next(), await events.answers.next()];
    await events.end();

    expect(created.createScheduledJob.scheduledJob?.nextRuns).toHaveLength(2);
    expect(first.value.data.scheduleEvents).toMatchObject({ __typename: 'JobCreated', jobId: id });
    expect(run.runScheduledJob.run).toMatchObject({ status: 'SUCCEEDED', job: { lastRun: { status: 'SUCCEEDED' } } });
    expect(started.value.data.scheduleEvents).toMatchObject({ __typename: 'JobRunStarted' });
    expect(finished.value.data.scheduleEvents).toMatchObject({
      __typename: 'JobRunFinished',
      status: 'SUCCEEDED',
      trigger: 'MANUAL',
      count: 1,
    });
  });

  it('have pages of runs, and bounds on what is asked', async () => {
    const jobs = await dataOf<{ scheduledJobs: { nodes: readonly object[] } }>(
      server.url,
      `{ scheduledJobs(first: 10) { nodes { name status pauseReason nextRuns(count: 3)
         runs(first: 1) { nodes { status reason output } pageInfo { hasNextPage } } } } schedulerStatus { overdueJobs } }`,
    );
    const tooMany = await post(server.url, '{ scheduledJobs(first: 10) { nodes { nextRuns(count: 101) } } }');
    const refused = await post(server.url, '{ scheduledJobs(first: 101) { nodes { id } } }');

    expect(jobs).toMatchObject({ schedulerStatus: { overdueJobs: 0 } });
    expect(jobs.scheduledJobs.nodes[0]).toMatchObject({
      status: 'SCHEDULED',
      runs: { nodes: [{ status: 'SUCCEEDED' }] },
    });
    expect(tooMany.errors?.[0]?.extensions?.['code']).toBe('VALIDATION');
    expect(refused.errors?.[0]?.extensions?.['code']).toBe('VALIDATION');
  });

  it('are refused with every path that is wrong', async () => {
    const answer = await dataOf<Created>(server.url, CREATE, {
      input: { ...input, schedule: '* * * *', timezone: 'Mars/Phobos', timeoutSeconds: 0 },
    });

    expect(answer.createScheduledJob.errors.map(({ path }) => path.join('.'))).toEqual([
      'input.timezone',
      'input.schedule',
      'input.timeoutSeconds',
    ]);
  });
});
