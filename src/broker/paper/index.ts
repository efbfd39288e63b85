/**
 * The paper broker: orders, fills, positions and money of a broker that exists in our database only. Like any other broker
 * it keeps books of its own, which nobody else reads; everything is persisted, and several processes may share it.
 */
export { PaperBroker, type PaperBrokerOptions } from './paper-broker.ts';
export type { PaperPrices } from './paper-deps.ts';
export { PAPER_DEFAULTS, type PaperSettings } from './settings.ts';
