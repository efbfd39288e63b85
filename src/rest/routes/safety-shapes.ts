/** How safety looks in REST. */
import { z } from 'zod';
import { invalid } from '../../core/index.ts';
import type {
  ActivateKillSwitchMutation,
  SafetyEventListQuery,
  SafetyFieldsFragment,
  StoppedSourceFieldsFragment,
} from '../../graphql/index.ts';
import { ORDER_SOURCES } from '../../orders/index.ts';
import { AUDIT_KINDS, KILL_POLICIES, LIMITS, type LimitRule, SAFETY_STATES } from '../../safety/index.ts';
import { camelKeys, snakeKeys } from '../naming.ts';
import { decimalInput, enumName, id, idOf, instant, maybeNumber, maybeNumberOf, numberOf, wordOf } from './shapes.ts';

/** What the table of limits says of one. */
function described(key: LimitRule['key']): string {
  const { description, min, max, nullable, default: fallback } = LIMITS.find((rule) => rule.key === key) ?? {};
  return `${description} From ${min} to ${max}${nullable === true ? ', or null for none' : ''}; default ${fallback ?? 'none'}.`;
}

const paperMode = 'Whether the account stays on paper, whatever the server may do.';

/** The state of safety in an answer. */
export const safetyAnswer = z
  .object({
    kill_switch: z.boolean().describe('Whether trading is halted, for whatever reason.'),
    kill_switch_reason: z
      .string()
      .nullable()
      .describe('Why it is halted; null unless it is, and where no reason was given.'),
    kill_switch_at: instant.nullable().describe('Since when it is halted; null unless it is.'),
    paper_mode: z.boolean().describe(paperMode),
    paper_trading: z.boolean().describe('The older name of `paper_mode`: the same value.'),
    max_daily_trades: z.int().describe(described('maxDailyTrades')),
    trades_today: z.int().describe('Trades of the trading day that are reserved or made.'),
    max_position_pct: z.number().describe(described('maxPositionPct')),
    max_order_value: maybeNumber.describe(described('maxOrderValue')),
    max_daily_loss_pct: z.number().describe(described('maxDailyLossPct')),
    max_orders_per_minute: z.int().describe(described('maxOrdersPerMinute')),
    price_collar_pct: z.number().describe(described('priceCollarPct')),
    max_drawdown_pct: z.number().describe(described('maxDrawdownPct')),
    large_order_threshold: z.number().describe(described('largeOrderThreshold')),
    state: z
      .enum(SAFETY_STATES)
      .describe('Orders as usual; only orders that bring a position nearer to 0; none until trading is resumed.'),
    updated_at: instant.nullable().describe('When a setting was changed last; null before the first change.'),
  })
  .meta({
    title: 'Safety',
    description: 'Whether orders are taken, and within which limits. Fractions, never percent.',
  });

const reason = z.string().nullish().describe('For the audit, at most 1,000 characters.');

/** Body of a change of the limits: any of the fields. */
export const limitsBody = z.strictObject({
  paper_mode: z.boolean().optional().describe('False asks for live trading, which the server has to allow.'),
  paper_trading: z.boolean().optional().describe('The older name of `paper_mode`.'),
  state: z.enum(['active', 'reducing']).optional().describe('Not while trading is halted.'),
  max_daily_trades: z.int32().optional().describe(described('maxDailyTrades')),
  max_orders_per_minute: z.int32().optional().describe(described('maxOrdersPerMinute')),
  max_order_value: decimalInput.nullable().optional().describe(described('maxOrderValue')),
  max_position_pct: decimalInput.optional().describe(described('maxPositionPct')),
  max_daily_loss_pct: decimalInput.optional().describe(described('maxDailyLossPct')),
  max_drawdown_pct: decimalInput.optional().describe(described('maxDrawdownPct')),
  price_collar_pct: decimalInput.optional().describe(described('priceCollarPct')),
  large_order_threshold: decimalInput.optional().describe(described('largeOrderThreshold')),
  reason,
});

/** A body as the input of its mutation: only what was given, because null is a value. */
export function limitsInput({ paper_trading: older, ...body }: z.output<typeof limitsBody>) {
  if (older !== undefined && body.paper_mode !== undefined && older !== body.paper_mode) {
    throw invalid(
      'paper_trading',
      `paper_trading is another name of paper_mode: it is ${older}, and paper_mode is ${body.paper_mode}. Give one of them.`,
    );
  }
  const { state, paper_mode: paper = older, ...limits } = body;
  const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  return {
    ...camelKeys(given as typeof limits),
    ...(paper === undefined ? {} : { paperMode: paper }),
    ...(state === undefined ? {} : { state: enumName(state) }),
  };
}

/** Body of the kill switch. */
export const killBody = z.strictObject({
  reason,
  policy: z
    .enum(KILL_POLICIES)
    .default('cancel')
    .describe(
      '`block`: no order is sent; `cancel`: also every open order is canceled; `flatten`: also every position is closed.',
    ),
});

/** Body of the resumption. */
export const resumeBody = z.strictObject({ reason });

