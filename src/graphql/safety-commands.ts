/** The mutations of safety: stop, resume, change the limits, release a source. */
import { type KillReport, killTrading, releaseSource, resumeTrading } from '../orders/index.ts';
import { updateSafetyLimits } from '../safety/index.ts';
import { SafetyEventRef, StoppedSourceRef } from './audit.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { enumOf, INPUT, inputId } from './inputs.ts';
import { KillPolicyEnum, TradingStateEnum } from './order-words.ts';
import { payloadType } from './payload.ts';
import { describeLimit, SafetyStatusRef } from './safety.ts';

const KillOutcomeEnum = enumOf<'canceled' | 'pending' | 'failed'>('KillOutcome', {
  description: 'What came of canceling an order.',
  values: {
    canceled: 'It works no more.',
    pending: 'The broker has not confirmed it yet; it is asked for again.',
    failed: 'The broker refused it or did not answer; it is tried again.',
  },
});

const KilledOrderRef = builder.objectRef<KillReport['orders'][number]>('KilledOrder').implement({
  description: 'An order that the kill switch cancels.',
  fields: (t) => ({
    clientOrderId: t.exposeString('clientOrderId', { description: 'Our id of the order.' }),
    outcome: t.field({ type: KillOutcomeEnum, description: 'What came of it.', resolve: ({ outcome }) => outcome }),
  }),
});

const KillReportRef = builder.objectRef<KillReport>('KillReport').implement({
  description: 'What the kill switch has done so far.',
  fields: (t) => ({
    policy: t.field({
      type: KillPolicyEnum,
      description: 'What is done beside refusing orders.',
      resolve: ({ policy }) => policy,
    }),
    drained: t.exposeBoolean('drained', {
      description:
        'Whether no order is on its way any more: from now on no broker receives one, but to close positions.',
    }),
    inFlight: t.stringList({
      description: 'Client ids of orders that were on their way when the answer was due; empty when `drained`.',
      resolve: ({ inFlight }) => [...inFlight],
    }),
    orders: t.field({
      type: [KilledOrderRef],
      description: 'The orders that it cancels.',
      resolve: ({ orders }) => [...orders],
    }),
    positionsClosing: t.field({
      type: ['Symbol'],
      description: 'What it closes, with the policy FLATTEN.',
      resolve: ({ positionsClosing }) => [...positionsClosing],
    }),
    at: t.expose('at', { type: 'DateTime', description: 'Since when trading is halted.' }),
    safetyEvent: t.prismaField({
      type: SafetyEventRef,
      nullable: true,
      description: 'Its entry in the audit.',
      resolve: (query, { eventId }, _args, { caller, services }) =>
        services.database.read.safetyEvent.findUnique({
          ...query,
          where: { id: eventId, ownerId: caller.principal.userId },
        }),
    }),
  }),
});

const KillInput = builder.inputType('ActivateKillSwitchInput', {
  description: 'Why, and how much is stopped.',
  fields: (t) => ({
    reason: t.string({ description: 'For the audit, at most 1,000 characters.' }),
    policy: t.field({
      type: KillPolicyEnum,
      defaultValue: 'cancel',
      description: 'What is done beside refusing orders.',
    }),
  }),
});

const ResumeInput = builder.inputType('ResumeTradingInput', {
  description: 'Why.',
  fields: (t) => ({ reason: t.string({ description: 'For the audit, at most 1,000 characters.' }) }),
});

const LimitsInput = builder.inputType('UpdateSafetyLimitsInput', {
  description: 'Only what is given changes.',
  fields: (t) => ({
    paperMode: t.boolean({ description: 'False asks for live trading, which the server has to allow.' }),
    state: t.field({ type: TradingStateEnum, description: 'ACTIVE or REDUCING; not while trading is halted.' }),
    maxDailyTrades: t.int({ description: describeLimit('maxDailyTrades') }),
    maxOrdersPerMinute: t.int({ description: describeLimit('maxOrdersPerMinute') }),
    maxOrderValue: t.field({ type: 'Decimal', description: describeLimit('maxOrderValue') }),
    maxPositionPct: t.field({ type: 'Decimal', description: describeLimit('maxPositionPct') }),
    maxDailyLossPct: t.field({ type: 'Decimal', description: describeLimit('maxDailyLossPct') }),
    maxDrawdownPct: t.field({ type: 'Decimal', description: describeLimit('maxDrawdownPct') }),
    priceCollarPct: t.field({ type: 'Decimal', description: describeLimit('priceCollarPct') }),
    largeOrderThreshold: t.field({ type: 'Decimal', description: describeLimit('largeOrderThreshold') }),
    reason: t.string({ description: 'For the audit, at most 1,000 characters.' }),
  }),
});

const ReleaseInput = builder.inputType('ReleaseSourceInput', {
  description: 'Which source to release.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of the stop.' }) }),
});

builder.mutationFields((t) => ({
  activateKillSwitch: t.field({
    type: payloadType('ActivateKillSwitchPayload', 'kill', {
      type: KillReportRef,
      description: 'What was done; the rest goes on by itself.',
    }),
    description:
      'Halts trading at once: no order is sent until it is resumed. Again it does nothing twice; only the policy may become stronger. Scope `kill`.',
    args: { input: t.arg({ type: KillInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) => attempt(() => killTrading(services, caller.principal, input)),
  }),
  resumeTrading: t.field({
    type: payloadType('ResumeTradingPayload', 'safety', {
      type: SafetyStatusRef,
      description: 'What holds from now on.',
    }),
    description:
      'Lets trading go on after a halt; twice is once. Sources that were stopped stay so, and nothing that was refused is sent. Scope `admin`.',
    args: { input: t.arg({ type: ResumeInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => resumeTrading(services, caller.principal, input)),
  }),
  updateSafetyLimits: t.field({
    type: payloadType('UpdateSafetyLimitsPayload', 'safety', {
      type: SafetyStatusRef,
      description: 'What holds from now on.',
    }),
    description: 'Changes the limits, the paper mode or the state. Scope `admin`.',
    args: { input: t.arg({ type: LimitsInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() =>
        updateSafetyLimits({ ...services, hasLiveBroker: services.brokers.has('live') }, caller.principal, input),
      ),
  }),
  releaseSource: t.field({
    type: payloadType('ReleaseSourcePayload', 'stoppedSource', {
      type: StoppedSourceRef,
      description: 'The source as it is now.',
    }),
    description: 'Lets a source trade again that was stopped for sending without end. Scope `admin`.',
    args: { input: t.arg({ type: ReleaseInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => releaseSource(services, caller.principal, inputId(input.id)), 'id'),
  }),
}));
