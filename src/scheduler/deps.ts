import type { Clock, IdSource, Log } from '../core/index.ts';
import type { Journal } from '../events/index.ts';
import type { Database } from '../storage/index.ts';
import type { JobTypeRegistry } from './job-type.ts';

/** What scheduling works with, beside the scheduler itself. */
export interface SchedulerBasis {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly jobTypes: JobTypeRegistry;
}
