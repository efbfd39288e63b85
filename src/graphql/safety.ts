/** Whether an account may trade, within which limits, and whether the audit is whole. */
import { requireScope } from '../access/index.ts';
import type { TradingMode } from '../broker/index.ts';
import { invariant } from '../core/index.ts';
import { effectiveMode, tradesToday } from '../orders/index.ts';
import {
  type AuditVerdict,
  LIMITS,
  type Limits,
  readSafety,
  type SafetySettings,
  verifyAudit,
} from '../safety/index.ts';
import { builder } from './builder.ts';
import { HaltCauseEnum, KillPolicyEnum, TradingStateEnum } from './order-words.ts';
import { TradingModeEnum } from './trading-mode.ts';

/** What a limit means and may be, in a sentence or two; the table of limits says it. */
export function describeLimit(key: keyof Limits): string {
  const rule = LIMITS.find((each) => each.key === key);
  invariant(rule !== undefined, 'the table has every limit');
  const none = rule.nullable ? ', or null for none' : '';
  return `${rule.description} From ${rule.min} to ${rule.max}${none}; default ${rule.default ?? 'none'}.`;
}

const SafetyLimitsRef = builder.objectRef<Limits>('SafetyLimits').implement({
  description: 'What orders are held against. Fractions are fractions of 1, money is in the currency of the account.',
  fields: (t) => ({
    maxDailyTrades: t.exposeInt('maxDailyTrades', { description: describeLimit('maxDailyTrades') }),
    maxOrdersPerMinute: t.exposeInt('maxOrdersPerMinute', { description: describeLimit('maxOrdersPerMinute') }),
    maxOrderValue: t.expose('maxOrderValue', {
      type: 'Decimal',
      nullable: true,
      description: describeLimit('maxOrderValue'),
    }),
    maxPositionPct: t.expose('maxPositionPct', { type: 'Decimal', description: describeLimit('maxPositionPct') }),
    maxDailyLossPct: t.expose('maxDailyLossPct', { type: 'Decimal', description: describeLimit('maxDailyLossPct') }),
    maxDrawdownPct: t.expose('maxDrawdownPct', { type: 'Decimal', description: describeLimit('maxDrawdownPct') }),
    priceCollarPct: t.expose('priceCollarPct', { type: 'Decimal', description: describeLimit('priceCollarPct') }),
    largeOrderThreshold: t.expose('largeOrderThreshold', {
      type: 'Decimal',
      description: describeLimit('largeOrderThreshold'),
    }),
  }),
});

export const SafetyStatusRef = builder.objectRef<SafetySettings>('SafetyStatus').implement({
  description: 'Whether an account may trade now, and within which limits.',
  fields: (t) => ({
    state: t.field({ type: TradingStateEnum, description: 'Whether orders are taken.', resolve: ({ state }) => state }),
    haltCause: t.field({
      type: HaltCauseEnum,
      nullable: true,
      description: 'Why trading is halted; null unless it is.',
      resolve: ({ haltCause }) => haltCause,
    }),
    haltReason: t.exposeString('haltReason', {
      nullable: true,
      description: 'The same in a sentence, or in the words of who halted it; null where none were given.',
    }),
    haltedAt: t.expose('haltedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when; null unless halted.',
    }),
    killPolicy: t.field({
      type: KillPolicyEnum,
      nullable: true,
      description: 'What the halt does beside refusing orders; null unless halted.',
      resolve: ({ killPolicy }) => killPolicy,
    }),
    epoch: t.exposeInt('epoch', { description: 'Counts the halts: what was decided in an earlier epoch is not sent.' }),
    paperMode: t.exposeBoolean('paperMode', {
      description: 'Whether the account stays on paper, whatever the server may do.',
    }),
    mode: t.field({
      type: TradingModeEnum,
      description:
        'What orders are made of now: LIVE only when the server allows it, has a live broker, and `paperMode` is false.',
      resolve: (settings, _args, { services }): TradingMode => effectiveMode(services, settings),
    }),
    limits: t.field({
      type: SafetyLimitsRef,
      description: 'What orders are held against.',
      resolve: (settings) => settings,
    }),
    tradesToday: t.int({
      description:
        'Trades of the trading day that are reserved or made, held against `maxDailyTrades`. Where the exchange and the markets around the clock are on different days, the greater number.',
      resolve: (settings, _args, { services }) =>
        tradesToday(services, { ownerId: settings.ownerId, mode: effectiveMode(services, settings) }),
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a setting was changed last; null before the first change.',
    }),
  }),
});

const AuditVerificationRef = builder.objectRef<AuditVerdict>('AuditVerification').implement({
  description: 'What following the chain of the audit found.',
  fields: (t) => ({
    ok: t.exposeBoolean('ok', { description: 'Whether no entry was changed, removed or put in between.' }),
    events: t.exposeInt('events', {
      description: 'Entries that are in order: all of them, or those before the first that is not.',
    }),
    head: t.exposeString('head', {
      description:
        'Hash of the last entry that is in order. Keep it elsewhere to prove later that nothing before it changed.',
    }),
    brokenAt: t.exposeInt('brokenAt', {
      nullable: true,
      description:
        'Sequence of the first entry that is not in order; null when all are, or when only the head is damaged.',
    }),
    problem: t.exposeString('problem', { nullable: true, description: 'What is wrong there; null when all is well.' }),
  }),
});

builder.queryFields((t) => ({
  safetyStatus: t.field({
    type: SafetyStatusRef,
    description: 'Whether I may trade now, and within which limits.',
    resolve: (_root, _args, { caller, services }) => {
      requireScope(caller.principal, 'read');
      return readSafety(services.database.read, caller.principal.userId);
    },
  }),
  verifyAudit: t.field({
    type: AuditVerificationRef,
    description: 'Follows the chain of the whole audit: about a second for 100,000 entries.',
    extensions: { items: 500 },
    resolve: (_root, _args, { caller, services }) => {
      requireScope(caller.principal, 'read');
      return verifyAudit(services.database.read, caller.principal.userId);
    },
  }),
}));
