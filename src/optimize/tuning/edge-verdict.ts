/**
 * Whether a model knows more than the majority class, in a word and in sentences. There is an edge when the best
 * combination beats the baseline by a standard error on its test slices, when choosing by earlier slices alone would have
 * done so too (there the best of many has no advantage from having been looked for), when it still gains on the hold-out,
 * and when trading on it earned something after costs. One that falls short, or cannot be computed, means that there is none.
 */

/** Limits of a verdict: gains at least so many standard errors; the others above. */
export const EDGE_THRESHOLDS = { standardErrors: 1, holdoutGain: 0, sharpe: 0 } as const;

/** `EDGE_THRESHOLDS` as it is stored and shown. */
export interface EdgeThresholds {
  readonly standardErrors: number;
  readonly holdoutGain: number;
  readonly sharpe: number;
}

/** By how much something is better than the baseline, and how sure that is. */
export interface MeasuredGain {
  readonly mean: number;
  /** Of the mean; NaN of fewer than two bars. */
  readonly standardError: number;
}

/** What a verdict is given on. */
export interface EdgeFigures {
  /** Of the best combination on its test slices: loss below that of the baseline, … */
  readonly lossGain: MeasuredGain;
  /** … and accuracy above that of the majority class. */
  readonly accuracyGain: MeasuredGain;
  /** Loss gain of choosing before each slice what was best on those before it. */
  readonly selectedGain: MeasuredGain;
  /** Loss gain of the best on the hold-out. */
  readonly holdoutGain: number;
  /** Annualised, of the best on its test slices, after costs. */
  readonly sharpe: number;
}

/** A verdict and why. */
export interface EdgeVerdict {
  readonly verdict: 'edge' | 'no_edge';
  /** One sentence per figure with its value and its limit: all of them of an edge, else those that fall short. */
  readonly reasons: readonly string[];
}

interface Finding {
  readonly isReached: boolean;
  readonly reason: string;
}

/** Judges the best combination of a job. */
export function judgeEdge(figures: EdgeFigures): EdgeVerdict {
  const findings: readonly Finding[] = [
    gainFinding('The gain in loss of the best combination over the baseline, on the test slices,', figures.lossGain),
    gainFinding('Its gain in accuracy over the majority class', figures.accuracyGain),
    gainFinding(
      'The gain in loss of choosing before each test slice what was best on the earlier ones',
      figures.selectedGain,
    ),
    aboveFinding('The gain in loss of the best on the hold-out', figures.holdoutGain),
    aboveFinding('The Sharpe ratio of trading on its predictions of the test slices, after costs,', figures.sharpe),
  ];
  const short = findings.filter(({ isReached }) => !isReached);
  if (short.length === 0) return { verdict: 'edge', reasons: findings.map(({ reason }) => reason) };
  return { verdict: 'no_edge', reasons: short.map(({ reason }) => reason) };
}

function gainFinding(what: string, { mean, standardError }: MeasuredGain): Finding {
  const limit = EDGE_THRESHOLDS.standardErrors;
  return {
    // Written so that what is not a number reaches nothing.
    isReached: mean > 0 && mean >= limit * standardError,
    reason: `${what} is ${digits(mean)}, its standard error ${digits(standardError)}; it takes ${limit} of them or more.`,
  };
}

function aboveFinding(what: string, value: number): Finding {
  return { isReached: value > 0, reason: `${what} is ${digits(value)}; it takes more than 0.` };
}

/** Four significant digits: gains are small. */
function digits(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'no number';
}
