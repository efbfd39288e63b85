/**
 * What people do with goals: create, change, delete. Each has a job of the scheduler that checks it, in the same transaction. The
 * job is locked before the goal, because the row of a job that goes away takes itself from its goal.
 */
import { type Principal, requireScope } from '../access/index.ts';
import { conflict, dateOf, given, type JsonObject, notFound } from '../core/index.ts';
import type { JournalWrite } from '../events/index.ts';
import {
  insertJob,
  type JobColumns,
  jobInput,
  lockJob,
  removeJob,
  type SchedulerDeps,
  storeChange,
} from '../scheduler/index.ts';
import type { Db, GoalRow, ScheduledJobRow } from '../storage/index.ts';
import { goalEvent, updateEvent } from './events.ts';
import { findGoal, lockGoal } from './find-goal.ts';
import { checkConfig, type GoalColumns, type GoalInput, parseCheckJob, parseGoal } from './goal.ts';
import { storedWeights } from './weights.ts';

/** How often a change is worked out anew, because somebody else changed the goal or its job meanwhile. */
const MAX_ROUNDS = 5;

/**
 * Creates a goal, which is checked from now on. `targetWeights` are required. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong; nothing is stored then
 */
export async function createPortfolioGoal(
  deps: SchedulerDeps,
  principal: Principal,
  input: GoalInput,
): Promise<GoalRow> {
  requireScope(principal, 'trade');
  const goal = parseGoal(input);
  const job = await parseCheckJob(deps, principal, { goal, ...scheduleIn(input) });
  const now = dateOf(deps.clock);
  const { userId: ownerId } = principal;
  const row = await deps.journal.write(async (write) => {
    const created = await write.db.goal.create({ data: { ...goal, ownerId, createdAt: now, updatedAt: now } });
    await write.append(goalEvent('GoalCreated', created, { correlationId: deps.ids.next() }));
    return await attachJob(deps, write, created, job);
  });
  deps.scheduler.wake();
  return row;
}

/**
 * Changes the given settings; the whole is checked again. With other weights, another threshold or another mode it begins
 * afresh: a breach that goes on is told once more. A job that was deleted is made again. Scope `trade`.
 *
 * @throws {DomainError} VALIDATION, NOT_FOUND, CONFLICT when others change it all the time
 */
export async function updatePortfolioGoal(
  deps: SchedulerDeps,
  principal: Principal,
  { id, ...input }: GoalInput & { readonly id: number },
): Promise<GoalRow> {
  requireScope(principal, 'trade');
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const seen = await findWithJob(deps.database.read, principal, id);
    const { targetWeights: _, ...kept } = seen.goal;
    const weights = input.targetWeights === undefined ? storedWeights(seen.goal.targetWeights) : undefined;
    const goal = parseGoal({ ...kept, ...given(input) }, weights);
    const columns = await parseCheckJob(deps, principal, { goal, ...scheduleIn(input), ...jobBefore(seen) });
    const job = { ...columns, config: checkConfig(id) };
    const row = await deps.journal.write((write) => storeGoal(deps, write, { ...seen, wanted: goal, job }));
    deps.scheduler.wake();
    if (row !== null) return row;
  }
  throw conflict(`The goal ${id} is being changed by others; try again.`);
}

/**
 * Deletes a goal and the job that checks it. Its plans stay, for the sake of their orders, and lead to it. Scope `trade`.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT while a plan of it is carried out, or when others change it all the time
 */
export async function deletePortfolioGoal(deps: SchedulerDeps, principal: Principal, id: number): Promise<number> {
  requireScope(principal, 'trade');
  const { userId: ownerId } = principal;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { scheduledJobId: jobId } = await findGoal(deps.database.read, principal, id);
    const isDeleted = await deps.journal.write((write) => removeGoal(deps, write, { id, ownerId, jobId }));
    if (isDeleted) return id;
  }
  throw conflict(`The goal ${id} is being changed by others; try again.`);
}

