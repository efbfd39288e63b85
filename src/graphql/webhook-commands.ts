/** What people do with webhook destinations and their deliveries. */
import {
  createWebhookDestination,
  deleteWebhookDestination,
  type RevealedDestination,
  replayWebhookDelivery,
  rotateWebhookSecret,
  updateWebhookDestination,
} from '../webhooks/index.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { INPUT, inputId } from './inputs.ts';
import { payloadType } from './payload.ts';
import { WebhookDeliveryRef, WebhookDestinationRef, WebhookEventEnum } from './webhooks.ts';

const DESTINATION_ID = 'The id of the destination.';

const CreateInput = builder.inputType('CreateWebhookDestinationInput', {
  description: 'The destination to create.',
  fields: (t) => ({
    url: t.string({ required: true, description: 'Where to: `https://…`, on the internet.' }),
    events: t.field({ type: [WebhookEventEnum], description: 'What it is told of; default: everything.' }),
    enabled: t.boolean({ description: 'Default true.' }),
  }),
});

const UpdateInput = builder.inputType('UpdateWebhookDestinationInput', {
  description: 'Only what is given changes. Failures that were counted are forgotten.',
  fields: (t) => ({
    id: t.id({ required: true, description: DESTINATION_ID }),
    url: t.string({ description: 'Where to.' }),
    events: t.field({ type: [WebhookEventEnum], description: 'Replaces the whole list.' }),
    enabled: t.boolean({ description: 'What waits is sent once it is enabled.' }),
  }),
});

const onlyId = (name: string) =>
  builder.inputType(name, {
    description: 'Which destination.',
    fields: (t) => ({ id: t.id({ required: true, description: DESTINATION_ID }) }),
  });
const DeleteInput = onlyId('DeleteWebhookDestinationInput');
const RotateInput = onlyId('RotateWebhookSecretInput');

const ReplayInput = builder.inputType('ReplayWebhookDeliveryInput', {
  description: 'Which delivery.',
  fields: (t) => ({
    destinationId: t.id({ required: true, description: DESTINATION_ID }),
    id: t.id({ required: true, description: 'The id of the delivery.' }),
  }),
});

const WebhookSecret = builder.objectRef<RevealedDestination>('WebhookSecret').implement({
  description: 'A secret that was just made: it is told here and never again.',
  fields: (t) => ({
    secret: t.exposeString('secret', { description: 'What deliveries are signed with.' }),
    destination: t.expose('destination', { type: WebhookDestinationRef, description: 'The destination as it is now.' }),
  }),
});

const revealing = (name: string) =>
  payloadType(name, 'webhookSecret', { type: WebhookSecret, description: 'The secret, with its destination.' });
const CreatePayload = revealing('CreateWebhookDestinationPayload');
const RotatePayload = revealing('RotateWebhookSecretPayload');
const UpdatePayload = payloadType('UpdateWebhookDestinationPayload', 'webhookDestination', {
  type: WebhookDestinationRef,
  description: 'The destination as it is now.',
});
const DeletePayload = payloadType<number>('DeleteWebhookDestinationPayload', 'deletedId', {
  type: 'ID',
  description: 'The id that the destination had.',
});
const ReplayPayload = payloadType('ReplayWebhookDeliveryPayload', 'webhookDelivery', {
  type: WebhookDeliveryRef,
  description: 'The delivery, which waits for its first attempt again.',
});

builder.mutationFields((t) => ({
  createWebhookDestination: t.field({
    type: CreatePayload,
    description: 'Creates a destination and its secret; there may be 20. Scope `trade`.',
    args: { input: t.arg({ type: CreateInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => createWebhookDestination(services, caller.principal, input)),
  }),
  updateWebhookDestination: t.field({
    type: UpdatePayload,
    description: 'Changes the settings of a destination. Scope `trade`.',
    args: { input: t.arg({ type: UpdateInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => updateWebhookDestination(services, caller.principal, { ...input, id: inputId(input.id) }), 'id'),
  }),
  deleteWebhookDestination: t.field({
    type: DeletePayload,
    description: 'Deletes a destination; what waits for it is canceled, its deliveries stay. Scope `trade`.',
    args: { input: t.arg({ type: DeleteInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => deleteWebhookDestination(services, caller.principal, inputId(input.id)), 'id'),
  }),
  rotateWebhookSecret: t.field({
    type: RotatePayload,
    description: 'Gives a destination another secret; the one before signs too for 24 hours. Scope `trade`.',
    args: { input: t.arg({ type: RotateInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => rotateWebhookSecret(services, caller.principal, inputId(input.id)), 'id'),
  }),
  replayWebhookDelivery: t.field({
    type: ReplayPayload,
    description: 'Sends a delivery again that was delivered or given up, under its key. Scope `trade`.',
    args: { input: t.arg({ type: ReplayInput, required: true, description: INPUT }) },
    resolve: (_root, { input: { id, destinationId } }, { caller, services }) =>
      attempt(
        () =>
          replayWebhookDelivery(services, caller.principal, {
            id: inputId(id),
            destinationId: inputId(destinationId, 'destinationId'),
          }),
        'id',
      ),
  }),
}));
