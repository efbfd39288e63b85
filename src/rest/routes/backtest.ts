/** `/api/backtest`: one combination of parameters over a range of bars. */
import { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import { RunBacktestDocument } from '../../graphql/index.ts';
import { camelKeys, snakeKeys } from '../naming.ts';
import { noQuery, type Route, route } from '../route.ts';
import {
  barTime,
  dataSource,
  id,
  idOf,
  instant,
  intervalName,
  maybeNumber,
  params,
  paramsInput,
  range,
  simulation,
  symbols,
} from './shapes.ts';

const SIDES = ['long', 'short'] as const;

const metrics = z
  .object({
    total_return: z.number().describe('Last equity / initial capital − 1.'),
    sharpe: z.number().describe('Annualised, risk-free rate 0; 0 without variance.'),
    sortino: maybeNumber.describe('Null without a losing bar.'),
    volatility: maybeNumber.describe('Annualised; null for a single bar.'),
    cagr: maybeNumber.describe('Growth per year; null when equity ends at 0 or below.'),
    calmar: maybeNumber.describe('CAGR / |max drawdown|; null without a drawdown.'),
    max_drawdown: z.number().describe('At most 0.'),
    win_rate: z.number().describe('Share of closed trades with a profit; 0 without trades.'),
    profit_factor: maybeNumber.describe('Sum of profits / |sum of losses|; null without losses.'),
    exposure: z.number().describe('Share of bars with a position.'),
    trades: z.int().describe('Closed trades.'),
  })
  .describe('Fractions, not percent; null where a figure is not defined.');

const trade = z.object({
  symbol: z.string().describe('Of a spread: both, as `A/B`.'),
  side: z.enum(SIDES).describe('`long` was bought first, `short` was sold first.'),
  quantity: z.number().describe('Units, fractional.'),
  entry_at: barTime,
  entry_price: z.number(),
  exit_at: barTime,
  exit_price: z.number(),
  profit: z.number().describe('After costs.'),
  return: z.number().describe('Profit / value of the opening fills.'),
});

const followedModel = z.object({
  id,
  checksum: z.string().describe('SHA-256 of its bytes, hex.'),
  trained_until: instant.describe('When the last bar begins that it knows of.'),
  predicted_bars: z.int().describe('Bars that it says something of: those after its warm-up.'),
  in_sample_bars: z
    .int()
    .describe('Those of them that it has learned from, or that are earlier: what is earned there says nothing.'),
  first_unknown: z.string().nullable().describe('Date of the first bar that it did not know; null when it knew all.'),
});

const backtestAnswer = z
  .object({
    strategy_type: z.string(),
    params,
    symbols: z.array(z.string()),
    metrics,
    equity_curve: z
      .array(z.object({ date: barTime, equity: z.number() }))
      .describe('Equity after the close of each bar.'),
    trades: z.array(trade).describe('Closed positions, in the order of their ends.'),
    data_source: dataSource,
    data_hash: z.string().describe('SHA-256 of the bars, hex.'),
    model: followedModel.nullable().describe('The stored model that a strategy of type `model` followed, else null.'),
    warnings: z.array(z.string()).describe('What takes from the worth of the figures, a sentence each.'),
  })
  .meta({ title: 'Backtest', description: 'Metrics, equity after each bar, closed trades.' });

/** Rows of `/api/backtest`. */
export const backtestRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/backtest',
    operationId: 'runBacktest',
    summary: 'Backtest a strategy',
    description: 'Runs one combination of parameters over a range and answers when it is done. Nothing is stored.',
    tag: 'backtest',
    status: 200,
    query: noQuery,
    body: z.strictObject({
      strategy_type: z.string().describe('Name of a type, e.g. `momentum`.'),
      params: paramsInput.nullish(),
      symbols,
      ...range,
      ...simulation,
    }),
    bodyExample: {
      strategy_type: 'momentum',
      params: { short_window: 20, long_window: 50 },
      symbols: ['SPY'],
      start: '2020-01-01',
      end: '2024-12-31',
    },
    response: backtestAnswer,
    answerExample: {
      strategy_type: 'momentum',
      params: { short_window: 20, long_window: 50, ma_type: 'sma', signal_threshold: 0 },
      symbols: ['SPY'],
      metrics: {
        total_return: 0.41,
        sharpe: 0.83,
        sortino: 1.2,
        volatility: 0.1,
        cagr: 0.07,
        calmar: 0.6,
        max_drawdown: -0.12,
        win_rate: 0.5,
        profit_factor: 1.8,
        exposure: 0.6,
        trades: 1,
      },
      equity_curve: [{ date: '2020-01-02', equity: 100_000 }],
      trades: [
        {
          symbol: 'SPY',
          side: 'long',
          quantity: 310.2,
          entry_at: '2020-04-20',
          entry_price: 322.3,
          exit_at: '2024-12-31',
          exit_price: 454.5,
          profit: 41_000,
          return: 0.41,
        },
      ],
      data_source: 'simulated',
      data_hash: '5f9398b38cdafae6798d05524aa3b952064dded6011460885879397c18ae6b51',
      model: null,
      warnings: [],
    },
    errors: ['UNAVAILABLE', 'RATE_LIMITED'],
    document: RunBacktestDocument,
    variables: ({ body }) => ({ input: { ...camelKeys(body), interval: intervalName(body.interval) } }),
    answer: ({ runBacktest: { backtest } }) =>
      backtest && {
        ...snakeKeys(backtest),
        model: backtest.model && { ...snakeKeys(backtest.model), id: idOf(backtest.model.id) },
        trades: backtest.trades.map((entry) => ({
          ...snakeKeys(entry),
          side: memberOf(SIDES, entry.side.toLowerCase()),
        })),
      },
  }),
];
