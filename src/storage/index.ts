/**
 * The database: opening and migrating it, plain reads, and transactions, on SQLite or PostgreSQL. Services query it with
 * Prisma directly; there are no repositories. It knows no domain.
 */
export {
  type Database,
  type DatabaseOptions,
  type DatabaseProvider,
  type Db,
  type Following,
  type FollowOptions,
  type ReadOnlyDatabase,
  type TransactionOptions,
} from './database.ts';
export { DEFAULT_USER_NAME, ensureDefaultUser } from './default-user.ts';
export { isUniqueViolation } from './errors.ts';
export type { default as PrismaTypes } from './generated/pothos.ts';
export { getDatamodel } from './generated/pothos.ts';
export type {
  Account as AccountRow,
  Alert as AlertRow,
  AlertTrigger as AlertTriggerRow,
  Event as EventRow,
  Fill as FillRow,
  Goal as GoalRow,
  JobRun as JobRunRow,
  Optimization as OptimizationRow,
  Order as OrderRow,
  OrderChange as OrderChangeRow,
  PaperOrder as PaperOrderRow,
  Position as PositionRow,
  Prisma,
  PrismaClient,
  RebalancePlan as RebalancePlanRow,
  RebalanceTrade as RebalanceTradeRow,
  SafetyEvent as SafetyEventRow,
  SafetyState as SafetyStateRow,
  ScheduledJob as ScheduledJobRow,
  Strategy as StrategyRow,
  TrainedModel as TrainedModelRow,
  WebhookDelivery as WebhookDeliveryRow,
  WebhookDestination as WebhookDestinationRow,
} from './generated/sqlite/client.ts';
export {
  claimIdempotencyKey,
  completeIdempotencyKey,
  type IdempotencyClaim,
  type IdempotencyOutcome,
  type IdempotentRequest,
  pruneIdempotencyKeys,
  releaseIdempotencyKey,
} from './idempotency.ts';
export { insertKeyedRows, insertRow, insertRows } from './insert-rows.ts';
export { queueForLock } from './lock-queue.ts';
export { MigrationRefused } from './migrations.ts';
export { openDatabase, openForReading } from './open.ts';
export { openSecretBox, type SecretBox, SecretUnreadable } from './secrets.ts';
export { type Columns, listOf } from './sql.ts';
export { lockForDeletion, lockOwner, lockRows, updateRow, updateRows } from './update-rows.ts';
