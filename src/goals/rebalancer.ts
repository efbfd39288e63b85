/**
 * What carries out plans in this process: those that are begun here, and those that another process left when it ended. The rows
 * say where each stands; nothing is known here but what is under way.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RepeatingTask, unavailable } from '../core/index.ts';
import { carryOutPlan, WAITS, type Waits } from './carry-out-plan.ts';
import type { PlanExecutor, PlanningDeps } from './deps.ts';
import { LeaseLost, PlanLease } from './plan-lease.ts';

/** How often is looked for plans that somebody left, in ms. */
const LOOK_EVERY_MS = 5_000;

/** How often is looked whether a plan has ended that another process carries out, in ms. */
const ELSEWHERE_LOOK_MS = 250;

/** Settings of a rebalancer. */
export interface RebalancerOptions {
  /** Default: `WAITS`. */
  readonly waits?: Partial<Waits>;
}

/** See the head of this file. One per process. */
export class Rebalancer implements PlanExecutor {
  readonly #deps: PlanningDeps;
  readonly #waits: Waits;
  readonly #closing = new AbortController();
  /** Plans under way here. */
  readonly #running = new Map<number, Promise<void>>();
  readonly #task: RepeatingTask;

  constructor(deps: PlanningDeps, options: RebalancerOptions = {}) {
    this.#deps = deps;
    this.#waits = { ...WAITS, ...options.waits };
    this.#task = new RepeatingTask({
      name: 'going on with rebalances that were left',
      everyMs: LOOK_EVERY_MS,
      log: deps.log,
      run: () => this.resume(),
    });
  }

  /** Goes on with what was left, now and from time to time. */
  start(): void {
    void this.#task.now();
  }

  async execute(planId: number): Promise<void> {
    const { database } = this.#deps;
    for (;;) {
      if (this.#closing.signal.aborted) {
        throw unavailable(`The server is closing: the plan ${planId} is gone on with when it is back.`);
      }
      await this.#carryOut(planId);
      const plan = await database.read.rebalancePlan.findUnique({ where: { id: planId }, select: { status: true } });
      if (plan?.status !== 'executing') return;
      await sleep(ELSEWHERE_LOOK_MS);
    }
  }

  /** Goes on with every plan whose process gave no sign of life for a while; waits for those that end here. */
  async resume(): Promise<void> {
    const { database, clock } = this.#deps;
    const left = await database.read.rebalancePlan.findMany({
      where: { status: 'executing', leaseUntil: { lte: new Date(clock.now()) } },
      select: { id: true },
      orderBy: { id: 'asc' },
    });
    await Promise.all(left.map(({ id }) => this.#carryOut(id)));
  }

  /** Begins nothing more, and waits for what is being placed; what is not over is given back. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#task.close();
    await Promise.allSettled(this.#running.values());
  }

  /** Nothing when somebody else has it. Whoever asks meanwhile waits for the same. */
  #carryOut(planId: number): Promise<void> {
    const running = this.#running.get(planId) ?? this.#work(planId).finally(() => this.#running.delete(planId));
    this.#running.set(planId, running);
    return running;
  }

  async #work(planId: number): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    const lease = await PlanLease.take(this.#deps, planId);
    if (lease === null) return;
    try {
      await carryOutPlan(this.#deps, lease, { waits: this.#waits, signal });
    } catch (err) {
      if (!(err instanceof LeaseLost)) throw err;
      this.#deps.log.warn({ err, planId }, 'A rebalance is gone on with elsewhere');
    }
  }
}
