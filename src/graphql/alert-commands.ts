/** What people do with alerts. */
import { createAlert, deleteAlert, testAlert, updateAlert } from '../alerts/index.ts';
import { AlertTypeEnum } from './alert-words.ts';
import { AlertRef, AlertTriggerRef } from './alerts.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { INPUT, inputId } from './inputs.ts';
import { payloadType } from './payload.ts';

const ALERT_ID = 'The id of the alert.';
const CONDITION =
  '`{symbol, above}` or `{symbol, below}`, `{strategy_id, signal?}`, `{metric, above}` or `{goal_id}`, as the type has it.';

const CreateAlertInput = builder.inputType('CreateAlertInput', {
  description: 'The alert to create; what is left out takes its default.',
  fields: (t) => ({
    alertType: t.field({ type: AlertTypeEnum, required: true, description: 'What it watches.' }),
    condition: t.field({ type: 'JSON', required: true, description: CONDITION }),
    name: t.string({ description: '1 to 100 characters; default: what it watches.' }),
    enabled: t.boolean({ description: 'Default true.' }),
    cooldownSeconds: t.int({ description: '0 to 604,800; default 300.' }),
    hysteresis: t.field({
      type: 'Decimal',
      description: '0 to 0.5: a part of a price level, a distance of a fraction; default 0.005.',
    }),
  }),
});

const UpdateAlertInput = builder.inputType('UpdateAlertInput', {
  description: 'Only what is given changes, and the alert is armed anew.',
  fields: (t) => ({
    id: t.id({ required: true, description: ALERT_ID }),
    alertType: t.field({ type: AlertTypeEnum, description: 'Another type needs another `condition`.' }),
    condition: t.field({ type: 'JSON', description: `Replaces the whole: ${CONDITION}` }),
    name: t.string({ description: '1 to 100 characters.' }),
    enabled: t.boolean({ description: 'Whether it is evaluated.' }),
    cooldownSeconds: t.int({ description: '0 to 604,800.' }),
    hysteresis: t.field({ type: 'Decimal', description: '0 to 0.5.' }),
  }),
});

const alertPayload = (name: string) =>
  payloadType(name, 'alert', { type: AlertRef, description: 'The alert as it is now.' });
const CreatePayload = alertPayload('CreateAlertPayload');
const UpdatePayload = alertPayload('UpdateAlertPayload');
const DeletePayload = payloadType<number>('DeleteAlertPayload', 'deletedId', {
  type: 'ID',
  description: 'The id that the alert had.',
});
const TestPayload = payloadType('TestAlertPayload', 'trigger', {
  type: AlertTriggerRef,
  description: 'What was told.',
});

const onlyId = (name: string) =>
  builder.inputType(name, {
    description: 'Which alert.',
    fields: (t) => ({ id: t.id({ required: true, description: ALERT_ID }) }),
  });
const DeleteInput = onlyId('DeleteAlertInput');
const TestInput = onlyId('TestAlertInput');

builder.mutationFields((t) => ({
  createAlert: t.field({
    type: CreatePayload,
    description:
      'Creates an alert. One whose condition is true already fires when it becomes true again. Scope `trade`.',
    args: { input: t.arg({ type: CreateAlertInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) => attempt(() => createAlert(services, caller.principal, input)),
  }),
  updateAlert: t.field({
    type: UpdatePayload,
    description: 'Changes the settings of an alert, enables or disables it. Scope `trade`.',
    args: { input: t.arg({ type: UpdateAlertInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => updateAlert(services, caller.principal, { ...input, id: inputId(input.id) }), 'id'),
  }),
  deleteAlert: t.field({
    type: DeletePayload,
    description: 'Deletes an alert; what it told stays in the history. Scope `trade`.',
    args: { input: t.arg({ type: DeleteInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => deleteAlert(services, caller.principal, inputId(input.id)), 'id'),
  }),
  testAlert: t.field({
    type: TestPayload,
    description:
      'Tells subscribers, and webhooks that want tests, that this is a test of the alert; its state stays. Scope `trade`.',
    args: { input: t.arg({ type: TestInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => testAlert(services, caller.principal, inputId(input.id)), 'id'),
  }),
}));
