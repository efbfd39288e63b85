/**
 * Follows target positions in one symbol or in the spread of two. A target decided on bar t's close is executed at bar
 * t+1's open: buys at open·(1 + slippage), sells at open·(1 − slippage), commission on the traded value from cash. On a
 * change of target the position becomes `weight · target · E/(P·(1 + commission))` shares per leg, E being the equity
 * at that open before the trade and P the leg's execution price; between changes the share count is constant.
 */

import type { Bars } from '../market/index.ts';
import { at } from '../strategies/index.ts';
import { type AccountRun, RunRecorder, type Slice } from './account-run.ts';
import type { Costs } from './costs.ts';
import { profitOf, type Trade } from './trade.ts';

/** What one account trades, over the whole series. */
export interface TargetPlan {
  readonly legs: readonly Leg[];
  /** [T] position wanted after each bar: −1, 0 or +1. */
  readonly targets: Int8Array;
}

/** One symbol of a position. */
export interface Leg {
  readonly bars: Bars;
  /** Share of the equity at target +1: 1 for a symbol by itself, ½ and −½ for the legs of a spread. */
  readonly weight: number;
}

/**
 * Follows `plan.targets` through a slice from a flat start. The first target that can act is that of the slice's first
 * bar; the last bar's is not executed. A position that is open at the end is marked at its last close and is no trade.
 */
export function followTargets(
  plan: TargetPlan,
  slice: Slice,
  terms: { readonly capital: number; readonly costs: Costs },
): AccountRun {
  const run = new RunRecorder(slice.to - slice.from);
  const account = new TargetAccount(plan.legs, terms.capital, terms.costs);
  let held = 0;
  for (let bar = slice.from; bar < slice.to; ) {
    const wanted = bar === slice.from ? 0 : (plan.targets[bar - 1] ?? 0);
    if (wanted !== held) account.change(wanted, bar, run);
    held = wanted;
    const end = nextChange(plan.targets, bar, { held, to: slice.to });
    account.mark(run.equity.subarray(bar - slice.from, end - slice.from), bar);
    if (!run.complete(bar - slice.from, end - slice.from, account.isOpen)) break;
    bar = end;
  }
  return run;
}

/** The first bar after `bar` at whose open another target than `held` is executed; `to` when there is none. */
function nextChange(targets: Int8Array, bar: number, run: { readonly held: number; readonly to: number }): number {
  const { held, to } = run;
  let next = bar + 1;
  while (next < to && targets[next - 1] === held) next++;
  return next;
}

/** An open position as it was entered. */
interface Entry {
  readonly target: number;
  readonly bar: number;
  readonly equityBefore: number;
  /** Shares of the first leg, > 0. */
  readonly quantity: number;
  /** Price of the first leg, or the ratio of both. */
  readonly price: number;
  /** Value of all opening fills. */
  readonly value: number;
}

/** One symbol of the account: what it trades, and what it holds now. */
class Holding {
  /** [T] of the whole series. */
  readonly open: Float64Array;
  readonly close: Float64Array;
  readonly weight: number;
  private readonly costs: Costs;
  /** Shares held, negative when short. */
  shares = 0;
  /** Price of the latest fill. */
  price = Number.NaN;

  constructor(leg: Leg, costs: Costs) {
    this.open = leg.bars.open;
    this.close = leg.bars.close;
    this.weight = leg.weight;
    this.costs = costs;
  }

  /** Price at which an order in this direction (its sign) fills at a bar's open. */
  executionPrice(direction: number, bar: number): number {
    return at(this.open, bar) * (direction > 0 ? 1 + this.costs.slippage : 1 - this.costs.slippage);
  }

  /** Buys `quantity` shares at a bar's open, or sells when it is negative. Returns the change of cash. */
  trade(quantity: number, bar: number): number {
    this.price = this.executionPrice(quantity, bar);
    this.shares += quantity;
    const value = quantity * this.price;
    return -value - this.costs.commission * Math.abs(value);
  }
}

class TargetAccount {
  private readonly holdings: readonly Holding[];
  /** What a trade reports, and [T] the bars' times. */
  private readonly symbol: string;
  private readonly time: Float64Array;
  private readonly commission: number;
  private cash: number;
  private entry: Entry | null = null;

  constructor(legs: readonly Leg[], capital: number, costs: Costs) {
    this.holdings = legs.map((leg) => new Holding(leg, costs));
    this.symbol = legs.map(({ bars }) => bars.symbol).join('/');
    this.time = legs[0]?.bars.time ?? new Float64Array(0);
    this.commission = costs.commission;
    this.cash = capital;
  }

  get isOpen(): boolean {
    return this.entry !== null;
  }

  /** Writes the equity at the closes from bar `from` on, during which the share counts are constant. */
  mark(equity: Float64Array, from: number): void {
    equity.fill(this.cash);
    for (const { shares, close } of this.holdings) {
      if (shares === 0) continue;
      for (let i = 0; i < equity.length; i++) equity[i] = at(equity, i) + shares * at(close, from + i);
    }
  }

  /**
   * Executes a change of target at this bar's open. A reversal is an exit and an entry at one price: the equity between
   * the two ends one trade and begins the next, while the new size takes the equity before both. Without equity left
   * nothing is opened.
   */
  change(target: number, bar: number, run: RunRecorder): void {
    const equity = this.equityAtOpen(bar);
    // The exit and the entry of a reversal are one order per leg.
    if (this.entry !== null || target !== 0) run.fills += this.holdings.length;
    if (this.entry !== null) run.trades.push(this.exit(this.entry, bar));
    if (target !== 0 && equity > 0) this.entry = this.enter(target, bar, equity);
  }

  private equityAtOpen(bar: number): number {
    let equity = this.cash;
    for (const holding of this.holdings) equity += holding.shares * at(holding.open, bar);
    return equity;
  }

  private enter(target: number, bar: number, equity: number): Entry {
    const equityBefore = this.cash;
    let value = 0;
    for (const holding of this.holdings) {
      const amount = holding.weight * target * equity;
      const quantity = amount / (holding.executionPrice(amount, bar) * (1 + this.commission));
      this.cash += holding.trade(quantity, bar);
      value += Math.abs(quantity * holding.price);
    }
    const quantity = Math.abs(this.holdings[0]?.shares ?? 0);
    return { target, bar, equityBefore, quantity, price: this.tradePrice(), value };
  }

  private exit(entry: Entry, bar: number): Trade {
    for (const holding of this.holdings) this.cash += holding.trade(-holding.shares, bar);
    this.entry = null;
    const profit = profitOf(entry.equityBefore, this.cash);
    return {
      symbol: this.symbol,
      side: entry.target > 0 ? 'long' : 'short',
      quantity: entry.quantity,
      entryTime: at(this.time, entry.bar),
      entryPrice: entry.price,
      exitTime: at(this.time, bar),
      exitPrice: this.tradePrice(),
      profit,
      returnFraction: profit / entry.value,
    };
  }

  /** The price that a trade reports: of the first leg, over that of the second where there is one. */
  private tradePrice(): number {
    return (this.holdings[0]?.price ?? Number.NaN) / (this.holdings[1]?.price ?? 1);
  }
}
