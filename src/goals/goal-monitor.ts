/**
 * What goals need although nobody asks and no schedule says so: fills make the goals of their owner due for a check, which
 * comes a moment later, once for many fills. What is due is a column of the goal, so that it outlives the process.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { DomainError, RepeatingTask } from '../core/index.ts';
import { type Journal, JournalConsumer, type JournalEvent, type JournalWrite } from '../events/index.ts';
import { GRACE_MS } from '../scheduler/index.ts';
import type { GoalRow } from '../storage/index.ts';
import { checkGoal, isRebalancing } from './check-goal.ts';
import type { RebalanceDeps } from './deps.ts';
import { OwnerTurns } from './owner-turns.ts';
import { PLAN_VALID_MS } from './stored-plan.ts';

/** How long after the first fill a check comes, in ms: the next ones until then share it. */
const CALM_MS = 1_000;

/** When a check is made again that failed, or whose process died, in ms: while it is not too late to place orders. */
const AGAIN_MS = 20_000;

/** How often is looked for what is due, in ms. */
const LOOK_EVERY_MS = 1_000;

/** Goals of an owner that one look checks. */
const MAX_CHECKS = 20;

/** See the head of this file. One per process. */
export class GoalMonitor {
  readonly #deps: RebalanceDeps;
  readonly #consumer: JournalConsumer;
  readonly #task: RepeatingTask;
  readonly #turns = new OwnerTurns();
  #isPlaceFreed = false;

