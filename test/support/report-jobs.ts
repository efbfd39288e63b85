/** Jobs as reports are drawn from: every part is there, figures are made up by a seeded stream. */
import { seededRandom } from '../../src/core/index.ts';
import { heatMapsOf, type MappedTrial } from '../../src/optimize/report/heat-map.ts';
import type { CurvePoint, ReportJob, SectionFigures, WinnerFigures } from '../../src/rest/report/report-job.ts';

const GRID = {
  short_window: [5, 10, 20, 40, 80],
  long_window: [20, 50, 100, 150, 200, 250],
  ma_type: ['sma', 'ema'],
} as const;

/** All combinations of the grid: invalid ones skipped, one that never traded. */
export function gridTrials(): readonly MappedTrial[] {
  const random = seededRandom('trials');
  return GRID.short_window.flatMap((short_window) =>
    GRID.long_window.flatMap((long_window) =>
      GRID.ma_type.map((ma_type): MappedTrial => {
        const params = { short_window, long_window, ma_type };
        if (short_window >= long_window) return { status: 'skipped', params, meanSharpe: null };
        if (short_window === 80 && long_window === 250) return { status: 'unranked', params, meanSharpe: null };
        const hill = 0.9 - ((short_window - 20) / 60) ** 2 - ((long_window - 120) / 130) ** 2;
        return { status: 'ranked', params, meanSharpe: hill + 0.15 * random.normal() };
      }),
    ),
  );
}

async function section(): Promise<SectionFigures> {
  const trials = gridTrials();
  const count = (status: MappedTrial['status']) => trials.filter((trial) => trial.status === status).length;
  return {
    strategyType: 'momentum',
    ranked: count('ranked'),
    unranked: count('unranked'),
    skipped: count('skipped'),
    heatMaps: await heatMapsOf(GRID, trials),
  };
}

const SECTION = await section();

const BARS_PER_YEAR = 252;
const FOLDS = 5;

/** Ten years in five windows, each slice from 100,000. */
export function curve(folds = FOLDS, barsPerFold = 400): readonly CurvePoint[] {
  const random = seededRandom('curve');
  const begin = Date.UTC(2011, 0, 3);
  return Array.from({ length: folds * 2 }, (_, slice) => slice).flatMap((slice) => {
    let [equity, peak] = [100_000, 100_000];
    const isTest = slice % 2 === 1;
    const length = Math.round(barsPerFold * (isTest ? 0.3 : 0.7));
    const from = Math.floor(slice / 2) * barsPerFold + (isTest ? barsPerFold - length : 0);
    return Array.from({ length }, (__, at): CurvePoint => {
      equity *= 1 + 0.0004 + 0.009 * random.normal();
      peak = Math.max(peak, equity);
      const days = Math.floor(((from + at) * 365.25) / BARS_PER_YEAR);
      const time = new Date(begin + days * 86_400_000).toISOString().slice(0, 10);
      return {
        time,
        equity,
        drawdown: equity / peak - 1,
        fold: Math.floor(slice / 2) + 1,
        part: isTest ? 'test' : 'train',
      };
    });
  });
}

const params = { short_window: 20, long_window: 100, ma_type: 'ema', signal_threshold: 0 };

function figures(rank: number) {
  return {
    rank,
    params: { ...params, short_window: 20 - rank },
    meanSharpe: 0.91 - 0.06 * rank,
    sharpeStd: 0.41,
    meanReturn: 0.034,
    maxDrawdown: -0.097,
    meanWinRate: 0.56,
    trades: 23,
  };
}

function winner(): WinnerFigures {
  const slice = { sharpe: 0, totalReturn: 0.041, maxDrawdown: -0.072, winRate: 0.55, trades: 5 };
  const folds = [1.2, 0.4, -0.3, 0.9, 1.6].map((sharpe, at) => ({
    fold: at + 1,
    train: { ...slice, start: `${2011 + 2 * at}-01-03`, end: `${2012 + 2 * at}-05-14`, sharpe: 1.1 - 0.1 * at },
    test: {
      ...slice,
      start: `${2012 + 2 * at}-05-15`,
      end: `${2012 + 2 * at}-12-31`,
      sharpe,
      totalReturn: sharpe / 20,
    },
  }));
  return { ...figures(1), params, strategyType: 'momentum', folds };
}

/** A job that has completed and whose result is for review. */
export function completeJob(changes: Partial<ReportJob> = {}): ReportJob {
  return {
    id: 12,
    jobType: 'strategy',
    status: 'complete',
    partial: false,
    error: null,
    basis: {
      symbols: ['SPY'],
      interval: '1d',
      start: '2011-01-01',
      end: '2020-12-31',
      nSplits: FOLDS,
      trainRatio: 0.7,
      method: 'grid',
      maxTrials: null,
      seed: null,
      initialCapital: 100_000,
      commissionBps: 1,
      slippageBps: 2,
      allowShort: false,
      periodsPerYear: 252,
      dataSource: 'csv',
      dataHash: '5f9398b38cdafae6798d05524aa3b952064dded6011460885879397c18ae6b51',
      firstBar: '2011-01-03T00:00:00.000Z',
      lastBar: '2020-12-31T00:00:00.000Z',
      bars: 2517,
      engineVersion: '2',
      totalCombinations: 60,
      createdAt: '2026-01-05T09:00:00.000Z',
      finishedAt: '2026-01-05T09:00:02.180Z',
    },
    sections: [SECTION],
    winner: winner(),
    ranking: Array.from({ length: 20 }, (_, at) => figures(at + 1)),
    overfitting: {
      verdict: 'review',
      reasons: [
        'With 58 combinations tried, the probability that the best one is more than luck (deflated Sharpe) is 0.87; 0.95 or more is accepted, 0.8 or more is worth a review.',
      ],
      deflatedSharpe: 0.87,
      pbo: 0.12,
      oosSharpe: 0.44,
      walkForwardEfficiency: 0.62,
      nTrials: 58,
      stability: 0.81,
      gridEdge: [],
      thresholds: {
        accept: { deflatedSharpe: 0.95, pbo: 0.2, oosSharpe: 0, positiveFolds: 0.6 },
        review: { deflatedSharpe: 0.8, pbo: 0.5 },
      },
    },
    sweep: null,
    curve: curve(),
    ...changes,
  };
}
