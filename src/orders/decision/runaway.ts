import type { OrderSource } from '../order-source.ts';
import type { DecisionView, Denial } from './view.ts';

/** So many orders of one symbol may an automatic source place in 60 s; the next one stops it. */
export const MAX_ORDERS_PER_SOURCE_AND_SYMBOL = 5;

/** Persons mean what they do, a kill has to end everything, and a rebalance is a plan with an end. */
const NEVER_RUNAWAY: readonly OrderSource[] = ['manual', 'kill', 'rebalance'];

/** Whether a source is one that nobody watches. */
export function canRunAway(source: OrderSource): boolean {
  return !NEVER_RUNAWAY.includes(source);
}

/** A strategy that does not see its own fills orders again and again: it is stopped until a person releases it. */
export function checkRunaway({ origin, request, recent }: DecisionView): Denial | null {
  const count = recent.ofSourceAndSymbolInLastMinute;
  if (!canRunAway(origin.source) || count < MAX_ORDERS_PER_SOURCE_AND_SYMBOL) return null;
  return {
    code: 'RUNAWAY',
    message: `${origin.actor} placed ${count} orders for ${request.symbol} within a minute, and ${MAX_ORDERS_PER_SOURCE_AND_SYMBOL} are allowed: it is stopped for this symbol. Find out why, then release the source.`,
    limit: String(MAX_ORDERS_PER_SOURCE_AND_SYMBOL),
    observed: String(count),
    consequence: 'stop_source',
  };
}
