/** Optimization jobs as the server shows them, as far as the commands read them. */
import { z } from 'zod';
import { type Answer, accepted, messageOf, refused, request } from './server.ts';

const result = z.object({
  rank: z.int(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  mean_sharpe: z.number(),
  sharpe_std: z.number(),
  mean_return: z.number(),
  max_drawdown: z.number(),
  trades: z.int(),
});

/** A ranked combination. */
export type JobResult = z.output<typeof result>;

const sweepResults = z.object({
  by_strategy: z.record(z.string(), z.array(result)),
  recommendation: z.object({
    strategy_type: z.string().nullable(),
    confidence: z.enum(['high', 'medium', 'low', 'none']),
    recommended: z.boolean(),
  }),
});

const progress = z.object({
  combo: z.int(),
  total: z.int(),
  fold: z.int(),
  n_folds: z.int(),
  current_strategy: z.string().nullish(),
});

/** How far a job is. */
export type JobProgress = z.output<typeof progress>;

const job = z.object({
  id: z.int(),
  status: z.enum(['pending', 'running', 'complete', 'cancelled', 'error']),
  data_source: z.string(),
  progress,
  results: z.union([z.array(result), sweepResults]).nullable(),
  overfitting: z.object({ verdict: z.enum(['accept', 'review', 'reject']), reasons: z.array(z.string()) }).nullable(),
  skipped: z.array(z.unknown()).nullable(),
  unranked: z.array(z.unknown()).nullable(),
  error: z.string().nullable(),
});

/** A job. */
export type Job = z.output<typeof job>;

const started = z.object({ job_id: z.int(), total_combinations: z.int() });

/** Whether nothing more will happen to the job. */
export function hasEnded({ status }: Job): boolean {
  return status !== 'pending' && status !== 'running';
}

/**
 * Submits a job.
 *
 * @param kind `strategy` or `sweep`
 * @throws {Error} a sentence, when it is refused
 */
export async function submitJob(url: string, kind: 'strategy' | 'sweep', body: object) {
  const content = JSON.stringify(body);
  const answer = await request(url, `POST /api/optimize/${kind}`, { type: 'application/json', content });
  return accepted(started, answer, 'The job');
}

/** The job as it is now. @throws {Error} a sentence */
export async function readJob(url: string, id: number): Promise<Job> {
  return accepted(job, await request(url, `GET /api/optimize/${id}`), `Job ${id}`);
}

/** Asks the server to stop a job; one that has ended meanwhile is left as it is. @throws {Error} a sentence */
export async function cancelJob(url: string, id: number): Promise<void> {
  const answer: Answer = await request(url, `DELETE /api/optimize/${id}`);
  if (!answer.ok && answer.status !== 409) throw refused(answer, `Cancelling job ${id}`);
}

/** A message of `/ws/optimize` about one job. */
const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connected') }),
  progress.extend({ type: z.literal('progress') }),
  z.object({ type: z.literal('complete') }),
]);

/** What a message says; null for what is none of these. */
export function parseMessage(text: string): z.output<typeof message> | null {
  try {
    return message.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw new Error(`A message of the server cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
