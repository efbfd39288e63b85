/** What came of optimization jobs, in REST: ranked combinations, the verdict on the best, what a sweep found. */
import { z } from 'zod';
import { memberOf } from '../../core/index.ts';
import type { OptimizationByIdQuery, OverfittingFiguresFragment } from '../../graphql/index.ts';
import { snakeKeys } from '../naming.ts';
import { maybeNumber, params } from './shapes.ts';

const VERDICTS = ['accept', 'review', 'reject'] as const;
const CONFIDENCES = ['high', 'medium', 'low', 'none'] as const;

const slice = z
  .object({
    start: z.string().describe('First bar.'),
    end: z.string().describe('Last bar.'),
    sharpe: z.number().describe('Annualised; 0 without variance.'),
    total_return: z.number(),
    max_drawdown: z.number().describe('At most 0.'),
    win_rate: z.number().describe('0 without closed trades.'),
    trades: z.int().describe('Closed trades.'),
  })
  .describe('Figures of one slice of a window.');

/** A ranked combination. */
export const result = z.object({
  rank: z.int().describe('1 is the best.'),
  params,
  mean_sharpe: z.number(),
  sharpe_std: z.number().describe('Sample standard deviation; 0 for one fold.'),
  mean_return: z.number(),
  max_drawdown: z.number().describe('The worst of the test slices, at most 0.'),
  mean_win_rate: z.number(),
  trades: z.int().describe('Closed trades in all test slices.'),
  folds: z
    .array(z.object({ fold: z.int().describe('From 1.'), train: slice, test: slice }))
    .describe('One for each window.'),
});

/** Whether the best of a job is more than the luckiest of many. */
export const overfitting = z
  .object({
    deflated_sharpe: maybeNumber.describe(
      'Probability that the true Sharpe of the best exceeds what the best of `n_trials` skill-less combinations would show.',
    ),
    pbo: maybeNumber.describe('Probability of backtest overfitting, 0 to 1; about 0.5 on noise.'),
    walk_forward_efficiency: maybeNumber.describe(
      'Mean test Sharpe of the combinations chosen in training / their mean train Sharpe; null when that is not positive.',
    ),
    oos_sharpe: maybeNumber.describe(
      'Annualised Sharpe of the best of training in each window, on its test bars, chained.',
    ),
    n_trials: z.int().describe('Different valid combinations tried on these bars, by this job and by earlier ones.'),
    stability: maybeNumber.describe('How the neighbours of the best do in comparison; near 1 on a plateau.'),
    grid_edge: z.array(z.string()).describe('Parameters of the best that lie at an end of their axis.'),
    verdict: z
      .enum(VERDICTS)
      .describe('`accept`: more than luck; `review`: a person should look; `reject`: what luck could have shown.'),
    reasons: z
      .array(z.string())
      .describe('A sentence per figure: all four of an accepted one, else those that fall short of their limit.'),
    thresholds: z
      .object({
        accept: z.object({
          deflated_sharpe: z.number().describe('At least.'),
          pbo: z.number().describe('At most.'),
          oos_sharpe: z.number().describe('Above.'),
          positive_folds: z.number().describe('Share of the windows with a test Sharpe above 0, at least.'),
        }),
        review: z.object({
          deflated_sharpe: z.number().describe('At least.'),
          pbo: z.number().describe('At most.'),
        }),
      })
      .describe('What the verdict was measured by.'),
  })
  .describe('Figures are null where they are not defined.');

const recommendation = z.object({
  strategy_type: z.string().nullable().describe('Null when nothing was ranked.'),
  best_params: z.unknown().meta({ type: ['object', 'null'], description: 'Parameters of the best of all types.' }),
  mean_sharpe: maybeNumber,
  sharpe_std: maybeNumber,
  confidence: z
    .enum(CONFIDENCES)
    .describe('How well the windows agree: `sharpe_std` below 0.3 is `high`, up to 0.8 `medium`.'),
  recommended: z.boolean().describe('Whether `mean_sharpe` is above 0.'),
});

/** What a sweep found. */
export const sweepResults = z.object({
  by_strategy: z.record(z.string(), z.array(result)).describe('The best 5 of each strategy type.'),
  overfitting_by_strategy: z
    .record(z.string(), overfitting.nullable())
    .describe('The same verdict over the combinations of one type alone.'),
  recommendation,
});

/** The verdict as the facade writes it. */
export function shownOverfitting(figures: OverfittingFiguresFragment) {
  return { ...snakeKeys(figures), verdict: memberOf(VERDICTS, figures.verdict.toLowerCase()) };
}

/** What a sweep found as the facade writes it. */
export function shownSweep(sweep: NonNullable<NonNullable<OptimizationByIdQuery['optimization']>['sweep']>) {
  const { recommendation: best } = sweep;
  return {
    by_strategy: Object.fromEntries(
      sweep.byStrategy.map(({ strategyType, results }) => [strategyType, snakeKeys(results)]),
    ),
    overfitting_by_strategy: Object.fromEntries(
      sweep.byStrategy.map(({ strategyType, overfitting: verdict }) => [
        strategyType,
        verdict && shownOverfitting(verdict),
      ]),
    ),
    recommendation: { ...snakeKeys(best), confidence: memberOf(CONFIDENCES, best.confidence.toLowerCase()) },
  };
}
