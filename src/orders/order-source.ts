/** Where orders come from: a person, a saved strategy, the agent, a rebalance, the kill switch; `external` ones were found at the broker. */
export const ORDER_SOURCES = ['manual', 'strategy', 'agent', 'rebalance', 'kill', 'external'] as const;
export type OrderSource = (typeof ORDER_SOURCES)[number];

/** Each run of the agent and each plan of a rebalance has an id of its own: one that goes on and on is one source all the same. */
const ONE_SOURCE: ReadonlySet<string> = new Set<OrderSource>(['agent', 'rebalance']);

/** What tells sources apart where it counts how much one orders of a symbol, and where one is stopped. */
export function sourceKey(order: Pick<OrderOrigin, 'sourceId'> & { source: string; symbol: string }): string {
  return `${order.source} ${ONE_SOURCE.has(order.source) ? '' : order.sourceId} ${order.symbol}`;
}

/** Who wants an order and why. Sources differ in what is checked, never in the way. */
export interface OrderOrigin {
  readonly source: OrderSource;
  /** The strategy, agent run or plan within the source; null for a person. */
  readonly sourceId: number | null;
  /** Who, for the audit: `user:1`, `strategy:7`, `system`. */
  readonly actor: string;
  readonly correlationId: string;
  /** Cursor of the event that led to the order. */
  readonly causationId?: bigint;
  /** The saved strategy that it trades for. That it was not deleted is for the caller to see to: deciding does not look. */
  readonly strategyId?: number;
  /** The audit event of the kill whose flattening it is part of; only of `kill`. */
  readonly killEventId?: number;
  /** The plan whose trade it is; only of `rebalance`. */
  readonly rebalancePlanId?: number;
  /** A person has seen this very order and approved it. */
  readonly isApproved?: boolean;
  /** Of a rebalance: the weight plus threshold that the goal allows the symbol; it replaces maxPositionPct. A decimal text. */
  readonly maxPositionPct?: string;
}
