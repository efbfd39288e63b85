/** The mutations of optimization jobs: submit and cancel. */
import { cancelOptimization, startModelTuning, startStrategyOptimization, startSweep } from '../optimize/index.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { INPUT, inputId, parsePlace } from './inputs.ts';
import { TuningMethodEnum } from './model-tuning.ts';
import { SearchMethodEnum } from './optimization-config.ts';
import { OptimizationRef } from './optimizations.ts';
import { payloadType } from './payload.ts';
import { simulationInput } from './simulation.ts';

type InputFields = Parameters<typeof simulationInput>[0];

/** What every kind of job is asked. */
function jobInput(t: InputFields, strategyId: string) {
  return {
    ...simulationInput(t),
    nSplits: t.int({ defaultValue: 5, description: 'Walk-forward windows, at least 1.' }),
    trainRatio: t.float({ defaultValue: 0.7, description: 'Share of each window that trains, 0.1 to 0.9.' }),
    method: t.field({ type: SearchMethodEnum, defaultValue: 'grid', description: 'How the combinations are chosen.' }),
    maxTrials: t.int({
      description:
        'Most combinations that RANDOM and TPE try of each strategy type, from 1 to OPTIMIZE_MAX_COMBINATIONS; default 100. An error with GRID.',
    }),
    seed: t.int({
      description:
        'Of the choices of RANDOM and TPE, from 0 to 2147483647; default 1. Same seed, same choices. An error with GRID.',
    }),
    strategyId: t.id({ description: strategyId }),
  };
}

const StartInput = builder.inputType('StartStrategyOptimizationInput', {
  description: 'Which parameters of one strategy type to try, on which bars.',
  fields: (t) => ({
    strategyType: t.string({ required: true, description: 'The name of a strategy type.' }),
    paramGrid: t.field({
      type: 'JSON',
      description:
        "Parameter -> list of values, one value, or range `{min, max, step?, log?}`, ends inclusive; default: the type's grid. GRID needs a `step` where numbers are not whole; `log: true` (RANDOM, TPE) draws by order of magnitude. Parameters left out keep their default.",
    }),
    ...jobInput(t, 'A saved strategy of the same type that this job is about.'),
  }),
});

const SweepInput = builder.inputType('StartSweepInput', {
  description: 'On which bars to try the default grid of every strategy type that fits them.',
  fields: (t) => jobInput(t, 'A saved strategy that this job is about.'),
});

const ModelInput = builder.inputType('StartModelTuningInput', {
  description: 'Which parameters of a model to try, what it sees, and on which bars.',
  fields: (t) => ({
    modelType: t.string({ required: true, description: '`xgboost`, `lightgbm`, `catboost` or `random_forest`.' }),
    featureConfig: t.field({
      type: 'JSON',
      description:
        '`{features?, horizon?, label?}`: `features` is a list of names, or an object by name of parameters, each a value or a list of values; default: all. `horizon` is how many bars the label looks ahead, 1 to 250, default 1. `label` is `direction` (the default) or `return`.',
    }),
    paramGrid: t.field({
      type: 'JSON',
      description:
        "Parameter -> list of values, one value, or range `{min, max, step?, log?}`, ends inclusive; default: the type's grid. GRID needs a `step` where numbers are not whole. Parameters left out keep their default.",
    }),
    ...simulationInput(t),
    nSplits: t.int({ defaultValue: 5, description: 'Test slices, 2 to 100.' }),
    embargoBars: t.int({
      description: 'Bars between training and testing that neither uses, beside the horizon; default: 1 % of the bars.',
    }),
    method: t.field({ type: TuningMethodEnum, defaultValue: 'grid', description: 'How the combinations are chosen.' }),
    maxTrials: t.int({
      description:
        'Most combinations that RANDOM and HALVING try, from 1 to OPTIMIZE_MAX_COMBINATIONS; default 60. An error with GRID.',
    }),
    seed: t.int({ description: 'Of the draws and of the training, from 0 to 2147483647; default 1.' }),
  }),
});

const CancelInput = builder.inputType('CancelOptimizationInput', {
  description: 'Which job to cancel.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of the job.' }) }),
});

/** The saved strategy of an input as the use cases know it. */
function withStrategyId<Input extends { readonly strategyId?: string | null | undefined }>(input: Input) {
  return { ...input, strategyId: input.strategyId == null ? null : parsePlace(input.strategyId, 'strategyId') };
}

builder.mutationFields((t) => ({
  startStrategyOptimization: t.field({
    type: payloadType('StartStrategyOptimizationPayload', 'optimization', {
      type: OptimizationRef,
      description: 'The job as it was submitted.',
    }),
    description: 'Submits a walk-forward optimization and answers at once. Scope `trade`.',
    args: { input: t.arg({ type: StartInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => startStrategyOptimization(services, caller.principal, withStrategyId(input))),
  }),
  startSweep: t.field({
    type: payloadType('StartSweepPayload', 'optimization', {
      type: OptimizationRef,
      description: 'The job as it was submitted; `config.sections` has the types that it searches.',
    }),
    description:
      'Submits one walk-forward optimization over every strategy type that fits the symbols and bars, and answers at once. Scope `trade`.',
    args: { input: t.arg({ type: SweepInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => startSweep(services, caller.principal, withStrategyId(input))),
  }),
  startModelTuning: t.field({
    type: payloadType('StartModelTuningPayload', 'optimization', {
      type: OptimizationRef,
      description: 'The job as it was submitted.',
    }),
    description: 'Submits the tuning of a model and answers at once. Scope `trade`.',
    args: { input: t.arg({ type: ModelInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => startModelTuning(services, caller.principal, input)),
  }),
  cancelOptimization: t.field({
    type: payloadType('CancelOptimizationPayload', 'optimization', {
      type: OptimizationRef,
      description: 'The job as it ended.',
    }),
    description: 'Cancels a job that waits or runs, within 2 seconds; what it has computed is kept. Scope `trade`.',
    args: { input: t.arg({ type: CancelInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => cancelOptimization(services, caller.principal, inputId(input.id)), 'id'),
  }),
}));
