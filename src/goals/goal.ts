/** A portfolio goal: its settings as a caller gives them and as they are stored, and the job that checks it. */
import type { Principal } from '../access/index.ts';
import {
  type Decimal,
  DomainError,
  decimal,
  decimalText,
  invalid,
  memberOf,
  parseAll,
  parseName,
  readDecimal,
  shown,
} from '../core/index.ts';
import { tradesAroundTheClock } from '../market/index.ts';
import { type JobColumns, type JobInput, parseJob, type SchedulerBasis } from '../scheduler/index.ts';
import type { GoalRow } from '../storage/index.ts';
import type { Aim } from './drift.ts';
import { parseWeights, storedWeights, targetsOf, type WeightInput, type Weights, weightsText } from './weights.ts';

/** What is done about a breach: it is told and a plan is suggested, the plan is carried out, or nothing is checked at all. */
export const REBALANCE_MODES = ['alert', 'auto', 'off'] as const;
export type RebalanceMode = (typeof REBALANCE_MODES)[number];

/** What a caller gives; on update only what is given changes, and the weights are replaced as a whole. */
export interface GoalInput {
  /** 1 to 100 characters; default: the weights. */
  readonly name?: string | null | undefined;
  readonly targetWeights?: readonly WeightInput[] | null | undefined;
  /** Above 0, below 1; default 0.05, five percentage points. */
  readonly driftThreshold?: unknown;
  /** Default `alert`. */
  readonly rebalanceMode?: string | null | undefined;
  /** Cron, by the clocks of New York; see `parseCron`. Default: every 15 minutes of the session, or of the day. */
  readonly checkSchedule?: string | null | undefined;
}

/** The columns that settings decide. */
export type GoalColumns = Pick<GoalRow, 'name' | 'targetWeights' | 'driftThreshold' | 'rebalanceMode'>;

/** A goal whose texts were parsed. */
export interface Goal extends Aim {
  readonly id: number;
  readonly ownerId: number;
  readonly name: string;
  /** With `CASH` where it was named. */
  readonly weights: Weights;
  readonly rebalanceMode: RebalanceMode;
}

const DEFAULT_THRESHOLD = decimal('0.05');

/**
 * Checks settings from outside and fills in defaults. Weights that are `kept` were checked before they were rounded.
 *
 * @throws {DomainError} VALIDATION naming every field that is wrong
 */
export function parseGoal(input: GoalInput, kept?: Weights): GoalColumns {
  const parsed = parseAll({
    weights: () => kept ?? parseWeights(input.targetWeights ?? []),
    threshold: () => parseThreshold(input.driftThreshold),
    rebalanceMode: () => parseMode(input.rebalanceMode ?? 'alert'),
    name: () => (input.name == null ? null : parseName(input.name)),
  });
  return {
    name: parsed.name ?? nameOf(parsed.weights),
    targetWeights: weightsText(parsed.weights),
    driftThreshold: decimalText(parsed.threshold),
    rebalanceMode: parsed.rebalanceMode,
  };
}

/** The row with its texts parsed. */
export function goalOf(row: Pick<GoalRow, 'id' | 'ownerId'> & GoalColumns): Goal {
  const { id, ownerId, name } = row;
  const weights = storedWeights(row.targetWeights);
  return {
    ...{ id, ownerId, name, weights },
    targets: targetsOf(weights),
    threshold: decimal(row.driftThreshold),
    rebalanceMode: memberOf(REBALANCE_MODES, row.rebalanceMode),
  };
}

/**
 * The settings of the job that checks a goal: it is disabled while the goal is off. What the goal says goes over what the job
 * was before.
 *
 * @throws {DomainError} VALIDATION at `checkSchedule`
 */
export async function parseCheckJob(
  deps: SchedulerBasis,
  principal: Principal,
  { goal, schedule, before }: { readonly goal: GoalColumns; readonly schedule?: string; readonly before?: JobInput },
): Promise<JobColumns> {
  const targets = targetsOf(storedWeights(goal.targetWeights));
  const neverCloses = targets.size > 0 && [...targets.keys()].every(tradesAroundTheClock);
  const calendar = neverCloses ? '24/7' : 'XNYS';
  try {
    return await parseJob(deps, principal, {
      timezone: 'America/New_York',
      ...before,
      jobType: 'portfolio_check',
      config: {},
      name: `Check of ${goal.name}`.slice(0, 100),
      calendar,
      schedule: schedule ?? before?.schedule ?? DEFAULT_SCHEDULES[calendar],
      enabled: goal.rebalanceMode !== 'off' && before?.enabled !== false,
    });
  } catch (error) {
    throw underCheckSchedule(error);
  }
}

/** Every quarter of an hour; the session of New York begins at 9:30. */
const DEFAULT_SCHEDULES = { XNYS: '*/15 9-15 * * 1-5', '24/7': '*/15 * * * *' } as const;

/** The config of that job, which can only be told once the goal has its id. */
export function checkConfig(goalId: number): string {
  return JSON.stringify({ goal_ids: [goalId] });
}

function underCheckSchedule(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.code !== 'VALIDATION') return error;
  const fields = error.fields.map(({ path: [first = '', ...rest], message }) => {
    return { path: [first === 'schedule' ? 'checkSchedule' : first, ...rest], message };
  });
  return new DomainError(error.code, error.message, { fields, facts: error.facts, cause: error });
}

function parseThreshold(raw: unknown): Decimal {
  if (raw == null) return DEFAULT_THRESHOLD;
  const threshold = readDecimal(raw);
  if (threshold?.gt(0) && threshold.lt(1)) return threshold;
  throw invalid(
    'driftThreshold',
    `driftThreshold must be a decimal above 0 and below 1 (0.05 is five percentage points); it is ${shown(raw)}.`,
  );
}

function parseMode(raw: string): RebalanceMode {
  const mode = REBALANCE_MODES.find((known) => known === raw);
  if (mode !== undefined) return mode;
  throw invalid('rebalanceMode', `rebalanceMode must be one of ${REBALANCE_MODES.join(', ')}; it is ${shown(raw)}.`);
}

/** `SPY 60 %, QQQ 30 %`. */
function nameOf(weights: Weights): string {
  const text = [...weights].map(([symbol, weight]) => `${symbol} ${decimalText(weight.times(100))} %`).join(', ');
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
