/**
 * The life of an order.
 *
 * An order begins as `pending_submit`, when the gateway has approved it and committed it together with the right to send it,
 * or as `denied`, when a check refused it; a denied one was never sent. One that was found at the broker and is not ours begins
 * with what the broker says of it.
 *
 * - `pending_submit`: it is being sent, once. What the broker answers leads on; a refusal is `rejected`; what was stopped on
 *   our side before the call is `canceled`; no answer, or one that says nothing, is `unknown`.
 * - `unknown`: it may exist at the broker. It is looked up by its client id: found, it is what the broker says; not found for
 *   a minute, it is `rejected`. It is never sent again.
 * - `submitted`: the broker has it, the market not yet. `accepted`: it may be filled.
 * - `partially_filled`, `filled`: by the fills that were booked, and by nothing else. A broker that says "filled" makes an order
 *   `accepted` until its fills have been read, so that status, quantity and position never contradict each other.
 * - `canceled`, `expired`, `rejected`: it has ended, perhaps partly filled.
 *
 * The ended ones and `denied` are terminal: no word of a broker leads out of them. Fills are facts, though, and are booked
 * whatever the status; one that was on its way while the order ended leaves the status as it is, unless it completes the order.
 */
import type { BrokerOrderStatus } from '../broker/index.ts';

/** What an order can be; see above. */
export const ORDER_STATUSES = [
  'pending_submit',
  'unknown',
  'submitted',
  'accepted',
  'partially_filled',
  'filled',
  'canceled',
  'expired',
  'rejected',
  'denied',
] as const;

/** One of `ORDER_STATUSES`. */
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** What may follow what. */
export const TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending_submit: ['submitted', 'accepted', 'partially_filled', 'filled', 'canceled', 'expired', 'rejected', 'unknown'],
  unknown: ['submitted', 'accepted', 'partially_filled', 'filled', 'canceled', 'expired', 'rejected'],
  submitted: ['accepted', 'partially_filled', 'filled', 'canceled', 'expired', 'rejected', 'unknown'],
  accepted: ['partially_filled', 'filled', 'canceled', 'expired', 'rejected'],
  partially_filled: ['filled', 'canceled', 'expired'],
  filled: [],
  // Only by a fill that was on its way.
  canceled: ['filled'],
  expired: ['filled'],
  rejected: ['filled'],
  denied: [],
};

/** What an order may begin as: ours by the gateway, others by what the broker says when they are found. */
const BEGINNINGS: readonly OrderStatus[] = [
  'pending_submit',
  'denied',
  'submitted',
  'accepted',
  'partially_filled',
  'filled',
  'canceled',
  'expired',
  'rejected',
];

const TERMINAL: ReadonlySet<OrderStatus> = new Set(['filled', 'canceled', 'expired', 'rejected', 'denied']);

/** The statuses of orders that may still be filled: they count in every projection, and a halt has to end them. */
export const WORKING_STATUSES: readonly OrderStatus[] = ORDER_STATUSES.filter((status) => !TERMINAL.has(status));

/** Whether the order has ended. */
export function isTerminal(status: OrderStatus): boolean {
  return TERMINAL.has(status);
}

/** Whether a status may follow another one; from null: whether an order may begin with it. A status does not follow itself. */
export function mayBecome(from: OrderStatus | null, to: OrderStatus): boolean {
  return from === null ? BEGINNINGS.includes(to) : TRANSITIONS[from].includes(to);
}

/**
 * The status after the broker said what it has: the one from before when that says nothing new, as an answer that was
 * overtaken by another one or by fills. Always legal.
 */
export function statusHeard(status: OrderStatus, heard: BrokerOrderStatus): OrderStatus {
  if (isTerminal(status)) return status;
  switch (heard) {
    case 'pending':
      return status === 'pending_submit' || status === 'unknown' ? 'submitted' : status;
    case 'accepted':
    case 'partially_filled':
    case 'filled':
      return status === 'partially_filled' ? status : 'accepted';
    case 'canceled':
    case 'expired':
      return heard;
    case 'rejected':
      // A part of it was filled, so the broker did accept it: what it refuses is the rest.
      return status === 'partially_filled' ? 'canceled' : 'rejected';
  }
}
