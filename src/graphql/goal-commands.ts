/** What people do with portfolio goals. A request may send one rebalance, as it may send one order. */
import { createPortfolioGoal, deletePortfolioGoal, rebalancePortfolio, updatePortfolioGoal } from '../goals/index.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { GoalRef, RebalanceModeEnum } from './goals.ts';
import { INPUT, inputId } from './inputs.ts';
import { ORDER_EXTENSION } from './measure.ts';
import { payloadType } from './payload.ts';
import { PlanRef } from './rebalance-plans.ts';

const GOAL_ID = 'The id of the goal.';

const TargetWeightInput = builder.inputType('TargetWeightInput', {
  description: 'What share of the account a symbol should have.',
  fields: (t) => ({
    symbol: t.field({ type: 'Symbol', required: true, description: 'What should be held; `CASH` is cash.' }),
    weight: t.field({ type: 'Decimal', required: true, description: '0 to 1; kept with 8 places.' }),
  }),
});

const CreateGoalInput = builder.inputType('CreatePortfolioGoalInput', {
  description: 'The goal to create; what is left out takes its default.',
  fields: (t) => ({
    targetWeights: t.field({
      type: [TargetWeightInput],
      required: true,
      description: '1 to 500 symbols, each once, whose weights add up to 1 or less; the rest is cash.',
    }),
    name: t.string({ description: '1 to 100 characters; default: the weights.' }),
    driftThreshold: t.field({ type: 'Decimal', description: 'Above 0, below 1; default 0.05.' }),
    rebalanceMode: t.field({ type: RebalanceModeEnum, description: 'Default `ALERT`.' }),
    checkSchedule: t.field({
      type: 'Cron',
      description:
        'Cron by the clocks of New York; default: every 15 minutes of the session, or of the day where everything trades around the clock.',
    }),
  }),
});

const UpdateGoalInput = builder.inputType('UpdatePortfolioGoalInput', {
  description:
    'Only what is given changes. With other weights, threshold or mode a breach that goes on is told once more.',
  fields: (t) => ({
    id: t.id({ required: true, description: GOAL_ID }),
    targetWeights: t.field({ type: [TargetWeightInput], description: 'Replaces all of them.' }),
    name: t.string({ description: '1 to 100 characters.' }),
    driftThreshold: t.field({ type: 'Decimal', description: 'Above 0, below 1.' }),
    rebalanceMode: t.field({ type: RebalanceModeEnum, description: '`OFF` disables the job that checks it.' }),
    checkSchedule: t.field({
      type: 'Cron',
      description: 'Of the job that checks it; one that was deleted is made again.',
    }),
  }),
});

const DeleteGoalInput = builder.inputType('DeletePortfolioGoalInput', {
  description: 'Which goal to delete.',
  fields: (t) => ({ id: t.id({ required: true, description: GOAL_ID }) }),
});

const RebalanceInput = builder.inputType('RebalancePortfolioInput', {
  description: 'Which goal, and whether to suggest or to trade.',
  fields: (t) => ({
    goalId: t.id({ required: true, description: GOAL_ID }),
    dryRun: t.boolean({ description: 'Only suggest, whatever the mode of the goal is. Default false.' }),
    planHash: t.string({ description: 'Of a plan of the last five minutes, which is to be carried out.' }),
  }),
});

const goalPayload = (name: string) =>
  payloadType(name, 'goal', { type: GoalRef, description: 'The goal as it is now.' });

builder.mutationFields((t) => ({
  createPortfolioGoal: t.field({
    type: goalPayload('CreatePortfolioGoalPayload'),
    description: 'Creates a goal and the job that checks it. Scope `trade`.',
    args: { input: t.arg({ type: CreateGoalInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => createPortfolioGoal(services, caller.principal, input)),
  }),
  updatePortfolioGoal: t.field({
    type: goalPayload('UpdatePortfolioGoalPayload'),
    description: 'Changes a goal, and the job that checks it with it. Scope `trade`.',
    args: { input: t.arg({ type: UpdateGoalInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => updatePortfolioGoal(services, caller.principal, { ...input, id: inputId(input.id) }), 'id'),
  }),
  deletePortfolioGoal: t.field({
    type: payloadType<number>('DeletePortfolioGoalPayload', 'deletedId', {
      type: 'ID',
      description: 'The id that the goal had.',
    }),
    description: 'Deletes a goal and the job that checks it; its plans and orders stay. Scope `trade`.',
    args: { input: t.arg({ type: DeleteGoalInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => deletePortfolioGoal(services, caller.principal, inputId(input.id)), 'id'),
  }),
  rebalancePortfolio: t.field({
    type: payloadType('RebalancePortfolioPayload', 'plan', {
      type: PlanRef,
      description: 'The plan: suggested, or with what came of it.',
    }),
    description:
      'Suggests a plan, or carries one out: one that `planHash` names in every mode, without it the own plan of a goal in the mode AUTO. At most one in a request. Scope `trade`.',
    extensions: { [ORDER_EXTENSION]: true },
    args: { input: t.arg({ type: RebalanceInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(
        () => rebalancePortfolio(services, caller.principal, { ...input, goalId: inputId(input.goalId) }),
        'goalId',
      ),
  }),
}));
