/** Alerts and what they told, as they are read. */
import { ALERT_TYPES, shownAlertState, TRIGGER_TYPES } from '../alerts/index.ts';
import { memberOf, readJson } from '../core/index.ts';
import { AlertStateEnum, AlertTriggerTypeEnum, AlertTypeEnum } from './alert-words.ts';
import { builder } from './builder.ts';
import { ownRow, ownRows, rowsAfter, rowsBefore } from './own-rows.ts';
import { pageLimit, WHOLE_LIST } from './paging.ts';

export const AlertRef = builder.prismaObject('Alert', {
  description: 'Something that its owner is told of when it becomes true.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    name: t.exposeString('name', { description: '1 to 100 characters.' }),
    alertType: t.field({
      type: AlertTypeEnum,
      description: 'What it watches.',
      select: { alertType: true },
      resolve: (alert) => memberOf(ALERT_TYPES, alert.alertType),
    }),
    condition: t.field({
      type: 'JSON',
      description: 'When it fires, keys in snake_case; depends on the type.',
      select: { condition: true },
      resolve: (alert) => readJson<unknown>(alert.condition),
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it is evaluated.' }),
    cooldownSeconds: t.exposeInt('cooldownSeconds', {
      description: 'How long after firing it stays silent; of signals, for each symbol.',
    }),
    hysteresis: t.expose('hysteresis', {
      type: 'Decimal',
      nullable: true,
      description:
        'How far the value has to leave the level before it is armed again: a part of a price level, a distance of a fraction. Null where there is no level.',
    }),
    state: t.field({
      type: AlertStateEnum,
      description: 'Where it stands now.',
      select: { phase: true, firedAt: true, observedAt: true, cooldownSeconds: true },
      resolve: (alert, _args, { services }) => shownAlertState(alert, services.clock.now()),
    }),
    lastTriggeredAt: t.expose('lastTriggeredAt', { type: 'DateTime', nullable: true, description: 'Null before.' }),
    triggerCount: t.exposeInt('triggerCount', { description: 'How often it has fired; tests do not count.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When its settings were changed last.' }),
    strategy: t.relation('strategy', {
      nullable: true,
      description:
        'The strategy whose signals it watches. Null when it watches none; when that was deleted: null, or with `deletedAt` where an order or an optimization still leads to it.',
    }),
    triggers: t.prismaConnection({
      type: 'AlertTrigger',
      cursor: 'id',
      maxSize: pageLimit(1),
      description: 'What it told, newest first.',
      resolve: (query, alert, _args, { caller, services }) =>
        services.database.read.alertTrigger.findMany({
          ...query,
          where: { alertId: alert.id, ownerId: caller.principal.userId },
          orderBy: { id: 'desc' },
        }),
    }),
  }),
});

export const AlertTriggerRef = builder.prismaObject('AlertTrigger', {
  description: 'Something that an owner was told.',
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Counts up.' }),
    alertId: t.exposeID('alertId', {
      nullable: true,
      description: 'The alert, also one that was deleted since; null of system alerts.',
    }),
    alertType: t.field({
      type: AlertTriggerTypeEnum,
      description: 'What was told.',
      select: { alertType: true },
      resolve: (row) => memberOf(TRIGGER_TYPES, row.alertType),
    }),
    message: t.exposeString('message', { description: 'A sentence for a person.' }),
    context: t.field({
      type: 'JSON',
      description: 'The facts, keys in snake_case; which ones depends on the type.',
      select: { context: true },
      resolve: (row) => readJson<unknown>(row.context),
    }),
    value: t.expose('value', {
      type: 'Decimal',
      nullable: true,
      description: 'What was found; null of system alerts and tests.',
    }),
    level: t.expose('level', { type: 'Decimal', nullable: true, description: 'What it went beyond; null of signals.' }),
    quoteAt: t.expose('quoteAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the value was current; null where there is none.',
    }),
    evaluatedAt: t.expose('evaluatedAt', { type: 'DateTime', description: 'When it was held against the level.' }),
    triggeredAt: t.expose('triggeredAt', { type: 'DateTime', description: 'When it was told.' }),
    isTest: t.exposeBoolean('isTest', { description: 'Whether somebody only tried whether notices arrive.' }),
    correlationId: t.exposeString('correlationId', { description: 'Shared by everything that one cause led to.' }),
    causationId: t.expose('causationId', {
      type: 'Cursor',
      nullable: true,
      description: 'The event that led to it; null when a price or an account did.',
    }),
    alert: t.prismaField({
      type: 'Alert',
      nullable: true,
      description: 'The alert; null of system alerts, and when it was deleted.',
      select: { alertId: true, ownerId: true },
      resolve: (query, { alertId, ownerId }, _args, { services }) =>
        alertId === null
          ? null
          : services.database.read.alert.findUnique({ ...query, where: { id: alertId, ownerId } }),
    }),
  }),
});

builder.queryFields((t) => ({
  alert: t.prismaField({
    type: 'Alert',
    nullable: true,
    description: 'One alert; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'The id of the alert.' }) },
    resolve: (query, _root, { id }, { caller, services }) => {
      return services.database.read.alert.findFirst({
        ...query,
        where: ownRow(caller, id),
      });
    },
  }),
  alerts: t.prismaConnection({
    type: 'Alert',
    cursor: 'id',
    ...WHOLE_LIST,
    description: 'The alerts, oldest first.',
    args: { newerThan: t.arg.id({ description: 'Only those created after the alert with this id.' }) },
    resolve: (query, _root, { newerThan }, { caller, services }) => {
      return services.database.read.alert.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          ...rowsAfter(newerThan),
        },
        orderBy: { id: 'asc' },
      });
    },
  }),
  alertHistory: t.prismaConnection({
    type: 'AlertTrigger',
    cursor: 'id',
    maxSize: pageLimit(1),
    description: 'Everything that I was told, newest first. It is never pruned.',
    args: { olderThan: t.arg.id({ description: 'Only what was told before the row with this id.' }) },
    resolve: (query, _root, { olderThan }, { caller, services }) => {
      return services.database.read.alertTrigger.findMany({
        ...query,
        where: {
          ...ownRows(caller),
          ...rowsBefore(olderThan),
        },
        orderBy: { id: 'desc' },
      });
    },
  }),
}));
