/** The events of an optimization job, and the drafts that the journal takes. */
import type { EventDraft, ProgressEvent } from '../../events/index.ts';
import type { OptimizationRow } from '../../storage/index.ts';
import type { OptimizationProgress } from '../optimization.ts';

/** Subject type of every event of a job. */
export const OPTIMIZATION_SUBJECT = 'optimization';

/** Stored events, in the order in which a job has them: started once, then one of the others. */
export const OPTIMIZATION_EVENTS = [
  'OptimizationStarted',
  'OptimizationCompleted',
  'OptimizationCancelled',
  'OptimizationFailed',
] as const;

/** A tick of progress: not stored, the latest wins. */
export const OPTIMIZATION_PROGRESSED = 'OptimizationProgressed';

/** What an event is made from: without the results, which are long. */
export type ToldColumns = Pick<
  OptimizationRow,
  | 'id'
  | 'ownerId'
  | 'correlationId'
  | 'jobType'
  | 'strategyType'
  | 'status'
  | 'totalCombinations'
  | 'nFolds'
  | 'bestSharpe'
  | 'error'
>;

/** The draft of a stored event; its payload says all that a subscriber needs without reading the job. */
export function optimizationEvent(type: (typeof OPTIMIZATION_EVENTS)[number], row: ToldColumns): EventDraft {
  return {
    ownerId: row.ownerId,
    type,
    subjectType: OPTIMIZATION_SUBJECT,
    subjectId: row.id,
    correlationId: row.correlationId,
    payload: {
      jobType: row.jobType,
      strategyType: row.strategyType,
      status: row.status,
      totalCombinations: row.totalCombinations,
      nFolds: row.nFolds,
      bestSharpe: row.bestSharpe,
      error: row.error,
    },
  };
}

/** A tick of progress of a running job. */
export function progressEvent(
  job: { readonly id: number; readonly ownerId: number },
  progress: OptimizationProgress,
  at: Date,
): ProgressEvent {
  return {
    ownerId: job.ownerId,
    type: OPTIMIZATION_PROGRESSED,
    subjectType: OPTIMIZATION_SUBJECT,
    subjectId: job.id,
    payload: { ...progress, status: 'running' },
    occurredAt: at,
  };
}
