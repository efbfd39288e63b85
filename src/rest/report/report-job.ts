/** What a report is drawn from: a job that has ended, with its pictures. Fractions, not percent. */

/** Figures of one train or test slice. */
export interface SliceFigures {
  /** First and last bar. */
  readonly start: string;
  readonly end: string;
  readonly sharpe: number;
  readonly totalReturn: number;
  readonly maxDrawdown: number;
  readonly winRate: number;
  readonly trades: number;
}

/** One walk-forward window. */
export interface FoldFigures {
  readonly fold: number;
  readonly train: SliceFigures;
  readonly test: SliceFigures;
}

/** A ranked combination. */
export interface RankedFigures {
  readonly rank: number;
  readonly params: unknown;
  readonly meanSharpe: number;
  readonly sharpeStd: number;
  readonly meanReturn: number;
  readonly maxDrawdown: number;
  readonly meanWinRate: number;
  readonly trades: number;
}

/** The best combination, fold by fold. */
export interface WinnerFigures extends RankedFigures {
  readonly strategyType: string;
  readonly folds: readonly FoldFigures[];
}

/** Whether the best is more than luck. */
export interface OverfittingFigures {
  readonly verdict: 'accept' | 'review' | 'reject';
  readonly reasons: readonly string[];
  readonly deflatedSharpe: number | null;
  readonly pbo: number | null;
  readonly oosSharpe: number | null;
  readonly walkForwardEfficiency: number | null;
  readonly nTrials: number;
  readonly stability: number | null;
  readonly gridEdge: readonly string[];
  readonly thresholds: VerdictLimits;
}

/** What a verdict was measured by: at least, except for `pbo` (at most) and `oosSharpe` (above). */
export interface VerdictLimits {
  readonly accept: {
    readonly deflatedSharpe: number;
    readonly pbo: number;
    readonly oosSharpe: number;
    readonly positiveFolds: number;
  };
  readonly review: { readonly deflatedSharpe: number; readonly pbo: number };
}

/** One axis of a heat map. */
export interface MapAxis {
  readonly parameter: string;
  readonly labels: readonly string[];
}

/** Matrices are [y][x]. */
export interface MapFigures {
  readonly x: MapAxis;
  readonly y: MapAxis | null;
  readonly best: readonly (readonly (number | null)[])[];
  readonly ranked: readonly (readonly number[])[];
  readonly unranked: readonly (readonly number[])[];
  readonly skipped: readonly (readonly number[])[];
  readonly explained: number | null;
}

/** The search of one strategy type. */
export interface SectionFigures {
  readonly strategyType: string;
  readonly ranked: number;
  readonly unranked: number;
  readonly skipped: number;
  readonly heatMaps: readonly MapFigures[];
}

/** Equity at the close of one bar. */
export interface CurvePoint {
  readonly time: string;
  readonly equity: number;
  readonly drawdown: number;
  readonly fold: number;
  readonly part: 'train' | 'test';
}

/** What a sweep found. */
export interface SweepFigures {
  readonly byStrategy: readonly {
    readonly strategyType: string;
    readonly best: RankedFigures | null;
    readonly overfitting: Pick<OverfittingFigures, 'verdict' | 'deflatedSharpe' | 'pbo'> | null;
  }[];
  readonly recommendation: {
    readonly strategyType: string | null;
    readonly confidence: 'high' | 'medium' | 'low' | 'none';
    readonly recommended: boolean;
  };
  readonly skippedTypes: readonly { readonly strategyType: string; readonly reason: string }[];
}

/** What was asked, and where the prices came from. */
export interface ReportBasis {
  readonly symbols: readonly string[];
  readonly interval: string;
  readonly start: string;
  readonly end: string;
  readonly nSplits: number;
  readonly trainRatio: number;
  readonly method: 'grid' | 'random' | 'tpe';
  readonly maxTrials: number | null;
  readonly seed: number | null;
  readonly initialCapital: number;
  readonly commissionBps: number;
  readonly slippageBps: number;
  readonly allowShort: boolean;
  readonly periodsPerYear: number;
  readonly dataSource: string;
  readonly dataHash: string;
  readonly firstBar: string;
  readonly lastBar: string;
  readonly bars: number;
  readonly engineVersion: string;
  readonly totalCombinations: number;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** Everything that the page shows. */
export interface ReportJob {
  readonly id: number;
  readonly jobType: 'strategy' | 'sweep';
  readonly status: 'complete' | 'cancelled' | 'error';
  /** Whether only a part of the combinations was evaluated. */
  readonly partial: boolean;
  readonly error: string | null;
  readonly basis: ReportBasis;
  readonly sections: readonly SectionFigures[];
  readonly winner: WinnerFigures | null;
  /** The best 20 of a strategy job; empty for a sweep. */
  readonly ranking: readonly RankedFigures[];
  readonly overfitting: OverfittingFigures | null;
  /** Null for a strategy job. */
  readonly sweep: SweepFigures | null;
  readonly curve: readonly CurvePoint[];
}
