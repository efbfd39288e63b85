/** Strategy types, saved strategies, their signals. */

import { requireScope } from '../access/index.ts';
import { memberOf, readJson } from '../core/index.ts';
import { INTERVALS } from '../market/index.ts';
import type { ParameterSpec, StrategyInput, StrategyType } from '../strategies/index.ts';
import {
  createStrategy,
  deleteStrategy,
  parametersJsonSchema,
  STRATEGY_MODES,
  updateStrategy,
} from '../strategies/index.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { enumOf, parseId, parsePlace } from './inputs.ts';
import { IntervalEnum } from './market.ts';
import { pageLimit } from './paging.ts';
import { payloadType } from './payload.ts';

const StrategyModeEnum = enumOf('StrategyMode', STRATEGY_MODES, 'What becomes of the signals of a saved strategy.');

const Parameter = builder.objectRef<ParameterSpec>('StrategyParameter').implement({
  description: 'One parameter of a strategy type.',
  fields: (t) => ({
    name: t.exposeString('name'),
    type: t.exposeString('type', { description: '`integer`, `number` or `enum`.' }),
    description: t.exposeString('description'),
    default: t.field({ type: 'JSON', nullable: true, resolve: (spec) => spec.default }),
    nullable: t.exposeBoolean('nullable', { description: 'Whether null (none) is a value.' }),
  }),
});

export const StrategyTypeRef = builder.objectRef<StrategyType>('StrategyType').implement({
  description: 'A kind of strategy: what it does, what can be set, and the grid that an optimization tries by default.',
  fields: (t) => ({
    name: t.exposeString('name'),
    description: t.exposeString('description'),
    parameters: t.field({ type: [Parameter], resolve: (type) => [...type.parameters] }),
    parametersSchema: t.field({
      type: 'JSON',
      description: 'JSON Schema (2020-12) of the parameters.',
      resolve: (type) => parametersJsonSchema(type),
    }),
    defaultGrid: t.field({ type: 'JSON', description: 'Parameter -> values.', resolve: (type) => type.defaultGrid }),
    minSymbols: t.int({ resolve: (type) => type.symbols.min }),
    maxSymbols: t.int({
      nullable: true,
      description: 'Null: as many as one likes.',
      resolve: (type) => type.symbols.max,
    }),
  }),
});

export const StrategyRef = builder.prismaObject('Strategy', {
  description: 'A saved strategy: a type with parameters and the symbols it trades.',
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    strategyType: t.exposeString('strategyType'),
    type: t.field({
      type: StrategyTypeRef,
      resolve: (row, _args, { services }) => services.registry.get(row.strategyType),
    }),
    params: t.field({
      type: 'JSON',
      description: 'Parameter -> value, complete.',
      resolve: (row) => readJson<unknown>(row.params),
    }),
    symbols: t.field({ type: ['Symbol'], resolve: (row) => readJson<string[]>(row.symbols) }),
    interval: t.field({ type: IntervalEnum, resolve: (row) => memberOf(INTERVALS, row.interval) }),
    mode: t.field({ type: StrategyModeEnum, resolve: (row) => memberOf(STRATEGY_MODES, row.mode) }),
    enabled: t.exposeBoolean('enabled'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
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
    args: { id: t.arg.id({ required: true }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      requireScope(caller.principal, 'read');
      return services.database.read.strategy.findFirst({
        ...query,
        where: { id: parseId(id), ownerId: caller.principal.userId },
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
      requireScope(caller.principal, 'read');
      return services.database.read.strategy.findMany({
        ...query,
        where: {
          ownerId: caller.principal.userId,
          ...(newerThan == null ? {} : { id: { gt: parsePlace(newerThan, 'newerThan') } }),
        },
        orderBy: { id: 'asc' },
      });
    },
  }),
}));

const CreateStrategyInput = builder.inputType('CreateStrategyInput', {
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 100 characters.' }),
    strategyType: t.string({ required: true, description: 'The name of a strategy type.' }),
    params: t.field({ type: 'JSON', description: 'Parameter -> value; what is left out takes its default.' }),
    symbols: t.field({ type: ['Symbol'], required: true }),
    interval: t.field({ type: IntervalEnum, defaultValue: '1d' }),
    mode: t.field({ type: StrategyModeEnum, defaultValue: 'monitor' }),
    enabled: t.boolean({ defaultValue: true }),
  }),
});

const UpdateStrategyInput = builder.inputType('UpdateStrategyInput', {
  description: 'Only what is given changes.',
  fields: (t) => ({
    id: t.id({ required: true }),
    name: t.string({ description: '1 to 100 characters.' }),
    strategyType: t.string({
      description: 'Another type starts from its default parameters, unless `params` is given.',
    }),
    params: t.field({ type: 'JSON', description: 'Replaces the whole map; what is left out takes its default.' }),
    symbols: t.field({ type: ['Symbol'] }),
    interval: t.field({ type: IntervalEnum }),
    mode: t.field({ type: StrategyModeEnum }),
    enabled: t.boolean(),
  }),
});

const DeleteStrategyInput = builder.inputType('DeleteStrategyInput', {
  fields: (t) => ({ id: t.id({ required: true }) }),
});

const CreateStrategyPayload = payloadType('CreateStrategyPayload', 'strategy', StrategyRef);
const UpdateStrategyPayload = payloadType('UpdateStrategyPayload', 'strategy', StrategyRef);
const DeleteStrategyPayload = payloadType<number>('DeleteStrategyPayload', 'deletedId', 'ID');

builder.mutationFields((t) => ({
  createStrategy: t.field({
    type: CreateStrategyPayload,
    description: 'Saves a strategy. Scope `trade`.',
    args: { input: t.arg({ type: CreateStrategyInput, required: true }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => createStrategy(services, caller.principal, input as StrategyInput)),
  }),
  updateStrategy: t.field({
    type: UpdateStrategyPayload,
    description: 'Changes a saved strategy. Scope `trade`.',
    args: { input: t.arg({ type: UpdateStrategyInput, required: true }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => updateStrategy(services, caller.principal, { ...input, id: parseId(input.id) })),
  }),
  deleteStrategy: t.field({
    type: DeleteStrategyPayload,
    description: 'Deletes a saved strategy; the optimizations that named it stay. Scope `trade`.',
    args: { input: t.arg({ type: DeleteStrategyInput, required: true }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => deleteStrategy(services, caller.principal, parseId(input.id))),
  }),
}));