/** False when its job is no longer the one that was seen. */
async function removeGoal(
  deps: SchedulerDeps,
  write: JournalWrite,
  { id, ownerId, jobId }: { readonly id: number; readonly ownerId: number; readonly jobId: number | null },
): Promise<boolean> {
  if (jobId !== null) await lockJob(write.db, jobId);
  const goal = await lockGoal(write.db, { id, ownerId });
  if (goal === null) throw notFound('goal', id);
  if (goal.scheduledJobId !== jobId) return false;
  const underWay = await write.db.rebalancePlan.count({ where: { goalId: id, status: 'executing' } });
  if (underWay > 0) throw conflict(`A plan of the goal ${id} is being carried out: delete it when that has ended.`);
  const unneeded = await write.db.goal.deleteMany({ where: { id, plans: { none: {} } } });
  const gone = { ...AFRESH, checkDueAt: null, deletedAt: dateOf(deps.clock) };
  if (unneeded.count === 0) await write.db.goal.update({ where: { id }, data: gone });
  if (jobId !== null) await removeJob(deps, write, { ownerId, id: jobId });
  await write.append(goalEvent('GoalDeleted', goal, { correlationId: deps.ids.next() }));
  return true;
}

/** What its owner made of the job stays, but a goal that was off is checked again once it is not. */
function jobBefore({ goal, scheduledJob }: SeenGoal) {
  if (scheduledJob === null) return {};
  const wasOff = goal.rebalanceMode === 'off';
  return { before: { ...jobInput(scheduledJob), ...(wasOff && { enabled: true }) } };
}

interface SeenGoal {
  readonly goal: GoalRow;
  readonly scheduledJob: ScheduledJobRow | null;
}

async function findWithJob(db: Db, principal: Principal, id: number): Promise<SeenGoal> {
  const goal = await findGoal(db, principal, id);
  const { scheduledJobId } = goal;
  const where = { id: scheduledJobId ?? 0, deletedAt: null };
  return { goal, scheduledJob: await db.scheduledJob.findFirst({ where }) };
}

function scheduleIn({ checkSchedule }: GoalInput): { readonly schedule?: string } {
  return checkSchedule == null ? {} : { schedule: checkSchedule };
}

/** Null when the goal or its job is no longer what was seen. */
async function storeGoal(
  deps: SchedulerDeps,
  write: JournalWrite,
  change: SeenGoal & { readonly wanted: GoalColumns; readonly job: JobColumns },
): Promise<GoalRow | null> {
  const { goal: seen, scheduledJob, wanted, job } = change;
  if (scheduledJob !== null && (await lockJob(write.db, scheduledJob.id)) === undefined) return null;
  const locked = await lockGoal(write.db, seen);
  if (locked === null) throw notFound('goal', seen.id);
  const isSame = sameSettings(locked, seen) && locked.scheduledJobId === seen.scheduledJobId;
  if (!isSame) return null;
  if (scheduledJob !== null) {
    const isStored =
      sameJob(scheduledJob, job) || (await storeChange(deps, write, { seen: scheduledJob, wanted: job }));
    if (isStored === null) return null;
  }
  const row = await write.db.goal.update({
    where: { id: seen.id },
    data: { ...wanted, ...(isAnother(locked, wanted) && AFRESH), updatedAt: dateOf(deps.clock) },
  });
  const isBreachForgotten = locked.breachedAt !== null && row.breachedAt === null;
  await write.append(updateEvent(row, { correlationId: deps.ids.next(), isBreachForgotten }));
  return scheduledJob === null ? await attachJob(deps, write, row, job) : row;
}

/** What a goal forgets when it becomes another one. */
const AFRESH = { breachedAt: null, breachCursor: null, isPlanDue: false } as const;

function isAnother(before: GoalColumns, after: GoalColumns): boolean {
  return (
    before.targetWeights !== after.targetWeights ||
    before.driftThreshold !== after.driftThreshold ||
    before.rebalanceMode !== after.rebalanceMode
  );
}

function sameSettings(a: GoalColumns, b: GoalColumns): boolean {
  return !isAnother(a, b) && a.name === b.name;
}

/** Whether a job has these settings already: what a check counted as failures is then kept. */
function sameJob(row: ScheduledJobRow, columns: JobColumns): boolean {
  const settings: JsonObject = { ...columns };
  const stored = new Map<string, unknown>(Object.entries(row));
  return Object.entries(settings).every(([name, value]) => stored.get(name) === value);
}

async function attachJob(
  deps: SchedulerDeps,
  write: JournalWrite,
  { id, ownerId }: GoalRow,
  columns: JobColumns,
): Promise<GoalRow> {
  const job = await insertJob(deps, write, { ownerId, columns: { ...columns, config: checkConfig(id) } });
  return await write.db.goal.update({ where: { id }, data: { scheduledJobId: job.id } });
}
