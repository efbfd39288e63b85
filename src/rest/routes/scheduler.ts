/** `/api/scheduler`: jobs that run on a schedule, their runs, and the switch over all of them. */
import { z } from 'zod';
import {
  CreateScheduledJobDocument,
  DeleteScheduledJobDocument,
  RunScheduledJobDocument,
  ScheduledJobByIdDocument,
  ScheduledJobListDocument,
  ScheduledJobRunsDocument,
  SchedulerStatusDocument,
  StartScheduledJobDocument,
  StartSchedulerDocument,
  StopScheduledJobDocument,
  StopSchedulerDocument,
  UpdateScheduledJobDocument,
} from '../../graphql/index.ts';
import { camelKeys } from '../naming.ts';
import { historyQuery, resourceQuery } from '../pagination.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import { jobExample, runExample, schedulerExample, skipExample } from './scheduler-examples.ts';
import {
  createBody,
  jobAnswer,
  runAnswer,
  schedulerAnswer,
  shownJob,
  shownRun,
  shownScheduler,
  updateBody,
  upper,
} from './scheduler-shapes.ts';
import { id, idOf, nextPage } from './shapes.ts';

const common = { tag: 'scheduler', resource: 'scheduled job', errors: [], status: 200, query: noQuery } as const;
const ofJob = { ...common, response: jobAnswer, answerExample: jobExample } as const;
const ofAll = { ...common, body: noBody, response: schedulerAnswer, answerExample: schedulerExample } as const;

/** The fields of a body with GraphQL's names of words. */
function inputOf(body: z.output<typeof createBody | typeof updateBody>) {
  return {
    ...camelKeys(body),
    jobType: body.job_type && upper(body.job_type),
    sessionPolicy: body.session_policy && upper(body.session_policy),
    overlapPolicy: body.overlap_policy && upper(body.overlap_policy),
    catchupPolicy: body.catchup_policy && upper(body.catchup_policy),
  };
}

const jobs: readonly Route[] = [
  route({
    ...ofJob,
    method: 'POST',
    path: '/api/scheduler',
    operationId: 'createScheduledJob',
    summary: 'Schedule a job',
    description: 'It is due from now on; `next_runs` says when.',
    status: 201,
    body: createBody,
    bodyExample: {
      name: 'Before the open',
      job_type: 'market_scan',
      schedule: '0 9 * * 1-5',
      timezone: 'America/New_York',
      config: { strategy_type: 'momentum', symbols: ['SPY'] },
    },
    document: CreateScheduledJobDocument,
    variables: ({ body }) => ({ input: { ...inputOf(body), jobType: upper(body.job_type), schedule: body.schedule } }),
    answer: ({ createScheduledJob: { scheduledJob } }) => scheduledJob && shownJob(scheduledJob),
    location: (job) => `/api/scheduler/${job.id}`,
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/scheduler',
    operationId: 'listScheduledJobs',
    summary: 'List the scheduled jobs',
    description: 'By id.',
    query: resourceQuery,
    body: noBody,
    response: z.array(jobAnswer).describe('The jobs, by id.'),
    answerExample: [jobExample],
    document: ScheduledJobListDocument,
    variables: ({ query }) => ({
      first: query.limit,
      newerThan: query.after === undefined ? null : String(query.after),
    }),
    answer: ({ scheduledJobs }) => scheduledJobs.nodes.map(shownJob),
    next: ({ scheduledJobs }) => nextPage(scheduledJobs, 'after', scheduledJobs.nodes.at(-1)?.id),
  }),
  route({
    ...ofJob,
    method: 'GET',
    path: '/api/scheduler/{id}',
    operationId: 'getScheduledJob',
    summary: 'Get a scheduled job',
    description: 'With its next runs and its last result.',
    body: noBody,
    document: ScheduledJobByIdDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ scheduledJob }) => scheduledJob && shownJob(scheduledJob),
  }),
  ...(['PUT', 'PATCH'] as const).map((method) =>
    route({
      ...ofJob,
      method,
      path: '/api/scheduler/{id}',
      operationId: method === 'PUT' ? 'putScheduledJob' : 'patchScheduledJob',
      summary: 'Change a scheduled job',
      description: 'Changes the fields given; `config` is replaced as a whole. A pause after failures ends.',
      body: updateBody,
      bodyExample: { schedule: '*/15 9-16 * * 1-5', calendar: 'XNYS' },
      document: UpdateScheduledJobDocument,
      variables: ({ params, body }) => ({ input: { ...inputOf(body), id: String(params.id) } }),
      answer: ({ updateScheduledJob: { scheduledJob } }) => scheduledJob && shownJob(scheduledJob),
    }),
  ),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/scheduler/{id}',
    operationId: 'deleteScheduledJob',
    summary: 'Delete a scheduled job',
    description: 'With its runs; the plan of a goal still leads to the one that made it, over GraphQL.',
    body: noBody,
    response: z.object({ id, status: z.literal('deleted') }).describe('What is gone.'),
    answerExample: { id: 1, status: 'deleted' },
    document: DeleteScheduledJobDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ deleteScheduledJob: { deletedId } }) =>
      deletedId === null ? null : { id: idOf(deletedId), status: 'deleted' as const },
  }),
];

