/**
 * The yardstick: what a careful programmer writes first. One combination at a time, and for every bar its signal, fill,
 * equity, return, sums and drawdown, in one loop over typed arrays without an allocation. It is called on short blocks, so
 * that the compiler optimizes it once and never has to replace it in mid-loop. Indicators are the shared columns.
 */
import type { EvaluationPlan } from '../src/optimize/evaluate.ts';
import { rowWidth, segmentOffset, sliceOffset } from '../src/optimize/figures.ts';
import { at, type IndicatorKind, indicatorKey, type Parameters } from '../src/strategies/index.ts';

const BLOCK = 1024;

/** Where a combination stands, from one block to the next. */
interface Walk {
  target: number;
  held: number;
  cash: number;
  shares: number;
  last: number;
  before: number;
  peak: number;
  depth: number;
  sum: number;
  squares: number;
  trades: number;
  wins: number;
  fills: number;
}

/** Bars [from, to) of one slice. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Whether the slice begins at `from`. */
  readonly isFirst: boolean;
}

/** The row of one combination, long only, one symbol. */
export function yardstick(plan: EvaluationPlan, params: Parameters): Float64Array {
  const { segments, settings } = plan;
  const row = new Float64Array(rowWidth(segments));
  const step = plan.typeName === 'momentum' ? momentumLoop(plan, params) : reversionLoop(plan, params);
  let walk = newWalk(settings.initialCapital, 0);
  let slice = -1;
  for (const [segment, owner] of segments.sliceOf.entries()) {
    const start = segments.borders[segment] ?? 0;
    const end = segments.borders[segment + 1] ?? 0;
    const isFirst = owner !== slice;
    if (isFirst) walk = newWalk(settings.initialCapital, walk.target);
    slice = owner;
    walk.sum = 0;
    walk.squares = 0;
    for (let from = start; from < end; from += BLOCK) {
      step(walk, { from, to: Math.min(from + BLOCK, end), isFirst: isFirst && from === start });
    }
    const mean = walk.sum / (end - start);
    row.set([mean, walk.squares - walk.sum * mean], segmentOffset(segments, segment));
    const growth = walk.last / settings.initialCapital;
    row.set([growth - 1, walk.depth, walk.trades, walk.wins, walk.fills], sliceOffset(owner));
  }
  return row;
}

function newWalk(capital: number, target: number): Walk {
  const sums = { peak: capital, depth: 0, sum: 0, squares: 0, trades: 0, wins: 0, fills: 0 };
  return { target, held: 0, cash: capital, shares: 0, last: capital, before: capital, ...sums };
}

function columnOf({ indicators }: EvaluationPlan, kind: IndicatorKind, window: number): Float64Array {
  return indicators.get(indicatorKey({ kind, window, series: [0] })) ?? new Float64Array(0);
}

function momentumLoop(plan: EvaluationPlan, params: Parameters) {
  const kind = params['ma_type'] === 'ema' ? 'ema' : 'sma';
  const short = columnOf(plan, kind, Number(params['short_window']));
  const long = columnOf(plan, kind, Number(params['long_window']));
  const bound = Number(params['signal_threshold']) + 1e-12;
  const rule = { ...marketOf(plan), short, long, bound };
  return (walk: Walk, stretch: Stretch) => followMomentum(walk, stretch, rule);
}

function reversionLoop(plan: EvaluationPlan, params: Parameters) {
  const z = columnOf(plan, 'zscore', Number(params['window']));
  const entry = Number(params['zscore_entry']);
  const exit = Number(params['zscore_exit'] ?? params['num_std']);
  const rule = { ...marketOf(plan), z, entry, exit };
  return (walk: Walk, stretch: Stretch) => followReversion(walk, stretch, rule);
}

interface Market {
  readonly open: Float64Array;
  readonly close: Float64Array;
  readonly slippage: number;
  readonly commission: number;
}

function marketOf({ bars, settings }: EvaluationPlan): Market {
  const [series] = bars;
  const none = new Float64Array(0);
  return {
    open: series?.open ?? none,
    close: series?.close ?? none,
    slippage: settings.slippageBps / 1e4,
    commission: settings.commissionBps / 1e4,
  };
}

interface Momentum extends Market {
  readonly short: Float64Array;
  readonly long: Float64Array;
  readonly bound: number;
}

function followMomentum(walk: Walk, { from, to, isFirst }: Stretch, rule: Momentum): void {
  const { close, short, long, bound } = rule;
  let { target, held, cash, shares, last, peak, depth, sum, squares } = walk;
  for (let t = from; t < to; t++) {
    const wanted = isFirst && t === from ? 0 : target;
    if (wanted !== held) {
      fill(walk, rule, t);
      ({ held, cash, shares } = walk);
    }
    const equity = cash + shares * at(close, t);
    const move = equity / last - 1;
    sum += move;
    squares += move * move;
    if (equity > peak) peak = equity;
    else if (equity < peak * (1 + depth)) depth = equity / peak - 1;
    last = equity;
    const slow = at(long, t);
    target = (at(short, t) - slow) / slow > bound ? 1 : 0;
  }
  walk.target = target;
  walk.last = last;
  walk.peak = peak;
  walk.depth = depth;
  walk.sum = sum;
  walk.squares = squares;
}

interface Reversion extends Market {
  readonly z: Float64Array;
  readonly entry: number;
  readonly exit: number;
}

function followReversion(walk: Walk, { from, to, isFirst }: Stretch, rule: Reversion): void {
  const { close, z, entry, exit } = rule;
  let { target, held, cash, shares, last, peak, depth, sum, squares } = walk;
  for (let t = from; t < to; t++) {
    const wanted = isFirst && t === from ? 0 : target;
    if (wanted !== held) {
      fill(walk, rule, t);
      ({ held, cash, shares } = walk);
    }
    const equity = cash + shares * at(close, t);
    const move = equity / last - 1;
    sum += move;
    squares += move * move;
    if (equity > peak) peak = equity;
    else if (equity < peak * (1 + depth)) depth = equity / peak - 1;
    last = equity;
    const score = at(z, t);
    if (target === 0) target = score <= entry ? 1 : 0;
    else if (score >= exit) target = 0;
  }
  walk.target = target;
  walk.last = last;
  walk.peak = peak;
  walk.depth = depth;
  walk.sum = sum;
  walk.squares = squares;
}

/** Buys with everything, or sells all, at a bar's open. */
function fill(walk: Walk, { open, slippage, commission }: Market, t: number): void {
  walk.fills += 1;
  if (walk.held === 0) {
    const price = at(open, t) * (1 + slippage);
    walk.before = walk.cash;
    walk.shares = walk.cash / (price * (1 + commission));
    walk.cash -= walk.shares * price * (1 + commission);
    walk.held = 1;
    return;
  }
  walk.cash += walk.shares * at(open, t) * (1 - slippage) * (1 - commission);
  walk.shares = 0;
  walk.held = 0;
  walk.trades += 1;
  if (walk.cash > walk.before) walk.wins += 1;
}
