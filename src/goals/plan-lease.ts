/** Who carries out a plan: one process at a time, for as long as it gives signs of life. */
import type { RebalancePlanRow } from '../storage/index.ts';
import type { PlanningDeps } from './deps.ts';

/** How long a process is believed to be at it without a sign of life, in ms. */
export const LEASE_MS = 30_000;

/** How often it gives one, in ms. */
const RENEW_MS = 5_000;

/** The lease of one plan. */
export class PlanLease {
  readonly plan: RebalancePlanRow;
  readonly #deps: PlanningDeps;
  readonly #owner: string;
  #renewedAt: number;

  private constructor(deps: PlanningDeps, plan: RebalancePlanRow, owner: string) {
    this.#deps = deps;
    this.plan = plan;
    this.#owner = owner;
    this.#renewedAt = deps.clock.now();
  }

  /** Takes a plan that is to be carried out; null when somebody else has it, or when it has ended. */
  static async take(deps: PlanningDeps, planId: number): Promise<PlanLease | null> {
    const owner = deps.ids.next();
    const now = deps.clock.now();
    const [plan] = await deps.database.transaction((db) =>
      db.rebalancePlan.updateManyAndReturn({
        where: { id: planId, status: 'executing', leaseUntil: { lte: new Date(now) } },
        data: { leaseOwner: owner, leaseUntil: new Date(now + LEASE_MS) },
      }),
    );
    return plan === undefined ? null : new PlanLease(deps, plan, owner);
  }

  /** What a write that only its holder may make is conditional on. */
  get held(): { readonly id: number; readonly leaseOwner: string; readonly status: 'executing' } {
    return { id: this.plan.id, leaseOwner: this.#owner, status: 'executing' };
  }

  /**
   * Gives a sign of life when the last one is a while ago.
   *
   * @throws {LeaseLost}
   */
  async renew(): Promise<void> {
    const now = this.#deps.clock.now();
    if (now - this.#renewedAt < RENEW_MS) return;
    await this.#set(new Date(now + LEASE_MS));
    this.#renewedAt = now;
  }

  /** Gives the plan back, for the next process to go on with at once. */
  async release(): Promise<void> {
    await this.#set(new Date(this.#deps.clock.now()));
  }

  async #set(leaseUntil: Date): Promise<void> {
    const { count } = await this.#deps.database.transaction((db) =>
      db.rebalancePlan.updateMany({ where: this.held, data: { leaseUntil } }),
    );
    if (count === 0) throw new LeaseLost(this.plan.id);
  }
}

/** Somebody else goes on with the plan. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor(planId: number) {
    super(`The plan ${planId} is carried out by another process.`);
  }
}