const work: readonly Route[] = [
  route({
    ...common,
    method: 'POST',
    path: '/api/scheduler/{id}/run',
    operationId: 'runScheduledJob',
    summary: 'Run a job now',
    description: 'Also one that is disabled. Answers the run when it has ended, or as it is after 30 s.',
    body: noBody,
    response: runAnswer,
    answerExample: { ...runExample, trigger: 'manual' },
    document: RunScheduledJobDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ runScheduledJob: { run } }) => run && shownRun(run),
  }),
  route({
    ...ofJob,
    method: 'POST',
    path: '/api/scheduler/{id}/start',
    operationId: 'startScheduledJob',
    summary: 'Enable a job',
    description: 'Ends a pause after failures too. Again changes nothing.',
    body: noBody,
    document: StartScheduledJobDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ startScheduledJob: { scheduledJob } }) => scheduledJob && shownJob(scheduledJob),
  }),
  route({
    ...ofJob,
    method: 'POST',
    path: '/api/scheduler/{id}/stop',
    operationId: 'stopScheduledJob',
    summary: 'Disable a job',
    description: 'A run under way ends. Again changes nothing.',
    body: noBody,
    answerExample: { ...jobExample, enabled: false, status: 'disabled', next_run: null, next_runs: [] },
    document: StopScheduledJobDocument,
    variables: ({ params }) => ({ input: { id: String(params.id) } }),
    answer: ({ stopScheduledJob: { scheduledJob } }) => scheduledJob && shownJob(scheduledJob),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/scheduler/{id}/runs',
    operationId: 'listJobRuns',
    summary: 'List the runs of a job',
    description: 'Newest first, with what was skipped and why.',
    query: historyQuery,
    body: noBody,
    response: z.array(runAnswer).describe('Runs and skips, newest first.'),
    answerExample: [skipExample, runExample],
    document: ScheduledJobRunsDocument,
    variables: ({ params, query }) => ({
      id: String(params.id),
      first: query.limit,
      olderThan: query.before === undefined ? null : String(query.before),
    }),
    answer: ({ scheduledJob }) => scheduledJob && scheduledJob.runs.nodes.map(shownRun),
    next: ({ scheduledJob }) =>
      scheduledJob && nextPage(scheduledJob.runs, 'before', scheduledJob.runs.nodes.at(-1)?.id),
  }),
];

const all: readonly Route[] = [
  route({
    ...ofAll,
    method: 'GET',
    path: '/api/scheduler/status',
    operationId: 'getScheduler',
    summary: 'The scheduler at a glance',
    description: 'Whether it runs, how many jobs there are, and when the next one is due.',
    document: SchedulerStatusDocument,
    variables: () => ({}),
    answer: ({ schedulerStatus }) => shownScheduler(schedulerStatus),
  }),
  route({
    ...ofAll,
    method: 'POST',
    path: '/api/scheduler/start',
    operationId: 'startScheduler',
    summary: 'Start the scheduler',
    description: 'Jobs run when they are due; what was due meanwhile is not made up for. Again changes nothing.',
    document: StartSchedulerDocument,
    variables: () => ({ input: {} }),
    answer: ({ startScheduler: { scheduler } }) => scheduler && shownScheduler(scheduler),
  }),
  route({
    ...ofAll,
    method: 'POST',
    path: '/api/scheduler/stop',
    operationId: 'stopScheduler',
    summary: 'Stop the scheduler',
    description: 'Nothing is due from now on, also after a restart; runs under way end. Again changes nothing.',
    answerExample: { ...schedulerExample, running: false, next_run: null },
    document: StopSchedulerDocument,
    variables: () => ({ input: {} }),
    answer: ({ stopScheduler: { scheduler } }) => scheduler && shownScheduler(scheduler),
  }),
];

/** Rows of `/api/scheduler`. */
export const schedulerRoutes: readonly Route[] = [...jobs, ...work, ...all];
