/** The money of an account and what it holds, at the newest prices. */
import { type AccountValue, accountSummary, listPositions, type PricedPosition } from '../orders/index.ts';
import { builder } from './builder.ts';
import { TradingModeEnum } from './trading-mode.ts';

const PositionRef = builder.objectRef<PricedPosition>('Position').implement({
  description: 'What is held of a symbol. Money is in the currency of the account.',
  fields: (t) => ({
    mode: t.field({ type: TradingModeEnum, description: 'Whether it is play money.', resolve: ({ mode }) => mode }),
    symbol: t.expose('symbol', { type: 'Symbol', description: 'What is held.' }),
    quantity: t.expose('quantity', { type: 'Decimal', description: 'Units, below 0 when sold short.' }),
    averagePrice: t.expose('averagePrice', {
      type: 'Decimal',
      description: 'What a unit cost on average, 8 places, halves to even.',
    }),
    costBasis: t.expose('costBasis', {
      type: 'Decimal',
      description: 'What all of it cost, exact; below 0: what the short sale brought in.',
    }),
    realizedPnl: t.expose('realizedPnl', {
      type: 'Decimal',
      description: 'Profit of all trades of the symbol so far, after commissions.',
    }),
    marketPrice: t.expose('marketPrice', {
      type: 'Decimal',
      nullable: true,
      description: 'The newest price; null when there is none.',
    }),
    marketValue: t.expose('marketValue', {
      type: 'Decimal',
      nullable: true,
      description: 'Quantity times the newest price; null when there is none.',
    }),
    unrealizedPnl: t.expose('unrealizedPnl', {
      type: 'Decimal',
      nullable: true,
      description: 'Market value less cost; null when there is no price.',
    }),
  }),
});

export const AccountRef = builder.objectRef<AccountValue>('Account').implement({
  description:
    'The account that I trade with now, at the newest prices. What needs a price that there is not is null, never 0.',
  fields: (t) => ({
    mode: t.field({ type: TradingModeEnum, description: 'Whether it is play money.', resolve: ({ mode }) => mode }),
    currency: t.exposeString('currency', { description: 'Of all money here, e.g. `USD`.' }),
    cash: t.expose('cash', { type: 'Decimal', description: 'Money that is in no position.' }),
    equity: t.expose('equity', {
      type: 'Decimal',
      nullable: true,
      description: 'Cash and the market value of all positions.',
    }),
    buyingPower: t.expose('buyingPower', {
      type: 'Decimal',
      nullable: true,
      description:
        'What may still be ordered: cash less open purchases and short positions, 0 or more. There is no margin.',
    }),
    realizedPnl: t.expose('realizedPnl', {
      type: 'Decimal',
      description: 'Profit of all trades so far, after commissions.',
    }),
    unrealizedPnl: t.expose('unrealizedPnl', {
      type: 'Decimal',
      nullable: true,
      description: 'Profit of what is held, if it were sold at the newest prices.',
    }),
    dayPnl: t.expose('dayPnl', {
      type: 'Decimal',
      nullable: true,
      description: 'Equity less that at the beginning of the trading day.',
    }),
    dayStartEquity: t.expose('dayStartEquity', {
      type: 'Decimal',
      description: 'Equity at the beginning of the trading day; the limit on daily losses is measured from it.',
    }),
    peakEquity: t.expose('peakEquity', {
      type: 'Decimal',
      description: 'The highest equity so far; the limit on drawdowns is measured from it.',
    }),
    positions: t.field({
      type: [PositionRef],
      description: 'What is held, by symbol.',
      resolve: ({ positions }) => [...positions],
    }),
    missing: t.field({
      type: ['Symbol'],
      description: 'Held symbols without a price.',
      resolve: ({ missing }) => [...missing],
    }),
  }),
});

builder.queryFields((t) => ({
  account: t.field({
    type: AccountRef,
    description: 'The account that I trade with now.',
    resolve: (_root, _args, { caller, services }) => accountSummary(services, caller.principal),
  }),
  positions: t.field({
    type: [PositionRef],
    description: 'What the account that I trade with now holds, by symbol.',
    resolve: async (_root, _args, { caller, services }) => [...(await listPositions(services, caller.principal))],
  }),
}));
