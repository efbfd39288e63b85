/** The job type `portfolio_check`: goals are checked on a schedule, and those that rebalance by themselves do. */
import type { Principal } from '../access/index.ts';
import { DomainError, decimalText, invalid, isRowId, type JsonObject, readJson, shown } from '../core/index.ts';
import { configEntries, type JobType, type RunContext, type RunOutput } from '../scheduler/index.ts';
import type { GoalRow } from '../storage/index.ts';
import { checkGoal, type GoalCheck } from './check-goal.ts';
import type { RebalanceDeps } from './deps.ts';

/** Which goals; all of the owner's when left out. */
type CheckConfig = { readonly goal_ids?: readonly number[] };

/** The greatest number of goals of one job. */
const MAX_GOALS = 100;

/** The job type, whose config is `{goal_ids?}`. */
export function portfolioCheck(deps: RebalanceDeps): JobType {
  return {
    name: 'portfolio_check',
    description: 'Compares the portfolio with its goals, and rebalances for those in the mode auto.',
    placesOrders: true,
    catchupPolicy: 'run_once',
    parseConfig: (raw, principal) => parseConfig(deps, principal, raw),
    run: (context) => checkAll(deps, context),
  };
}

/**
 * Checks the goals one after the other. A goal that cannot be checked does not keep the others from it.
 *
 * @throws {Error} naming every goal that could not be checked, and why: one that was deleted since is among them
 */
async function checkAll(deps: RebalanceDeps, context: RunContext): Promise<RunOutput> {
  // Stored configs were made by `parseConfig`.
  const { goal_ids: ids } = readJson<CheckConfig>(JSON.stringify(context.config));
  const goals = await goalsOf(deps, context.principal, ids);
  const found: JsonObject[] = [];
  const sentences: string[] = [];
  const gone = (ids ?? []).filter((id) => !goals.some((goal) => goal.id === id));
  const failures = gone.map((id) => `There is no goal ${id} any more.`);
  for (const goal of goals) {
    try {
      const check = await checkGoal(deps, goal, {
        ...{ correlationId: context.correlationId, causationId: context.causationId },
        ...{ jobRunId: context.runId, mayPlaceOrders: context.mayPlaceOrders },
      });
      found.push(check === null ? unchecked(goal) : told(check));
      sentences.push(check === null ? `${goal.name}: not checked.` : sentenceOf(check));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      failures.push(`${goal.name} (goal ${goal.id}): ${error.message}`);
    }
  }
  if (failures.length > 0) throw new Error(`Could not be checked: ${failures.join(' ')}`);
  return { summary: sentences.join(' ') || 'There is no goal to check.', output: { goals: found } };
}

function goalsOf({ database }: RebalanceDeps, principal: Principal, ids: CheckConfig['goal_ids']): Promise<GoalRow[]> {
  return database.read.goal.findMany({
    where: { ownerId: principal.userId, deletedAt: null, ...(ids !== undefined && { id: { in: [...ids] } }) },
    orderBy: { id: 'asc' },
  });
}

/** As outputs are written: in snake_case, decimals as numbers. */
function told({ goal, drift, plan, reason }: GoalCheck): JsonObject {
  return {
    goal_id: goal.id,
    name: goal.name,
    checked: true,
    total_value: drift.totalValue.toNumber(),
    threshold: drift.threshold.toNumber(),
    max_drift: drift.maxDrift.toNumber(),
    needs_rebalance: drift.needsRebalance,
    breached: drift.rows.filter(({ isBreached }) => isBreached).map(({ symbol }) => symbol),
    plan_id: plan?.id ?? null,
    plan_status: plan?.status ?? null,
    reason,
  };
}

function unchecked({ id, name, rebalanceMode }: GoalRow): JsonObject {
  const reason = rebalanceMode === 'off' ? 'The goal is off.' : 'It was changed, or a rebalance is under way.';
  return { goal_id: id, name, checked: false, reason };
}

function sentenceOf({ goal, drift, plan, reason }: GoalCheck): string {
  const percent = decimalText(drift.maxDrift.times(100).toDecimalPlaces(2));
  const state = drift.needsRebalance ? `breached, ${percent} points away` : `on target, ${percent} points away`;
  const done = plan === null ? '' : `; plan ${plan.id} ${plan.status}`;
  return `${goal.name}: ${state}${done}.${reason === null ? '' : ` ${reason}`}`;
}

async function parseConfig(deps: RebalanceDeps, principal: Principal, raw: unknown): Promise<JsonObject> {
  const config = configEntries(raw, 'portfolio_check', ['goal_ids']);
  return config.has('goal_ids') ? { goal_ids: await parseIds(deps, principal, config.get('goal_ids')) } : {};
}

async function parseIds({ database }: RebalanceDeps, principal: Principal, raw: unknown): Promise<readonly number[]> {
  const path = 'config.goal_ids';
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > MAX_GOALS || !raw.every(isRowId)) {
    throw invalid(path, `goal_ids must be a list of 1 to ${MAX_GOALS} ids of goals; found ${shown(raw)}.`);
  }
  const ids = [...new Set<number>(raw)];
  const known = await database.read.goal.findMany({
    where: { ownerId: principal.userId, deletedAt: null, id: { in: ids } },
    select: { id: true },
  });
  const missing = ids.find((id) => !known.some((goal) => goal.id === id));
  if (missing !== undefined) throw invalid(path, `There is no goal ${missing}.`);
  return ids;
}
