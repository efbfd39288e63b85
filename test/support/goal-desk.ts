/** Goals of one process around a stand-in broker, whose orders are filled at once unless a test says otherwise. */
import type { Principal } from '../../src/access/index.ts';
import { type Decimal, decimal, readJson, ZERO } from '../../src/core/index.ts';
import {
  createPortfolioGoal,
  type GoalDeps,
  type GoalInput,
  GoalMonitor,
  portfolioCheck,
  Rebalancer,
  type RebalancerOptions,
} from '../../src/goals/index.ts';
import { KillSwitch } from '../../src/orders/index.ts';
import {
  JobTypeRegistry,
  type RunContext,
  type RunOutput,
  runScheduledJob,
  Scheduler,
} from '../../src/scheduler/index.ts';
import type { GoalRow, OrderRow, RebalancePlanRow, RebalanceTradeRow } from '../../src/storage/index.ts';
import { ManualClock } from './clock.ts';
import type { TestDatabase } from './database.ts';
import { afterEveryTest } from './endings.ts';
import { tradingOn } from './open-trading.ts';
import type { Trading } from './trading.ts';

/** What a test works with. */
export interface GoalDesk extends GoalDeps {
  readonly trading: Trading;
  readonly user: Principal;
  readonly rebalancer: Rebalancer;
  readonly monitor: GoalMonitor;
  readonly kills: KillSwitch;
  readonly clock: ManualClock;
  goal(input?: Partial<GoalInput>): Promise<GoalRow>;
  /** Runs the job of a goal, and answers what it found of it. */
  check(goal: GoalRow): Promise<Readonly<Record<string, unknown>>>;
  /** The same by hand, as a run that comes as the context says. */
  checkAs(context: Partial<RunContext>): Promise<RunOutput>;
  /** The goal as it is now. */
  row(id: number): Promise<GoalRow>;
  tradesOf(planId: number): Promise<readonly RebalanceTradeRow[]>;
  ordersOf(planId: number): Promise<readonly OrderRow[]>;
  plansOf(goalId: number): Promise<readonly RebalancePlanRow[]>;
  /** Types of the events of goals so far. */
  events(): Promise<readonly string[]>;
  /** Quantity by symbol, and the cash. */
  books(): Promise<{ readonly cash: number; readonly held: Readonly<Record<string, number>> }>;
  close(): Promise<void>;
}

/** SPY is at 100 and QQQ at 50. */
export const SIXTY_FORTY: GoalInput['targetWeights'] = [
  { symbol: 'SPY', weight: 0.6 },
  { symbol: 'QQQ', weight: 0.3 },
];

/** A Wednesday in July, while New York trades: when a desk opens. */
export const NOON = '2026-07-08T16:01:00.000Z';

const opened: GoalDesk[] = [];

// Before what they trade with: that was added earlier.
afterEveryTest(async () => {
  await Promise.all(opened.splice(0).map((desk) => desk.close()));
});

/** How a desk is opened. */
interface DeskOptions extends RebalancerOptions {
  /** The desk of a process that has stopped, whose owner and broker this one takes over. */
  readonly heirOf?: GoalDesk;
}

/** Shares one database among the tests of a file: what opens a desk on it, with an owner of its own. */
export function goalDesksOn(create: () => Promise<TestDatabase>): (options?: DeskOptions) => Promise<GoalDesk> {
  const { open } = tradingOn(create);
  return async ({ heirOf, ...options } = {}) => {
    const clock = heirOf?.clock ?? new ManualClock(NOON);
    const desk = openDesk(await open({ clock, ...(heirOf && leftBy(heirOf)) }), clock, options);
    opened.push(desk);
    return desk;
  };
}

function leftBy({ trading: { user, broker, prices } }: GoalDesk) {
  return { user, broker, prices };
}

/** Composes it on a process that trades. */
function openDesk(trading: Trading, clock: ManualClock, options: RebalancerOptions = {}): GoalDesk {
  const planning = { ...trading, costs: { slippageBps: ZERO, commissionBps: ZERO, commissionPerTrade: ZERO } };
  const rebalancer = new Rebalancer(planning, { waits: { sellMs: 3_000, buyMs: 3_000, lookMs: 5 }, ...options });
  const goals = { ...planning, rebalancer };
  const jobTypes = new JobTypeRegistry([portfolioCheck(goals)]);
  const scheduler = new Scheduler({ ...trading, jobTypes });
  const deps = { ...goals, jobTypes, scheduler };
  const monitor = new GoalMonitor(goals);
  const kills = new KillSwitch(trading);
  const { user } = trading;
  const ownerId = user.userId;
  const { read } = trading.database;
  fillAtOnce(trading);
  scheduler.start();
  return {
    ...deps,
    ...{ trading, user, rebalancer, monitor, kills, clock },
    goal: (input = {}) => createPortfolioGoal(deps, user, { targetWeights: SIXTY_FORTY, ...input }),
    check: async ({ scheduledJobId }) => {
      const { status, output, error } = await runScheduledJob(deps, user, scheduledJobId ?? 0);
      if (status !== 'succeeded' || output === null) throw new Error(`The run ${status}: ${error}`);
      const { goals: found } = readJson<{ readonly goals: readonly Readonly<Record<string, unknown>>[] }>(output);
      return found[0] ?? {};
    },
    checkAs: async (context) => {
      const { id: runId } = await read.jobRun.findFirstOrThrow({ where: { ownerId } });
      return await jobTypes.get('portfolio_check').run({ ...runOf(user, trading), runId, ...context });
    },
    row: (id) => read.goal.findUniqueOrThrow({ where: { id } }),
    tradesOf: (planId) => read.rebalanceTrade.findMany({ where: { planId }, orderBy: { index: 'asc' } }),
    ordersOf: (planId) => read.order.findMany({ where: { rebalancePlanId: planId }, orderBy: { id: 'asc' } }),
    plansOf: (goalId) => read.rebalancePlan.findMany({ where: { goalId }, orderBy: { id: 'asc' } }),
    events: async () => {
      const where = { ownerId, subjectType: 'goal' };
      return (await read.event.findMany({ where, orderBy: { cursor: 'asc' } })).map(({ type }) => type);
    },
    books: async () => {
      const { cash } = await read.account.findUniqueOrThrow({ where: { ownerId_mode: trading.key } });
      const rows = await read.position.findMany({ where: { ...trading.key, quantity: { not: '0' } } });
      return {
        cash: Number(cash),
        held: Object.fromEntries(rows.map(({ symbol, quantity }) => [symbol, Number(quantity)])),
      };
    },
    close: async () => {
      await rebalancer.close();
      await monitor.close();
      await scheduler.close();
      await kills.close();
    },
  };
}

/** Fills every order at the price that the desk's prices have, a moment after it was accepted. */
export function fillAtOnce({ broker, prices }: Trading, part: Decimal = decimal(1)): void {
  broker.reaction = async (order, at) => {
    const [quote] = await prices.quotes([order.symbol]);
    const answer = at.accept(order);
    setImmediate(() => {
      at.fill(order.clientOrderId, order.quantity.times(part).toFixed(), String(quote?.price ?? 0));
      at.tell();
    });
    return answer;
  };
}

function runOf(principal: Principal, { clock, ids }: Trading): Omit<RunContext, 'runId'> {
  return {
    ...{ principal, config: {}, latenessMs: 0, mayPlaceOrders: true, causationId: 0n },
    scheduledFor: new Date(clock.now()),
    correlationId: ids.next(),
    signal: new AbortController().signal,
  };
}
