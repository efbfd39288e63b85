/** How alerts and their history look in REST, with examples. */
import { z } from 'zod';
import { ALERT_STATES, ALERT_TYPES, TRIGGER_TYPES } from '../../alerts/index.ts';
import type { AlertFieldsFragment, AlertTriggerFieldsFragment } from '../../graphql/index.ts';
import { snakeKeys } from '../naming.ts';
import { decimalInput, id, idOf, instant, maybeNumberOf, orNull, wordOf } from './shapes.ts';

const CONDITIONS =
  '`price`: `{symbol, above}` or `{symbol, below}`; `signal`: `{strategy_id, signal?: buy | sell}`; `risk`: `{metric: drawdown | daily_loss | exposure, above}`, a fraction; `rebalance`: `{goal_id}`.';

const settings = {
  name: z.string().describe('1 to 100 characters; default: what it watches.'),
  alert_type: z.enum(ALERT_TYPES).describe('What it watches.'),
  enabled: z.boolean().describe('Whether it is evaluated.'),
  cooldown_seconds: z
    .int()
    .describe('How long after firing it stays silent, 0 to 604,800; of signals, for each symbol.'),
};

const { alert_type: alertType, ...defaulted } = settings;
const inputs = {
  alert_type: alertType,
  condition: z
    .record(z.string(), z.unknown())
    .meta({ additionalProperties: true, description: `When it fires. ${CONDITIONS} Replaced as a whole.` }),
};
const optional = {
  ...defaulted,
  hysteresis: decimalInput.describe(
    'How far the value has to leave the level before it is armed again, 0 to 0.5: a part of a price level, a distance of a fraction; default 0.005.',
  ),
};

/** Body of a creation. */
export const createAlertBody = z
  .strictObject({ ...inputs, ...orNull(optional) })
  .partial()
  .required({ alert_type: true, condition: true });

/** Body of a change: any of the fields. */
export const updateAlertBody = z.strictObject({ ...inputs, ...optional }).partial();

/** An alert in an answer. */
export const alertAnswer = z
  .object({
    id,
    ...settings,
    condition: z.unknown().meta({ type: 'object', description: `When it fires. ${CONDITIONS}` }),
    hysteresis: z.number().nullable().describe('Null where there is no level: of signals and goals.'),
    state: z.enum(ALERT_STATES).describe('Where it stands.'),
    last_triggered_at: instant.nullable().describe('Null before.'),
    trigger_count: z.int().describe('How often it has fired; tests do not count.'),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ title: 'Alert', description: 'Something that its owner is told of when it becomes true.' });

/** A row of the history in an answer. */
export const triggerAnswer = z
  .object({
    id,
    alert_id: id.nullable().describe('The alert, also one that was deleted since; null of system alerts.'),
    alert_type: z.enum(TRIGGER_TYPES).describe('What was told; `system` is told without an alert.'),
    message: z.string().describe('A sentence for a person.'),
    context: z
      .unknown()
      .meta({ type: 'object', description: 'The facts; `test` is true where somebody tried whether notices arrive.' }),
    triggered_at: instant,
  })
  .meta({ title: 'AlertTrigger', description: 'Something that an owner was told.' });

/** An alert as the facade writes it. */
export function shownAlert({ condition, ...alert }: AlertFieldsFragment): z.input<typeof alertAnswer> {
  return {
    ...snakeKeys(alert),
    id: idOf(alert.id),
    alert_type: wordOf(ALERT_TYPES, alert.alertType),
    state: wordOf(ALERT_STATES, alert.state),
    hysteresis: maybeNumberOf(alert.hysteresis),
    condition,
  };
}

/** A row of the history as the facade writes it; its sentence is the one that was told, over sockets and by webhooks too. */
export function shownTrigger({ context, ...row }: AlertTriggerFieldsFragment): z.input<typeof triggerAnswer> {
  return {
    ...snakeKeys(row),
    id: idOf(row.id),
    alert_id: maybeNumberOf(row.alertId),
    alert_type: wordOf(TRIGGER_TYPES, row.alertType),
    context,
  };
}

/** An alert. */
export const alertExample = {
  id: 1,
  name: 'SPY above 600',
  alert_type: 'price',
  enabled: true,
  cooldown_seconds: 300,
  hysteresis: 0.005,
  state: 'armed',
  last_triggered_at: null,
  trigger_count: 0,
  created_at: '2026-01-05T09:00:00.000Z',
  updated_at: '2026-01-05T09:00:00.000Z',
  condition: { symbol: 'SPY', above: 600 },
} as const;

/** A row of the history. */
export const triggerExample = {
  id: 7,
  alert_id: 1,
  alert_type: 'price',
  message: 'SPY is 600.12, above 600.',
  triggered_at: '2026-01-05T14:30:00.021Z',
  context: {
    name: 'SPY above 600',
    symbol: 'SPY',
    above: 600,
    price: 600.12,
    quote_at: '2026-01-05T14:30:00.000Z',
    source: 'simulated',
  },
} as const;
