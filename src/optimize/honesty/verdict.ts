/**
 * Whether the best combination is to be trusted, in a word and in sentences. It is accepted when four figures reach their
 * limits; it is for a person to review when the first two come near or one cannot be computed; else it is rejected.
 */
import { counted } from '../../core/index.ts';

/** Limits of a verdict: at least, except for `pbo` (at most) and `oosSharpe` (above). */
export const VERDICT_THRESHOLDS = {
  accept: { deflatedSharpe: 0.95, pbo: 0.2, oosSharpe: 0, positiveFolds: 0.6 },
  review: { deflatedSharpe: 0.8, pbo: 0.5 },
} as const;

/** `VERDICT_THRESHOLDS` as it is stored and shown. */
export interface VerdictThresholds {
  readonly accept: {
    readonly deflatedSharpe: number;
    readonly pbo: number;
    readonly oosSharpe: number;
    readonly positiveFolds: number;
  };
  readonly review: { readonly deflatedSharpe: number; readonly pbo: number };
}

/** What becomes of the best combination. */
export type VerdictOutcome = 'accept' | 'review' | 'reject';

/** What a verdict is given on; null where a figure is undefined. */
export interface VerdictFigures {
  /** [0, 1]. */
  readonly deflatedSharpe: number | null;
  /** [0, 1]. */
  readonly pbo: number | null;
  /** Annualised. */
  readonly oosSharpe: number | null;
  /** Test windows in which the best-ranked combination has a Sharpe ratio > 0, of how many; null without one. */
  readonly folds: { readonly positive: number; readonly total: number } | null;
  /** Different combinations tried. */
  readonly nTrials: number;
}

/** A verdict and why. */
export interface Verdict {
  readonly verdict: VerdictOutcome;
  /** One sentence per figure with its value and its limit: all four of an accepted one, else those that fall short. */
  readonly reasons: readonly string[];
}

/** One figure against its limits. */
interface Finding {
  readonly isAcceptable: boolean;
  /** Whether it does not stand in the way of a review. */
  readonly isReviewable: boolean;
  readonly isMissing: boolean;
  readonly reason: string;
}

/** Judges the best combination of a job. */
export function judge(figures: VerdictFigures): Verdict {
  const findings = [deflatedFinding(figures), pboFinding(figures), selectionFinding(figures), foldsFinding(figures)];
  const short = findings.filter((finding) => !finding.isAcceptable);
  if (short.length === 0) return { verdict: 'accept', reasons: findings.map(({ reason }) => reason) };
  const isReview = findings.some(({ isMissing }) => isMissing) || findings.every(({ isReviewable }) => isReviewable);
  return { verdict: isReview ? 'review' : 'reject', reasons: short.map(({ reason }) => reason) };
}

function deflatedFinding({ deflatedSharpe: value, nTrials }: VerdictFigures): Finding {
  const { accept, review } = VERDICT_THRESHOLDS;
  const limits = `${accept.deflatedSharpe} or more is accepted, ${review.deflatedSharpe} or more is worth a review`;
  if (value === null) {
    return missing(
      `Whether luck explains the best result (deflated Sharpe) cannot be computed: ${NO_SHAPE}; ${limits}.`,
    );
  }
  const shown = precise(value, [accept.deflatedSharpe, review.deflatedSharpe]);
  return {
    isAcceptable: value >= accept.deflatedSharpe,
    isReviewable: value >= review.deflatedSharpe,
    isMissing: false,
    reason:
      `With ${counted(nTrials, 'combination')} tried, the probability that the best one is more than luck (deflated Sharpe) is ${shown}; ` +
      `${limits}.`,
  };
}

const NO_SHAPE = 'no combination traded, or its test returns do not vary';

function pboFinding({ pbo: value }: VerdictFigures): Finding {
  const { accept, review } = VERDICT_THRESHOLDS;
  const limits = `${accept.pbo} or less is accepted, ${review.pbo} or less is worth a review`;
  if (value === null) {
    return missing(
      'The probability of overfitting (PBO) cannot be computed: it takes at least 40 test bars and two combinations ' +
        `that traded; ${limits}.`,
    );
  }
  return {
    isAcceptable: value <= accept.pbo,
    isReviewable: value <= review.pbo,
    isMissing: false,
    reason:
      'The probability that what was best on one half of the test bars is no better than the median on the other half ' +
      `(PBO) is ${precise(value, [accept.pbo, review.pbo])}; ${limits}.`,
  };
}

function selectionFinding({ oosSharpe: value }: VerdictFigures): Finding {
  const limit = VERDICT_THRESHOLDS.accept.oosSharpe;
  if (value === null) {
    return missing(
      'The Sharpe ratio of choosing by the training bars alone cannot be computed: no combination could be simulated; ' +
        `more than ${limit} is accepted.`,
    );
  }
  return {
    isAcceptable: value > limit,
    isReviewable: true,
    isMissing: false,
    reason:
      'Choosing in each window what was best on its training bars earns a Sharpe ratio of ' +
      `${precise(value, [limit])} on the test bars; more than ${limit} is accepted.`,
  };
}

function foldsFinding({ folds }: VerdictFigures): Finding {
  const limit = VERDICT_THRESHOLDS.accept.positiveFolds;
  const limits = `${limit} or more of them is accepted`;
  if (folds === null) {
    return missing(
      `No combination traded in a test window, so that none has a positive Sharpe ratio in any; ${limits}.`,
    );
  }
  const share = folds.positive / folds.total;
  return {
    isAcceptable: share >= limit,
    isReviewable: true,
    isMissing: false,
    reason:
      `The best combination has a positive Sharpe ratio in ${folds.positive} of ${folds.total} test windows, ` +
      `a share of ${precise(share, [limit])}; ${limits}.`,
  };
}

function missing(reason: string): Finding {
  return { isAcceptable: false, isReviewable: true, isMissing: true, reason };
}

/** The value with two decimals, or with as many more as tell it from every limit that it does not equal. */
function precise(value: number, limits: readonly number[]): string {
  for (let digits = 2; digits < 20; digits++) {
    const shown = Number(value.toFixed(digits));
    if (limits.every((limit) => Math.sign(shown - limit) === Math.sign(value - limit))) return value.toFixed(digits);
  }
  return String(value);
}
