import { type Costs, type Leg, profitOf } from '../../backtest/index.ts';
import { at, type TargetScanner } from '../../strategies/index.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { Block, Piece } from './pieces.ts';
import { countFills, countTrade } from './tally.ts';

/** What the accounts of a batch share. */
export interface AccountMarket {
  readonly feed: ChangeFeed;
  readonly costs: Costs;
  /** [BLOCK] summed equity at the closes of the current block, of one combination after the other. */
  readonly equity: Float64Array;
}

/** One symbol or spread: what it trades, what it decides, the cash of every slice, and where its trades are counted. */
export interface AccountPlan {
  readonly legs: readonly Leg[];
  readonly scanner: TargetScanner;
  readonly capital: number;
  readonly row: Float64Array;
}

/** One leg, and what is held of it now. */
interface Holding extends Leg {
  shares: number;
}

/** Follows targets as the target account does, in the same expressions, and adds its equity to the shared block. */
export class Account {
  private readonly market: AccountMarket;
  private readonly plan: AccountPlan;
  private readonly holdings: readonly Holding[];
  /** The target after the last bar, and the one that is held. */
  private target = 0;
  private held = 0;
  private cash = Number.NaN;
  private before = Number.NaN;
  private isOpen = false;
  /** Whether equity was ever used up: what follows is then not what the target account does. */
  isRuined = false;

  constructor(market: AccountMarket, plan: AccountPlan) {
    this.market = market;
    this.plan = plan;
    this.holdings = plan.legs.map((leg) => ({ ...leg, shares: 0 }));
  }

  /** Follows the bars of the next block. */
  advance(block: Block): void {
    const { feed } = this.market;
    feed.load(this.plan.scanner, block, this.target);
    for (const piece of block.pieces) this.follow(piece, block.from);
    this.target = feed.lastTarget();
  }

  private follow(piece: Piece, blockStart: number): void {
    const { feed } = this.market;
    if (piece.opensSlice) this.open();
    for (let bar = piece.from; bar < piece.to; ) {
      const isFirst = piece.opensSlice && bar === piece.from;
      const wanted = isFirst ? 0 : feed.targetBefore(bar);
      if (wanted !== this.held) this.change(wanted, bar, piece);
      // Nothing is executed at the first bar of a slice, and on the second whatever was decided up to the first.
      const end = isFirst ? bar + 1 : Math.min(feed.nextExecution(), piece.to);
      this.mark(bar, end, blockStart);
      bar = end;
    }
  }

  private open(): void {
    this.cash = this.plan.capital;
    this.held = 0;
    this.isOpen = false;
    for (const holding of this.holdings) holding.shares = 0;
  }

  private change(target: number, bar: number, piece: Piece): void {
    const { row } = this.plan;
    let equity = this.cash;
    for (const { shares, bars } of this.holdings) equity += shares * at(bars.open, bar);
    countFills(row, piece, this.holdings.length);
    if (this.isOpen) {
      for (const holding of this.holdings) this.trade(holding, -holding.shares, bar);
      countTrade(row, piece, profitOf(this.before, this.cash));
    }
    this.isOpen = target !== 0;
    this.held = target;
    if (this.isOpen) this.enter(target, bar, equity);
    if (!(equity > 0)) this.isRuined = true;
  }

  private enter(target: number, bar: number, equity: number): void {
    this.before = this.cash;
    for (const holding of this.holdings) {
      const amount = holding.weight * target * equity;
      this.trade(holding, amount / (this.priceOf(holding, amount, bar) * (1 + this.market.costs.commission)), bar);
    }
  }

  private trade(holding: Holding, quantity: number, bar: number): void {
    const value = quantity * this.priceOf(holding, quantity, bar);
    holding.shares += quantity;
    this.cash += -value - this.market.costs.commission * Math.abs(value);
  }

  private priceOf({ bars }: Holding, direction: number, bar: number): number {
    const { slippage } = this.market.costs;
    return at(bars.open, bar) * (direction > 0 ? 1 + slippage : 1 - slippage);
  }

  /** Adds the equity at the closes of [from, to), through which the share counts are constant. */
  private mark(from: number, to: number, blockStart: number): void {
    const { equity } = this.market;
    const [first, second] = this.holdings;
    if (first === undefined) return;
    let lowest = Infinity;
    for (let t = from; t < to; t++) {
      let value = this.cash + first.shares * at(first.bars.close, t);
      if (second !== undefined) value += second.shares * at(second.bars.close, t);
      // NaN becomes the lowest and stays it.
      lowest = Math.min(lowest, value);
      equity[t - blockStart] = at(equity, t - blockStart) + value;
    }
    if (!(lowest > 0)) this.isRuined = true;
  }
}
