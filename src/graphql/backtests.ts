/** Backtests and signals. */
import {
  type BacktestOutcome,
  backtestStrategy,
  type FollowedModel,
  type Metrics,
  type Signal,
  strategySignals,
  type Trade,
} from '../backtest/index.ts';
import { type Bars, formatBarTime } from '../market/index.ts';
import { builder } from './builder.ts';
import { attempt } from './errors.ts';
import { enumOf, INPUT, inputId } from './inputs.ts';
import { barDate } from './market.ts';
import { payloadType } from './payload.ts';
import { simulationInput } from './simulation.ts';

const MetricsRef = builder.objectRef<Metrics>('Metrics').implement({
  description: 'Fractions, not percent; null where the figure is not defined.',
  fields: (t) => ({
    totalReturn: t.exposeFloat('totalReturn', { description: 'Last equity / initial capital - 1.' }),
    sharpe: t.exposeFloat('sharpe', { description: 'Annualised, risk-free rate 0; 0 without variance.' }),
    sortino: t.exposeFloat('sortino', { nullable: true, description: 'Null without a losing bar.' }),
    volatility: t.exposeFloat('volatility', { nullable: true, description: 'Annualised; null for a single bar.' }),
    cagr: t.exposeFloat('cagr', {
      nullable: true,
      description: 'Growth per year; null when equity ends at 0 or below.',
    }),
    calmar: t.exposeFloat('calmar', { nullable: true, description: 'CAGR / |max drawdown|; null without a drawdown.' }),
    maxDrawdown: t.exposeFloat('maxDrawdown', { description: 'At most 0.' }),
    winRate: t.exposeFloat('winRate', { description: 'Share of closed trades with a profit; 0 without trades.' }),
    profitFactor: t.exposeFloat('profitFactor', {
      nullable: true,
      description: 'Sum of profits / |sum of losses|; null without losses.',
    }),
    exposure: t.exposeFloat('exposure', { description: 'Share of bars with a position.' }),
    trades: t.exposeInt('trades', { description: 'Closed trades.' }),
  }),
});

const EquityPoint = builder
  .objectRef<{ readonly outcome: BacktestOutcome; readonly index: number }>('EquityPoint')
  .implement({
    description: 'Equity after the close of a bar.',
    fields: (t) => ({
      date: t.string({
        description: 'The bar.',
        resolve: ({ outcome, index }) => barDate(firstSeries(outcome), index),
      }),
      equity: t.float({
        description: 'In the quote currency.',
        resolve: ({ outcome, index }) => outcome.equity[index] ?? 0,
      }),
    }),
  });

const SideEnum = enumOf<Trade['side']>('TradeSide', {
  description: 'On which side of the market a trade was.',
  values: { long: 'Was bought first.', short: 'Was sold first.' },
});

const TradeRef = builder
  .objectRef<{ readonly trade: Trade; readonly outcome: BacktestOutcome }>('BacktestTrade')
  .implement({
    description: 'A closed position, from flat to flat.',
    fields: (t) => ({
      symbol: t.string({ description: 'Of a spread: both, as `A/B`.', resolve: ({ trade }) => trade.symbol }),
      side: t.field({ type: SideEnum, description: 'Bought or sold first.', resolve: ({ trade }) => trade.side }),
      quantity: t.float({ description: 'Units, fractional.', resolve: ({ trade }) => trade.quantity }),
      entryAt: t.string({
        description: 'The bar of the entry.',
        resolve: ({ trade, outcome }) => formatBarTime(trade.entryTime, firstSeries(outcome).interval),
      }),
      entryPrice: t.float({ description: 'Average, slippage included.', resolve: ({ trade }) => trade.entryPrice }),
      exitAt: t.string({
        description: 'The bar of the exit.',
        resolve: ({ trade, outcome }) => formatBarTime(trade.exitTime, firstSeries(outcome).interval),
      }),
      exitPrice: t.float({ description: 'Average, slippage included.', resolve: ({ trade }) => trade.exitPrice }),
      profit: t.float({ description: 'After costs.', resolve: ({ trade }) => trade.profit }),
      return: t.float({
        description: 'Profit / value of the opening fills.',
        resolve: ({ trade }) => trade.returnFraction,
      }),
    }),
  });

const FollowedModelRef = builder.objectRef<FollowedModel>('FollowedModel').implement({
  description: 'The stored model that a strategy followed, and how much of the bars it knew beforehand.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the model.', resolve: ({ id }) => String(id) }),
    checksum: t.exposeString('checksum', { description: 'SHA-256 of its bytes, hex.' }),
    trainedUntil: t.expose('trainedUntil', {
      type: 'DateTime',
      description: 'When the last bar begins that it knows of.',
    }),
    predictedBars: t.exposeInt('predictedBars', {
      description: 'Bars that it says something of: those after its warm-up.',
    }),
    inSampleBars: t.exposeInt('inSampleBars', {
      description: 'Those of them that it has learned from, or that are earlier: what is earned there says nothing.',
    }),
    firstUnknown: t.expose('firstUnknown', {
      type: 'Date',
      nullable: true,
      description: 'Date of the first bar that it did not know; null when it knew all.',
    }),
  }),
});

