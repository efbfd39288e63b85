/** Strategy types, saved strategies, their signals. */

import { requireScope } from '../access/index.ts';
import { memberOf, readJson } from '../core/index.ts';
import { INTERVALS } from '../market/index.ts';
import type { ParameterSpec, StrategyInput, StrategyMode, StrategyType } from '../strategies/index.ts';
import {
  createStrategy,
  deleteStrategy,
  parametersJsonSchema,
  STRATEGY_MODES,
  updateStrategy,
} from '../strategies/index.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { enumOf, INPUT, inputId } from './inputs.ts';
import { IntervalEnum } from './market.ts';
import { ownRow, ownRows, rowsAfter } from './own-rows.ts';
import { pageLimit } from './paging.ts';
import { payloadType } from './payload.ts';

const StrategyModeEnum = enumOf<StrategyMode>('StrategyMode', {
  description:
    'What its owner wants of the signals of a saved strategy. It is kept, and nothing places orders by it yet: in every mode signals are computed for those who ask, and by each `MARKET_SCAN` job of the strategy, which announces a turn to buy or sell as the event `StrategySignaled` and to alerts of the type `SIGNAL`.',
  values: {
    monitor: 'To look at them.',
    alert: 'To be told. A person is told by an alert of the type `SIGNAL` on the strategy, whatever the mode.',
    auto_trade: 'To trade on them. No order follows yet: the runs of its scans say `Signals only`.',
  },
});

/** Of the field that says so. */
const ENABLED = 'Whether a `MARKET_SCAN` job of it scans; else its runs say that nothing was scanned.';

const ParameterTypeEnum = enumOf<ParameterSpec['type']>('StrategyParameterType', {
  description: 'What the values of a parameter are.',
  values: { integer: 'Whole numbers.', number: 'Numbers.', enum: 'Words of a list.' },
});

const Parameter = builder.objectRef<ParameterSpec>('StrategyParameter').implement({
  description: 'One parameter of a strategy type.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'In snake_case, as in `params` and `paramGrid`.' }),
    type: t.expose('type', { type: ParameterTypeEnum, description: 'What its values are.' }),
    description: t.exposeString('description', { description: 'A sentence for a trader, with the unit.' }),
    default: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Its value where none is given; null for one that is required.',
      resolve: (spec) => spec.default,
    }),
    required: t.boolean({
      description: 'Whether it has to be given.',
      resolve: ({ isRequired = false }) => isRequired,
    }),
    nullable: t.exposeBoolean('nullable', { description: 'Whether null (none) is a value.' }),
  }),
});

export const StrategyTypeRef = builder.objectRef<StrategyType>('StrategyType').implement({
  description: 'A kind of strategy: what it does, what can be set, and the grid that an optimization tries by default.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'How requests name it, e.g. `momentum`.' }),
    description: t.exposeString('description', { description: 'What it does, for a trader.' }),
    parameters: t.field({
      type: [Parameter],
      description: 'What can be set.',
      resolve: (type) => [...type.parameters],
    }),
    parametersSchema: t.field({
      type: 'JSON',
      description: 'JSON Schema (2020-12) of the parameters.',
      resolve: (type) => parametersJsonSchema(type),
    }),
    defaultGrid: t.field({
      type: 'JSON',
      description: 'Parameter -> values; empty for a type that has none.',
      resolve: (type) => type.defaultGrid,
    }),
    minSymbols: t.int({ description: 'Fewest symbols that it trades.', resolve: (type) => type.symbols.min }),
    maxSymbols: t.int({
      nullable: true,
      description: 'Null: as many as one likes.',
      resolve: (type) => type.symbols.max,
    }),
  }),
});

export const StrategyRef = builder.prismaObject('Strategy', {
  description: 'A saved strategy: a type with parameters and the symbols it trades.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    name: t.exposeString('name', { description: '1 to 100 characters.' }),
    strategyType: t.exposeString('strategyType', { description: 'The name of its type.' }),
    type: t.field({
      type: StrategyTypeRef,
      description: 'Its type.',
      select: { strategyType: true },
      resolve: (row, _args, { services }) => services.registry.get(row.strategyType),
    }),
    params: t.field({
      type: 'JSON',
      description: 'Parameter -> value, complete.',
      select: { params: true },
      resolve: (row) => readJson<unknown>(row.params),
    }),
    symbols: t.field({
      type: ['Symbol'],
      description: 'What it trades.',
      select: { symbols: true },
      resolve: (row) => readJson<string[]>(row.symbols),
    }),
    interval: t.field({
      type: IntervalEnum,
      description: 'The length of the bars that it decides on.',
      select: { interval: true },
      resolve: (row) => memberOf(INTERVALS, row.interval),
    }),
    mode: t.field({
      type: StrategyModeEnum,
      description: 'What its owner wants of its signals; it places no orders yet.',
      select: { mode: true },
      resolve: (row) => memberOf(STRATEGY_MODES, row.mode),
    }),
    enabled: t.exposeBoolean('enabled', { description: ENABLED }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was saved first.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was changed last.' }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it was deleted, of a strategy that an order or an optimization still leads to; null while it is there.',
    }),
    optimizations: t.relatedConnection('optimizations', {
      cursor: 'id',
      maxSize: pageLimit(1),
      description: 'The jobs that named this strategy, newest first.',
      query: (_args, { caller }) => ({ where: { ownerId: caller.principal.userId }, orderBy: { id: 'desc' } }),
    }),
  }),
});

