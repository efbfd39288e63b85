import type { Clock, IdSource, Log } from '../core/index.ts';
import type { Journal } from '../events/index.ts';
import type { Database, SecretBox } from '../storage/index.ts';
import type { TargetPolicy } from './addresses.ts';

/** What the commands on destinations work with. */
export interface WebhookDeps {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  /** Seals what deliveries are signed with. */
  readonly secrets: SecretBox;
  /** What the operator allows of targets. */
  readonly webhookTargets: TargetPolicy;
}