const BacktestRef = builder.objectRef<BacktestOutcome>('Backtest').implement({
  description: 'A backtest: metrics, equity after each bar, closed trades.',
  fields: (t) => ({
    strategyType: t.exposeString('strategyType', { description: 'The name of the type.' }),
    params: t.field({
      type: 'JSON',
      description: 'Parameter -> value, complete.',
      resolve: (outcome) => outcome.params,
    }),
    symbols: t.field({
      type: ['Symbol'],
      description: 'What was traded.',
      resolve: (outcome) => outcome.bars.map((bars) => bars.symbol),
    }),
    metrics: t.field({ type: MetricsRef, description: 'What it comes to.', resolve: (outcome) => outcome.metrics }),
    equityCurve: t.field({
      type: [EquityPoint],
      description: 'A point per bar, oldest first.',
      resolve: (outcome) => Array.from(outcome.equity, (_equity, index) => ({ outcome, index })),
    }),
    trades: t.field({
      type: [TradeRef],
      description: 'By the time of their exit.',
      resolve: (outcome) => outcome.trades.map((trade) => ({ trade, outcome })),
    }),
    dataSource: t.exposeString('dataSource', { description: 'Where the prices came from.' }),
    dataHash: t.exposeString('dataHash', { description: 'SHA-256 of the bars, hex.' }),
    model: t.expose('model', {
      type: FollowedModelRef,
      nullable: true,
      description: 'The model that was followed; null where the type follows none.',
    }),
    warnings: t.field({
      type: ['String'],
      description: 'What takes from the worth of the figures, a sentence each.',
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});

const SignalEnum = enumOf<Signal['signal']>('SignalSide', {
  description: 'What the change of target asks for.',
  values: { buy: 'The target rose.', sell: 'The target fell.', hold: 'It stayed.' },
});

const SignalRef = builder.objectRef<Signal>('Signal').implement({
  description: 'What a strategy wants to hold of a symbol after its newest bar.',
  fields: (t) => ({
    symbol: t.expose('symbol', { type: 'Symbol', description: 'What it is about.' }),
    date: t.exposeString('date', { description: 'The newest bar.' }),
    target: t.exposeFloat('target', {
      description: '-1 short, 0 flat, 1 long; the two of a spread have opposite signs.',
    }),
    previousTarget: t.exposeFloat('previousTarget', {
      description: 'What was the target after the bar before, when that was the newest.',
    }),
    signal: t.field({
      type: SignalEnum,
      description: 'What the change of target asks for.',
      resolve: (signal) => signal.signal,
    }),
  }),
});

const BacktestInputRef = builder.inputType('RunBacktestInput', {
  description: 'One combination of parameters, and the bars to try it on.',
  fields: (t) => ({
    strategyType: t.string({ required: true, description: 'The name of a strategy type.' }),
    params: t.field({ type: 'JSON', description: 'Parameter -> value; what is left out takes its default.' }),
    ...simulationInput(t),
  }),
});

function firstSeries(outcome: BacktestOutcome): Bars {
  const [bars] = outcome.bars;
  if (bars === undefined) throw new Error('A backtest has at least one series of bars.');
  return bars;
}

builder.queryFields((t) => ({
  strategySignals: t.field({
    type: [SignalRef],
    nullable: true,
    description:
      'What a saved strategy says now. It begins flat 504 bars ago, the bars of its longest window, or of the warm-up of the model that it follows, on top: a position that is older is told to be sold. Null, with an error, when the bars cannot be had, or a model has no more of them than it takes to warm up.',
    args: { strategyId: t.arg.id({ required: true, description: 'The id of a saved strategy.' }) },
    resolve: async (_root, { strategyId }, { caller, services }) => [
      ...(await strategySignals(services, caller.principal, inputId(strategyId))),
    ],
  }),
}));

builder.mutationFields((t) => ({
  runBacktest: t.field({
    type: payloadType('RunBacktestPayload', 'backtest', { type: BacktestRef, description: 'The backtest.' }),
    description: 'Backtests one combination of parameters over a range. Nothing is stored. Scope `read`.',
    args: { input: t.arg({ type: BacktestInputRef, required: true, description: INPUT }) },
    resolve: (_root, { input }, { caller, services }) =>
      attempt(() => backtestStrategy(services, caller.principal, input)),
  }),
}));