builder.queryFields((t) => ({
  strategyTypes: t.field({
    type: [StrategyTypeRef],
    description: 'Every strategy type that this server knows.',
    resolve: (_root, _args, { caller, services }) => {
      requireScope(caller.principal, 'read');
      return [...services.registry.list()];
    },
  }),
  strategy: t.prismaField({
    type: 'Strategy',
    nullable: true,
    description: 'One saved strategy; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the strategy.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.strategy.findFirst({
        ...query,
        where: { ...ownRow(caller, id), deletedAt: null },
      });
    },
  }),
  strategies: t.prismaConnection({
    type: 'Strategy',
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'The saved strategies, oldest first.',
    args: { newerThan: t.arg.id({ description: 'Only those created after the strategy with this id.' }) },
    resolve: (query, _root, { newerThan }, { caller, services }) => {
      return services.database.read.strategy.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          deletedAt: null,
          ...rowsAfter(newerThan),
        },
        orderBy: { id: 'asc' },
      });
    },
  }),
}));

const CreateStrategyInput = builder.inputType('CreateStrategyInput', {
  description: 'The strategy to save.',
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 100 characters.' }),
    strategyType: t.string({ required: true, description: 'The name of a strategy type.' }),
    params: t.field({ type: 'JSON', description: 'Parameter -> value; what is left out takes its default.' }),
    symbols: t.field({
      type: ['Symbol'],
      required: true,
      description: 'What it trades, each once; how many depends on the type.',
    }),
    interval: t.field({
      type: IntervalEnum,
      defaultValue: '1d',
      description: 'The length of the bars that it decides on.',
    }),
    mode: t.field({
      type: StrategyModeEnum,
      defaultValue: 'monitor',
      description: 'What its owner wants of its signals; it places no orders yet.',
    }),
    enabled: t.boolean({ defaultValue: true, description: ENABLED }),
  }),
});

const UpdateStrategyInput = builder.inputType('UpdateStrategyInput', {
  description: 'Only what is given changes.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The id of the strategy.' }),
    name: t.string({ description: '1 to 100 characters.' }),
    strategyType: t.string({
      description: 'Another type starts from its default parameters, unless `params` is given.',
    }),
    params: t.field({ type: 'JSON', description: 'Replaces the whole map; what is left out takes its default.' }),
    symbols: t.field({ type: ['Symbol'], description: 'What it trades from now on.' }),
    interval: t.field({ type: IntervalEnum, description: 'The length of the bars that it decides on.' }),
    mode: t.field({
      type: StrategyModeEnum,
      description: 'What its owner wants of its signals; it places no orders yet.',
    }),
    enabled: t.boolean({ description: ENABLED }),
  }),
});

const DeleteStrategyInput = builder.inputType('DeleteStrategyInput', {
  description: 'Which strategy to delete.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of the strategy.' }) }),
});

const CreateStrategyPayload = payloadType('CreateStrategyPayload', 'strategy', {
  type: StrategyRef,
  description: 'The strategy as it was saved.',
});
const UpdateStrategyPayload = payloadType('UpdateStrategyPayload', 'strategy', {
  type: StrategyRef,
  description: 'The strategy as it is now.',
});
const DeleteStrategyPayload = payloadType<number>('DeleteStrategyPayload', 'deletedId', {
  type: 'ID',
  description: 'The id that the strategy had.',
});

builder.mutationFields((t) => ({
  createStrategy: t.field({
    type: CreateStrategyPayload,
    description: 'Saves a strategy. Scope `trade`.',
    args: { input: t.arg({ type: CreateStrategyInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => createStrategy(services, caller.principal, input as StrategyInput)),
  }),
  updateStrategy: t.field({
    type: UpdateStrategyPayload,
    description: 'Changes a saved strategy. Scope `trade`.',
    args: { input: t.arg({ type: UpdateStrategyInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => updateStrategy(services, caller.principal, { ...input, id: inputId(input.id) }), 'id'),
  }),
  deleteStrategy: t.field({
    type: DeleteStrategyPayload,
    description:
      'Deletes a saved strategy; its orders and the optimizations that named it stay and lead to it. Scope `trade`.',
    args: { input: t.arg({ type: DeleteStrategyInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => deleteStrategy(services, caller.principal, inputId(input.id)), 'id'),
  }),
}));
