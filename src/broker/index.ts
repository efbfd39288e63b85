/**
 * Brokers: the port, what is said through it, and the paper broker. A broker takes only orders that carry the gateway's seal
 * (`Approved`). It knows neither limits nor owners' settings.
 */
export type {
  Broker,
  BrokerAccount,
  BrokerCall,
  BrokerCapabilities,
  BrokerFill,
  BrokerFills,
  BrokerOrder,
  BrokerOrderStatus,
  BrokerPosition,
  ChangeAnswer,
  OrderChanges,
  SubmitAnswer,
} from './broker.ts';
export { firstDifference } from './confirmation.ts';
export { applyTrade, type Holding, NOTHING_HELD, type Trade, type TradeEffect } from './holding.ts';
export {
  answerOf,
  BrokerHttp,
  type BrokerHttpOptions,
  type BrokerReply,
  type BrokerRequest,
} from './http/broker-http.ts';
export { decimalField, instantField } from './http/fields.ts';
export { type Approved, approve, type OrderRequest } from './order-request.ts';
export {
  PAPER_DEFAULTS,
  PaperBroker,
  type PaperBrokerOptions,
  type PaperPrices,
  type PaperSettings,
} from './paper/index.ts';
export { whyUnsupported } from './supports.ts';
export {
  ORDER_TYPES,
  type OrderType,
  SIDES,
  type Side,
  TIMES_IN_FORCE,
  type TimeInForce,
  TRADING_MODES,
  type TradingMode,
} from './vocabulary.ts';