  constructor(deps: RebalanceDeps & { readonly journal: Journal }) {
    const { database, journal, log } = deps;
    this.#deps = deps;
    this.#consumer = new JournalConsumer({
      ...{ name: 'goals', types: ['FillRecorded'], database, journal, log },
      handle: (events, write) => this.#noteFills(events, write),
    });
    const name = 'checking goals after fills';
    this.#task = new RepeatingTask({ name, everyMs: LOOK_EVERY_MS, log, run: () => this.#look() });
  }

  /** @throws what the database throws */
  async start(): Promise<void> {
    await this.#consumer.start();
    this.#task.start();
  }

  /** Notes the fills that were committed before the call. */
  async settle(): Promise<void> {
    await this.#consumer.settle();
  }

  /** Checks the goals whose time has come, of the owners who have been due for longest, and waits for these checks. */
  async checkDue(): Promise<void> {
    await Promise.all(await this.#beginDue());
  }

  /** Ends what waits, and waits for what is under way. */
  async close(): Promise<void> {
    await this.#consumer.close();
    await this.#task.close();
    await this.#turns.settle();
  }

  /** Where an owner is done, the next one begins without the pause between two looks; what fails is left to that. */
  async #look(): Promise<void> {
    do {
      this.#isPlaceFreed = false;
      for (const checks of await this.#beginDue())
        void checks.then((areDone) => (areDone ? this.#useFreed() : undefined));
      // SQLite answers within the turn of the event loop: without a breath a crowd would keep it to itself.
      await breathe();
    } while (this.#isPlaceFreed);
  }

  /** A look that is under way may have counted the places before: it looks again. */
  async #useFreed(): Promise<void> {
    this.#isPlaceFreed = true;
    await breathe();
    await this.#task.now();
  }

  /** Begins to check the goals of owners who have any that are due, as far as there are places. */
  async #beginDue(): Promise<readonly Promise<boolean>[]> {
    const { database, clock } = this.#deps;
    if (this.#turns.free === 0) return [];
    const stopped = await database.read.schedulerState.findMany({ where: { isRunning: false } });
    // Whose account is being rebalanced is checked when that has ended, and takes no place before.
    const rebalancing = await database.read.rebalancePlan.findMany({ where: { status: 'executing' } });
    const owners = await database.read.goal.groupBy({
      by: ['ownerId'],
      where: {
        ...dueAt(clock.now()),
        ownerId: { notIn: [...[...stopped, ...rebalancing].map(({ ownerId }) => ownerId), ...this.#turns.busy] },
      },
      orderBy: { _min: { checkDueAt: 'asc' } },
      take: this.#turns.free,
    });
    return owners.map(({ ownerId }) => this.#turns.begin(ownerId, () => this.#checkGoalsOf(ownerId)));
  }

  /** One after the other, because they share an account. Never rejects: false when they failed, and are still due. */
  async #checkGoalsOf(ownerId: number): Promise<boolean> {
    const { database, clock, log } = this.#deps;
    try {
      const due = await database.read.goal.findMany({
        where: { ...dueAt(clock.now()), ownerId },
        orderBy: { checkDueAt: 'asc' },
        take: MAX_CHECKS,
      });
      for (const goal of due) {
        // The fills of a rebalance lead to one check, when it has ended.
        if (!(await isRebalancing(this.#deps, ownerId))) await this.#check(goal);
      }
      return true;
    } catch (err) {
      log.error({ err, ownerId }, 'The goals of an owner could not be checked after fills; it is tried again');
      return false;
    }
  }

  async #noteFills(events: readonly JournalEvent[], { db }: JournalWrite): Promise<void> {
    const newest = new Map(events.map(({ ownerId, cursor }) => [ownerId, cursor]));
    const checkDueAt = new Date(this.#deps.clock.now() + CALM_MS);
    for (const [ownerId, checkCause] of newest) {
      // Each goal once, as `lockGoal` says.
      const where = { ownerId, rebalanceMode: { not: 'off' }, deletedAt: null };
      await db.goal.updateMany({ where: { ...where, checkDueAt: { lte: checkDueAt } }, data: { checkCause } });
      // Also when it is being checked now, which may be too early to see these.
      const isLater = { OR: [{ checkDueAt: null }, { checkDueAt: { gt: checkDueAt } }] };
      await db.goal.updateMany({ where: { ...where, ...isLater }, data: { checkCause, checkDueAt } });
    }
  }

  async #check(goal: GoalRow): Promise<void> {
    const { clock, ids, log } = this.#deps;
    const again = new Date(clock.now() + AGAIN_MS);
    if (!(await this.#setDue(goal, again))) return;
    try {
      const correlationId = ids.next();
      // As the runs of jobs: what comes too late to place orders only suggests.
      const mayPlaceOrders = clock.now() - (await this.#dueSince(goal)) <= GRACE_MS;
      await checkGoal(this.#deps, goal, { correlationId, causationId: goal.checkCause, mayPlaceOrders });
      await this.#setDue({ ...goal, checkDueAt: again }, null);
    } catch (err) {
      // A price is missing: it is tried again in a minute, and the schedule of the goal tries too.
      if (!(err instanceof DomainError)) throw err;
      log.warn({ err, goalId: goal.id }, 'A goal could not be checked after a fill; it is tried again');
    }
  }

  /**
   * Since when a check is due, in epoch ms: by the newest fill, however often the check was tried, by whichever process. A rebalance
   * keeps checks waiting, and does not make them late while it may place orders itself.
   */
  async #dueSince({ ownerId, checkCause }: GoalRow): Promise<number> {
    const { read } = this.#deps.database;
    const where = { cursor: checkCause ?? 0n };
    const fill = await read.event.findUnique({ where, select: { occurredAt: true } });
    // The journal keeps events for days.
    if (fill === null) return Number.NEGATIVE_INFINITY;
    const plan = await read.rebalancePlan.findFirst({
      where: { ownerId, endedAt: { not: null } },
      orderBy: { id: 'desc' },
      select: { startedAt: true, endedAt: true },
    });
    const ended = Math.min(plan?.endedAt?.getTime() ?? 0, (plan?.startedAt?.getTime() ?? 0) + PLAN_VALID_MS);
    return Math.max(fill.occurredAt.getTime() + CALM_MS, ended);
  }

  /** Whether the goal was still due then: whoever moves it on checks it. */
  async #setDue({ id, checkDueAt }: Pick<GoalRow, 'id' | 'checkDueAt'>, next: Date | null): Promise<boolean> {
    const { count } = await this.#deps.database.transaction((db) =>
      db.goal.updateMany({ where: { id, checkDueAt }, data: { checkDueAt: next } }),
    );
    return count === 1;
  }
}

/** Whoever stops the job of a goal wants no checks; what is due is checked when it goes on. */
function dueAt(now: number) {
  return { checkDueAt: { lte: new Date(now) }, scheduledJob: { enabled: true, pauseReason: null } };
}
