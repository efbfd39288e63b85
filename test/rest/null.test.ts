import { type GraphQLInputObjectType, isInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { snakeName } from '../../src/core/index.ts';
import { schema } from '../../src/graphql/index.ts';
import { dataOf } from '../api/graphql-clients.ts';
import { describedServer } from './described.ts';

const { server, call } = describedServer();

/** A field that cannot be null. */
const REFUSED = Symbol('a 422');

interface Changed {
  readonly path: string;
  readonly mutation: string;
  /** What is created, with nothing at its default; nothing where there is one already. */
  readonly create?: Readonly<Record<string, unknown>>;
  /** In GraphQL's names: what null makes of it, as REST shows that. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const CHANGES: Readonly<Record<string, Changed>> = {
  UpdateScheduledJobInput: {
    path: '/api/scheduler',
    mutation: 'updateScheduledJob',
    create: {
      ...{
        name: 'Mine',
        job_type: 'alert_check',
        schedule: '0 11 * * *',
        timezone: 'America/Chicago',
        calendar: 'XNYS',
      },
      ...{ session_policy: 'ignore', enabled: false, overlap_policy: 'allow', catchup_policy: 'run_all' },
      ...{ catchup_window_seconds: 60, timeout_seconds: 60 },
    },
    fields: {
      ...{ name: REFUSED, jobType: REFUSED, schedule: REFUSED, timezone: REFUSED, calendar: null },
      ...{ sessionPolicy: REFUSED, enabled: REFUSED, overlapPolicy: REFUSED, catchupPolicy: REFUSED, config: REFUSED },
      ...{ catchupWindowSeconds: REFUSED, timeoutSeconds: REFUSED },
    },
  },
  UpdatePortfolioGoalInput: {
    path: '/api/portfolio/goals',
    mutation: 'updatePortfolioGoal',
    create: {
      ...{ name: 'Mine', target_weights: { SPY: 0.5 }, drift_threshold: 0.1, rebalance_mode: 'off' },
      check_schedule: '0 10 * * *',
    },
    fields: {
      ...{ name: REFUSED, targetWeights: REFUSED, driftThreshold: REFUSED, rebalanceMode: REFUSED },
      checkSchedule: REFUSED,
    },
  },
  UpdateAlertInput: {
    path: '/api/alerts',
    mutation: 'updateAlert',
    create: {
      ...{ name: 'Mine', alert_type: 'price', condition: { symbol: 'SPY', above: 9000 } },
      ...{ enabled: false, cooldown_seconds: 60, hysteresis: 0.1 },
    },
    fields: {
      ...{ name: REFUSED, alertType: REFUSED, condition: REFUSED },
      ...{ enabled: REFUSED, cooldownSeconds: REFUSED, hysteresis: REFUSED },
    },
  },
  UpdateWebhookDestinationInput: {
    path: '/api/alerts/webhooks',
    mutation: 'updateWebhookDestination',
    create: { url: 'https://example.com/here', events: ['price'], enabled: false },
    fields: { url: REFUSED, events: REFUSED, enabled: REFUSED },
  },
  UpdateStrategyInput: {
    path: '/api/strategies',
    mutation: 'updateStrategy',
    create: {
      ...{ name: 'Mine', strategy_type: 'momentum', params: { short_window: 3, long_window: 77 }, symbols: ['SPY'] },
      ...{ interval: '1h', mode: 'alert', enabled: false },
    },
    fields: {
      ...{ name: REFUSED, strategyType: REFUSED, params: REFUSED },
      ...{ symbols: REFUSED, interval: REFUSED, mode: REFUSED, enabled: REFUSED },
    },
  },
  UpdateSafetyLimitsInput: {
    path: '/api/safety',
    mutation: 'updateSafetyLimits',
    fields: {
      ...{ paperMode: REFUSED, state: REFUSED, maxDailyTrades: REFUSED, maxOrdersPerMinute: REFUSED },
      ...{ maxPositionPct: REFUSED, maxDailyLossPct: REFUSED, maxDrawdownPct: REFUSED, priceCollarPct: REFUSED },
      ...{ largeOrderThreshold: REFUSED, maxOrderValue: null },
    },
  },
  ReplaceOrderInput: {
    path: '/api/broker/orders',
    mutation: 'replaceOrder',
    create: {
      ...{ symbol: 'SPY', side: 'buy', quantity: 1, order_type: 'limit', limit_price: 100, time_in_force: 'gtc' },
    },
    fields: { quantity: REFUSED, limitPrice: REFUSED, stopPrice: null },
  },
};

let count = 0;

/** Where what is changed stands; it is made first. */
async function made({ path, create }: Changed): Promise<string> {
  if (create === undefined) return path;
  count += 1;
  // Two orders of the same quantity within seconds are taken for a mistake.
  const body = create['quantity'] === undefined ? create : { ...create, quantity: count / 1000 };
  const created = await call('POST', path, { body });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return `${path}/${created.body.id}`;
}

async function overRest(path: string, field: string): Promise<unknown> {
  const answer = await call('PATCH', path, { body: { [snakeName(field)]: null } });
  if (answer.status === 422) return REFUSED;
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body[snakeName(field)];
}

async function overGraphql(path: string, field: string, { input, mutation }: { input: string; mutation: string }) {
  const id = /\d+$/.exec(path)?.[0];
  const { [mutation]: payload } = await dataOf<Record<string, { errors: readonly { code: string }[] }>>(
    server().url,
    `mutation($input: ${input}!) { ${mutation}(input: $input) { errors { code path } } }`,
    { input: { ...(id !== undefined && { id }), [field]: null } },
  );
  const codes = payload?.errors.map(({ code }) => code) ?? [];
  if (codes.length > 0) return codes[0] === 'VALIDATION' ? REFUSED : codes[0];
  return (await call('GET', path)).body[snakeName(field)];
}

/** The fields of an input that say what is to be; not which thing, and not why. */
function settingsOf(type: GraphQLInputObjectType): readonly string[] {
  return Object.keys(type.getFields()).filter((name) => name !== 'id' && name !== 'reason');
}

describe('in a change', () => {
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const changes = inputs.filter(({ name }) => /^(Update|Replace)/.test(name));

  it.each(changes.map((type) => [type.name, type] as const))(
    '%s: null clears or is a 422, over either transport; nothing changes nothing',
    async (input, type) => {
      const change = CHANGES[input];
      if (change === undefined) throw new Error(`Say what null means in ${input}.`);
      expect(Object.keys(change.fields).toSorted()).toEqual(settingsOf(type).toSorted());
      const untouched = await made(change);
      const { updated_at: _before, ...before } = (await call('GET', untouched)).body;
      const { updated_at: _after, ...after } = (await call('PATCH', untouched, { body: {} })).body;
      expect(after, `${input} with nothing`).toEqual(before);
      for (const [field, expected] of Object.entries(change.fields)) {
        const path = await made(change);
        expect(await overRest(path, field), `REST, ${input}.${field}`).toEqual(expected);
        const other = await made(change);
        const found = await overGraphql(other, field, { input, mutation: change.mutation });
        expect(found, `GraphQL, ${input}.${field}`).toEqual(expected);
      }
    },
    240_000,
  );
});
