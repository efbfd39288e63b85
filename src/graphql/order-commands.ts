/** The mutations of orders. A request may send one order: each is decided on what the one before it left. */
import { cancelOrder, placeOrder, replaceOrder, resetPaperAccount } from '../orders/index.ts';
import { AccountRef } from './account.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { INPUT, inputId } from './inputs.ts';
import { ORDER_EXTENSION } from './measure.ts';
import { OrderSideEnum, OrderTypeEnum, TimeInForceEnum } from './order-words.ts';
import { OrderRef } from './orders.ts';
import { payloadType } from './payload.ts';
import { TradingModeEnum } from './trading-mode.ts';

const PlaceOrderInput = builder.inputType('PlaceOrderInput', {
  description: 'What to buy or sell, and how.',
  fields: (t) => ({
    symbol: t.field({ type: 'Symbol', required: true, description: 'What to trade.' }),
    side: t.field({ type: OrderSideEnum, required: true, description: 'Whether to buy or sell.' }),
    quantity: t.field({
      type: 'Decimal',
      required: true,
      description: 'Units, above 0; fractions where the broker takes them.',
    }),
    orderType: t.field({ type: OrderTypeEnum, required: true, description: 'At which price.' }),
    limitPrice: t.field({ type: 'Decimal', description: 'Above 0; of LIMIT and STOP_LIMIT, and of no other.' }),
    stopPrice: t.field({ type: 'Decimal', description: 'Above 0; of STOP and STOP_LIMIT, and of no other.' }),
    timeInForce: t.field({ type: TimeInForceEnum, defaultValue: 'day', description: 'How long it works.' }),
    clientOrderId: t.string({
      description:
        '1 to 48 of `A-Z a-z 0-9 _ -`, unique in the account. The same id and order again answers the first one; another order under it is a CONFLICT. Default: one is made.',
    }),
    mode: t.field({
      type: TradingModeEnum,
      description:
        'What the caller believes to trade; any other than the mode of the account is refused. Default: that mode.',
    }),
  }),
});

const CancelOrderInput = builder.inputType('CancelOrderInput', {
  description: 'Which order to cancel.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of the order.' }) }),
});

const ReplaceOrderInput = builder.inputType('ReplaceOrderInput', {
  description: 'Which order to change, and how; what is left out stays.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The id of the order.' }),
    quantity: t.field({ type: 'Decimal', description: 'Units in all, above what was filled.' }),
    limitPrice: t.field({ type: 'Decimal', description: 'Above 0; of LIMIT and STOP_LIMIT.' }),
    stopPrice: t.field({ type: 'Decimal', description: 'Above 0; of STOP and STOP_LIMIT.' }),
  }),
});

const ResetInput = builder.inputType('ResetPaperAccountInput', {
  description: 'How the paper account starts afresh.',
  fields: (t) => ({
    initialCash: t.field({ type: 'Decimal', description: 'Above 0; default: what it began with.' }),
  }),
});

builder.mutationFields((t) => ({
  placeOrder: t.field({
    type: payloadType('PlaceOrderPayload', 'order', {
      type: OrderRef,
      description: 'The order, once the broker has answered or nobody knows whether it will.',
    }),
    description:
      'Checks an order, writes it down and sends it. An order that fails a check is kept, and the error has it. At most one in a request. Scope `trade`.',
    extensions: { [ORDER_EXTENSION]: true },
    args: { input: t.arg({ type: PlaceOrderInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) => attempt(() => placeOrder(services, caller.principal, input)),
  }),
  cancelOrder: t.field({
    type: payloadType('CancelOrderPayload', 'order', {
      type: OrderRef,
      description: 'The order as it is now; CANCELED once the broker has confirmed it.',
    }),
    description: 'Cancels an order that works; also while trading is halted. Twice is once. Scope `trade`.',
    args: { input: t.arg({ type: CancelOrderInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => cancelOrder(services, caller.principal, inputId(input.id)), 'id'),
  }),
  replaceOrder: t.field({
    type: payloadType('ReplaceOrderPayload', 'order', { type: OrderRef, description: 'The order after the change.' }),
    description: 'Changes an order that works; it passes every check again. At most one in a request. Scope `trade`.',
    extensions: { [ORDER_EXTENSION]: true },
    args: { input: t.arg({ type: ReplaceOrderInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => replaceOrder(services, caller.principal, { ...input, id: inputId(input.id) }), 'id'),
  }),
  resetPaperAccount: t.field({
    type: payloadType('ResetPaperAccountPayload', 'account', { type: AccountRef, description: 'The account afresh.' }),
    description:
      'Gives the paper account its initial cash and no positions. A CONFLICT while orders are open. Orders and fills stay. Scope `admin`.',
    args: { input: t.arg({ type: ResetInput, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => resetPaperAccount(services, caller.principal, input)),
  }),
}));
