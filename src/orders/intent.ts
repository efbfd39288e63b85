/** What somebody wants of the gateway, and what it decided. */
import type { OrderRequest } from '../broker/index.ts';
import type { Decimal } from '../core/index.ts';
import type { OrderRow } from '../storage/index.ts';
import type { Denial } from './decision/view.ts';
import type { OrderOrigin } from './order-source.ts';

/** What an order is changed into, complete. */
export interface NewTerms {
  /** Of the whole order, what was filled included. */
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
}

/** An order that is to be placed, or a working one that is to be changed. */
export interface Intent {
  /** Of a change: the whole order as it would be. */
  readonly request: OrderRequest;
  readonly origin: OrderOrigin;
  /** Only of a change. */
  readonly change?: { readonly orderId: number; readonly terms: NewTerms };
}

/**
 * The right to send, in the epoch of the decision. It ends by whichever of two clocks is first: one that nobody sets stands still
 * while the machine sleeps, and one that is set may be set back.
 */
export interface SendRight {
  /** A reading of the monotonic clock, ms. */
  readonly deadline: number;
  /** Epoch ms; what others see as the end of the claim. */
  readonly until: number;
  readonly epoch: number;
}

/** What became of an intent. It is committed when it is told. */
export type Decision =
  /** To be sent now, once. */
  | { readonly kind: 'placed'; readonly row: OrderRow; readonly right: SendRight }
  | { readonly kind: 'denied'; readonly row: OrderRow; readonly denial: Denial }
  /** There is an order with this client id, the same or another one. */
  | { readonly kind: 'existing'; readonly row: OrderRow }
  /** The broker is to be asked for the change now; `row` is the order before it. */
  | { readonly kind: 'change_approved'; readonly row: OrderRow; readonly right: SendRight }
  | { readonly kind: 'change_denied'; readonly orderId: number; readonly denial: Denial }
  /** The order does not work any more, or was filled or changed meanwhile. */
  | { readonly kind: 'change_impossible'; readonly orderId: number };
