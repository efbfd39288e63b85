/** What the scripted broker says over HTTP: its own words, as those of a vendor would be. */

/** An order as it is sent to the broker. */
export interface OrderMessage {
  readonly client_id: string;
  readonly instrument: string;
  readonly direction: 'B' | 'S';
  readonly size: string;
  readonly kind: 'MKT' | 'LMT' | 'STP' | 'STP_LMT';
  readonly limit: string | null;
  readonly trigger: string | null;
  readonly validity: 'DAY' | 'GTC' | 'OPEN';
}

export type OrderState = 'NEW' | 'WORKING' | 'PART_FILLED' | 'DONE' | 'CANCELLED' | 'LAPSED' | 'REFUSED';

/** An order as the broker tells of it. */
export interface OrderReport extends OrderMessage {
  readonly id: string;
  readonly state: OrderState;
  readonly done_size: string;
  readonly remark: string | null;
  readonly received_at: string;
}

export interface FillReport {
  readonly execution: string;
  readonly order_id: string;
  readonly client_id: string;
  readonly instrument: string;
  readonly direction: 'B' | 'S';
  readonly size: string;
  readonly price: string;
  readonly fee: string;
  readonly time: string;
}

export interface PositionReport {
  readonly instrument: string;
  readonly size: string;
  readonly cost: string;
}

/** A refusal: `unknown_order`, `ended`, `refused`, `throttled`, `malformed`. */
export interface ErrorReport {
  readonly error: { readonly code: string; readonly message: string; readonly order?: OrderReport };
}

/** What is asked of the broker. */
export type Operation =
  | 'submit'
  | 'cancel'
  | 'replace'
  | 'order'
  | 'openOrders'
  | 'fills'
  | 'positions'
  | 'account'
  | 'stream';

/** A change of an order; what is left out stays. */
export interface ChangeMessage {
  readonly size?: string;
  readonly limit?: string;
  readonly trigger?: string;
}
