/** The words of orders and safety as GraphQL enums. */
import type { OrderType, Side, TimeInForce } from '../broker/index.ts';
import { ERROR_CODES } from '../core/index.ts';
import {
  DENIAL_CODES,
  type DenialCode,
  type OrderReason,
  type OrderSource,
  type OrderStatus,
} from '../orders/index.ts';
import type { HaltCause, KillPolicy, TradingState } from '../safety/index.ts';
import { enumOf } from './inputs.ts';

export const OrderSideEnum = enumOf<Side>('OrderSide', {
  description: 'Whether an order buys or sells.',
  values: { buy: 'Adds to the position.', sell: 'Takes from the position; below 0 it is a short sale.' },
});

export const OrderTypeEnum = enumOf<OrderType>('OrderType', {
  description: 'At which price an order trades.',
  values: {
    market: 'At the price there is.',
    limit: 'At `limitPrice` or better.',
    stop: 'At the price there is, once `stopPrice` was touched.',
    stop_limit: 'At `limitPrice` or better, once `stopPrice` was touched.',
  },
});

export const TimeInForceEnum = enumOf<TimeInForce>('TimeInForce', {
  description: 'How long an order works.',
  values: {
    day: 'Until the session closes.',
    gtc: 'Until it is canceled.',
    opg: 'At the next opening of the market; also taken while the market is closed.',
  },
});

export const OrderSourceEnum = enumOf<OrderSource>('OrderSource', {
  description: 'Where an order comes from.',
  values: {
    manual: 'A person.',
    strategy: 'A saved strategy.',
    agent: 'The agent.',
    rebalance: 'The rebalance of a goal.',
    kill: 'The kill switch, which closes a position.',
    external: 'It was found at the broker, where somebody else placed it.',
  },
});

export const OrderStatusEnum = enumOf<OrderStatus>('OrderStatus', {
  description: 'Where an order is in its life. FILLED, CANCELED, EXPIRED, REJECTED and DENIED are final.',
  values: {
    pending_submit: 'It was written down and is being sent.',
    submitted: 'The broker has it, the market has not acknowledged it.',
    accepted: 'It works in the market.',
    partially_filled: 'A part of it was executed; the rest works.',
    filled: 'All of it was executed.',
    canceled: 'It was withdrawn; what was filled stays.',
    expired: 'Its time in force has ended; what was filled stays.',
    rejected: 'The broker refused it.',
    denied: 'We refused it, and no broker heard of it.',
    unknown: 'It was sent and nobody knows whether it arrived; it is being looked up.',
  },
});

/** A denial is told by the title of its error. */
const denials = DENIAL_CODES.map((code) => [code, `${ERROR_CODES[code].title}.`]);

export const OrderReasonEnum = enumOf<OrderReason>('OrderReasonCode', {
  description:
    'Why an order is what it is: DENIED with the code of an error, or ended before it was filled, or UNKNOWN.',
  values: {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets what the keys are.
    ...(Object.fromEntries(denials) as Record<DenialCode, string>),
    broker_canceled: 'The broker withdrew it, and nobody had asked for that.',
    broker_rejected: 'The broker refused it.',
    canceled: 'It was canceled as somebody wanted.',
    expired: 'Its time in force has ended.',
    lost: 'The broker had it, and then said for a minute that there is no such order.',
    no_answer: 'The broker did not answer, so that nobody knows whether it has the order.',
    not_accepted: 'After no answer the broker said for a minute that there is no such order.',
    not_sent: 'It was stopped on our side before it was sent.',
    other: 'Something that another version of the server stored; `reason` says it in a sentence.',
  },
});

export const TradingStateEnum = enumOf<TradingState>('TradingState', {
  description: 'Whether orders are taken.',
  values: {
    active: 'As usual.',
    reducing: 'Only orders that bring a position nearer to 0.',
    halted: 'None, until trading is resumed.',
  },
});

export const KillPolicyEnum = enumOf<KillPolicy>('KillPolicy', {
  description: 'What a halt does beside refusing orders; from weak to strong.',
  values: {
    block: 'Nothing else.',
    cancel: 'Cancels every open order.',
    flatten: 'Cancels every open order and closes every position.',
  },
});

export const HaltCauseEnum = enumOf<HaltCause>('HaltCause', {
  description: 'Why trading is halted.',
  values: {
    kill: 'Somebody used the kill switch.',
    daily_loss: 'The loss of the day reached its limit.',
    drawdown: 'The drawdown reached its limit.',
    reconciliation: 'Our books could not be compared with the broker’s.',
    unreadable_settings: 'The settings in the database cannot be read.',
  },
});
