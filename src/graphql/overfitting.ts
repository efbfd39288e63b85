/** Whether the best result of a job is luck: the figures, the verdict, and what it was measured by. */
import type { Overfitting, VerdictOutcome, VerdictThresholds } from '../optimize/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';

const VerdictEnum = enumOf<VerdictOutcome>('OverfittingVerdict', {
  description: 'What to make of the best combination.',
  values: {
    accept: 'Every figure reaches its limit: more than luck.',
    review: 'The figures come near their limits, or one is not defined: a person should look.',
    reject: 'What was found is what luck could have shown.',
  },
});

const AcceptRef = builder.objectRef<VerdictThresholds['accept']>('OverfittingAcceptLimits').implement({
  description: 'What a combination has to reach to be accepted, all of it.',
  fields: (t) => ({
    deflatedSharpe: t.exposeFloat('deflatedSharpe', { description: 'At least.' }),
    pbo: t.exposeFloat('pbo', { description: 'At most.' }),
    oosSharpe: t.exposeFloat('oosSharpe', { description: 'Above.' }),
    positiveFolds: t.exposeFloat('positiveFolds', {
      description: 'Share of the windows in which the best-ranked has a test Sharpe above 0, at least.',
    }),
  }),
});

const ReviewRef = builder.objectRef<VerdictThresholds['review']>('OverfittingReviewLimits').implement({
  description: 'What a combination has to reach to be worth a review.',
  fields: (t) => ({
    deflatedSharpe: t.exposeFloat('deflatedSharpe', { description: 'At least.' }),
    pbo: t.exposeFloat('pbo', { description: 'At most.' }),
  }),
});

const ThresholdsRef = builder.objectRef<VerdictThresholds>('OverfittingThresholds').implement({
  description: 'What the verdict was measured by.',
  fields: (t) => ({
    accept: t.field({ type: AcceptRef, description: 'For ACCEPT.', resolve: ({ accept }) => accept }),
    review: t.field({ type: ReviewRef, description: 'For REVIEW.', resolve: ({ review }) => review }),
  }),
});

export const OverfittingRef = builder.objectRef<Overfitting>('Overfitting').implement({
  description:
    'Whether the best combination is more than the luckiest of many. A figure is null where it is not defined.',
  fields: (t) => ({
    deflatedSharpe: t.exposeFloat('deflatedSharpe', {
      nullable: true,
      description:
        'Probability that the true Sharpe of the best exceeds what the best of `nTrials` skill-less combinations would show (Bailey and López de Prado 2014), 0 to 1; null when its test returns do not vary.',
    }),
    pbo: t.exposeFloat('pbo', {
      nullable: true,
      description:
        'Probability of backtest overfitting by combinatorially symmetric cross-validation, 0 to 1: how often what was best on one half of the test bars is no better than the median on the other; null for fewer than 40 test bars or 2 ranked combinations.',
    }),
    walkForwardEfficiency: t.exposeFloat('walkForwardEfficiency', {
      nullable: true,
      description:
        'Mean test Sharpe of what was best in training / its mean train Sharpe; null when the latter is not positive.',
    }),
    oosSharpe: t.exposeFloat('oosSharpe', {
      nullable: true,
      description:
        'Annualised Sharpe of what one would have traded: in each window the best of training, on its test bars, chained; null when nothing was computed.',
    }),
    nTrials: t.exposeInt('nTrials', {
      description:
        'Different valid combinations tried on these bars, by this job and by earlier ones of the same owner.',
    }),
    stability: t.exposeFloat('stability', {
      nullable: true,
      description:
        "Mean Sharpe of the best's neighbours in the grid / its own, at most 1; low on a lone peak, which chance makes; null without neighbours or when its own is not positive.",
    }),
    gridEdge: t.exposeStringList('gridEdge', {
      description:
        'Parameters of which the best has the smallest or largest value searched: better ones may lie beyond.',
    }),
    verdict: t.expose('verdict', { type: VerdictEnum, description: 'What the figures come to.' }),
    reasons: t.exposeStringList('reasons', {
      description:
        'A sentence per figure with its value and its limit: all four of an accepted one, else those that fall short.',
    }),
    thresholds: t.field({
      type: ThresholdsRef,
      description: 'What the verdict was measured by.',
      resolve: ({ thresholds }) => thresholds,
    }),
  }),
});
