/**
 * Orders: the one gateway through which every order goes, whoever wants it, and what becomes of it: fills, positions, money,
 * and the kill switch that stops it all.
 */
export { isTerminal, ORDER_STATUSES, type OrderStatus } from './order.ts';
export type { OrderInput } from './order-input.ts';
export { ORDER_SOURCES, type OrderOrigin, type OrderSource } from './order-source.ts';