/** What the kill switch did, in an answer. */
export const killAnswer = z
  .object({
    status: z.literal('kill_switch_active'),
    kill_switch: z.literal(true),
    policy: z.enum(KILL_POLICIES).describe('What is done beside refusing orders.'),
    drained: z.boolean().describe('Whether no order is on its way any more.'),
    in_flight: z
      .array(z.string())
      .exactOptional()
      .describe(
        'Client ids of the orders that are on their way; only with `drained: false`, and then the status is 202.',
      ),
    orders: z
      .array(
        z.object({
          client_order_id: z.string().describe('Our id of the order.'),
          outcome: z
            .enum(['canceled', 'pending', 'failed'])
            .describe('What came of it so far; the rest goes on by itself.'),
        }),
      )
      .describe('The orders that are canceled.'),
    positions_closing: z.array(z.string()).describe('Symbols whose positions are closed, with `flatten`.'),
    at: instant.describe('Since when trading is halted.'),
  })
  .meta({ title: 'KillReport', description: 'Trading is halted; this is what the kill switch has done so far.' });

/** The resumption in an answer. */
export const resumeAnswer = z
  .object({
    status: z.literal('kill_switch_inactive'),
    kill_switch: z.literal(false),
    at: instant.nullable().describe('Since when trading goes on.'),
  })
  .meta({ title: 'Resumption', description: 'Trading goes on.' });

/** An entry of the audit in an answer. */
export const safetyEventAnswer = z
  .object({
    id,
    sequence: z.int().describe('Its place in the chain, from 1.'),
    kind: z.enum(AUDIT_KINDS).describe('What was decided.'),
    actor: z.string().describe('Who: `user:1`, `strategy:7`, `system`.'),
    reason: z.string().nullable().describe('Why, where a reason was given.'),
    before: z.unknown().meta({ type: ['object', 'null'], description: 'What it was; null where nothing was changed.' }),
    after: z.unknown().meta({ type: ['object', 'null'], description: 'What it became, and what it was decided on.' }),
    order_id: id.nullable().describe('The order that was decided on.'),
    at: instant,
    hash: z.string().describe('SHA-256 over the entry and the hash of the one before it.'),
  })
  .meta({ title: 'SafetyEvent', description: 'An entry of the audit: who decided what, when and why.' });

/** What following the audit found, in an answer. */
export const auditAnswer = z
  .object({
    ok: z.boolean().describe('Whether no entry was changed, removed or put in between.'),
    events: z.int().describe('Entries that are in order.'),
    head: z.string().describe('Hash of the last entry that is in order.'),
    broken_at: z.int().nullable().describe('Sequence of the first entry that is not in order.'),
    problem: z.string().nullable().describe('What is wrong there.'),
  })
  .meta({ title: 'AuditVerification', description: 'What following the chain of the audit found.' });

/** A stopped source in an answer. */
export const stoppedSourceAnswer = z
  .object({
    id,
    source: z.enum(ORDER_SOURCES).describe('Where the orders came from.'),
    source_id: z.int().nullable().describe('The strategy, agent run or plan; null for a person.'),
    symbol: z.string().describe('What it may not order.'),
    stopped_at: instant,
    released_at: instant.nullable().describe('When a person released it; null while it is stopped.'),
    released_by: z.string().nullable().describe('Who released it.'),
  })
  .meta({ title: 'StoppedSource', description: 'A source that sent too many orders for one symbol.' });

/** The state of safety as the facade writes it. */
export function shownSafety(safety: SafetyFieldsFragment) {
  const { limits } = safety;
  return {
    kill_switch: safety.state === 'HALTED',
    kill_switch_reason: safety.haltReason,
    kill_switch_at: safety.haltedAt,
    paper_mode: safety.paperMode,
    paper_trading: safety.paperMode,
    max_daily_trades: limits.maxDailyTrades,
    trades_today: safety.tradesToday,
    max_position_pct: numberOf(limits.maxPositionPct),
    max_order_value: maybeNumberOf(limits.maxOrderValue),
    max_daily_loss_pct: numberOf(limits.maxDailyLossPct),
    max_orders_per_minute: limits.maxOrdersPerMinute,
    price_collar_pct: numberOf(limits.priceCollarPct),
    max_drawdown_pct: numberOf(limits.maxDrawdownPct),
    large_order_threshold: numberOf(limits.largeOrderThreshold),
    state: wordOf(SAFETY_STATES, safety.state),
    updated_at: safety.updatedAt,
  };
}

type Kill = NonNullable<ActivateKillSwitchMutation['activateKillSwitch']['kill']>;

/** What the kill switch did, as the facade writes it. */
export function shownKill(kill: Kill) {
  return {
    status: 'kill_switch_active' as const,
    kill_switch: true as const,
    policy: wordOf(KILL_POLICIES, kill.policy),
    drained: kill.drained,
    ...(kill.drained ? {} : { in_flight: [...kill.inFlight] }),
    orders: kill.orders.map(({ clientOrderId, outcome }) => ({
      client_order_id: clientOrderId,
      outcome: wordOf(['canceled', 'pending', 'failed'], outcome),
    })),
    positions_closing: [...kill.positionsClosing],
    at: kill.at,
  };
}

/** An entry of the audit as the facade writes it. */
export function shownSafetyEvent({ order, ...event }: SafetyEventListQuery['safetyEvents']['nodes'][number]) {
  return {
    ...snakeKeys(event),
    id: idOf(event.id),
    kind: wordOf(AUDIT_KINDS, event.kind),
    order_id: order === null ? null : idOf(order.id),
  };
}

/** A stopped source as the facade writes it. */
export function shownStoppedSource(stop: StoppedSourceFieldsFragment) {
  return {
    ...snakeKeys(stop),
    id: idOf(stop.id),
    source: wordOf(ORDER_SOURCES, stop.source),
    source_id: stop.sourceId === null ? null : idOf(stop.sourceId),
  };
}
