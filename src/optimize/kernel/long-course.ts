import { type Costs, profitOf } from '../../backtest/index.ts';
import type { Bars } from '../../market/index.ts';
import { at, type TargetScanner } from '../../strategies/index.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { Course } from './course.ts';
import type { MarketTable, Stretch } from './market-table.ts';
import type { Block, Piece } from './pieces.ts';
import { countFills, countTrade, Tally } from './tally.ts';

/** Cash left by a purchase, as a share of the position, that no longer goes unnoticed in nine digits. */
const NOTICED = 1e-12;

/** What the courses of a batch share: one symbol, bought with everything or not at all. */
export interface LongMarket {
  readonly bars: Bars;
  readonly table: MarketTable;
  readonly feed: ChangeFeed;
  readonly costs: Costs;
  readonly capital: number;
}

/**
 * One symbol without short sales, followed position by position. Cash, shares and trades come from the expressions of
 * the target account, so that a trade wins here when it wins there; the bars between the first and the last of a position
 * are measured together.
 */
export class LongCourse implements Course, Stretch {
  private readonly market: LongMarket;
  private readonly scanner: TargetScanner;
  private readonly row: Float64Array;
  private readonly tally = new Tally();
  private target = 0;
  private cash = Number.NaN;
  private shares = Number.NaN;
  private isHolding = false;
  /** Equity at the last close. */
  private equity = Number.NaN;
  /** Cash before the position was opened. */
  private before = Number.NaN;
  sum = Number.NaN;
  squares = Number.NaN;
  high = Number.NaN;
  low = Number.NaN;
  depth = Number.NaN;

  /** @param row where the figures are written, zeros before */
  constructor(market: LongMarket, scanner: TargetScanner, row: Float64Array) {
    this.market = market;
    this.scanner = scanner;
    this.row = row;
  }

  get isDoubtful(): boolean {
    return this.tally.isDoubtful;
  }

  advance(block: Block): void {
    const { feed, capital } = this.market;
    feed.load(this.scanner, block, this.target);
    for (const piece of block.pieces) {
      this.follow(piece);
      this.tally.close(this.row, piece, this.equity / capital);
    }
    this.target = feed.lastTarget();
  }

  private follow(piece: Piece): void {
    let bar = piece.from;
    if (piece.opensSlice) {
      this.open();
      // Nothing can be executed at the first bar: no target of the slice was decided before it.
      bar += 1;
    }
    const { feed } = this.market;
    while (bar < piece.to) {
      const isWanted = feed.targetBefore(bar) > 0;
      const end = Math.min(feed.nextExecution(), piece.to);
      if (isWanted !== this.isHolding) {
        this.trade(bar, piece);
        bar += 1;
      }
      if (this.isHolding && bar < end) this.hold(bar, end);
      bar = end;
    }
  }

  private open(): void {
    const { capital } = this.market;
    this.tally.open(capital);
    this.cash = capital;
    this.equity = capital;
    this.isHolding = false;
  }

  /** Buys with everything, or sells all, at the open of a bar, and marks its close. */
  private trade(bar: number, piece: Piece): void {
    if (this.isHolding) this.sell(bar, piece);
    else this.buy(bar);
    const { bars } = this.market;
    const equity = this.isHolding ? this.cash + this.shares * at(bars.close, bar) : this.cash;
    countFills(this.row, piece, 1);
    this.tally.mark(equity, this.equity);
    this.equity = equity;
  }

  private buy(bar: number): void {
    const { bars, costs } = this.market;
    const price = at(bars.open, bar) * (1 + costs.slippage);
    this.before = this.cash;
    this.shares = this.cash / (price * (1 + costs.commission));
    const value = this.shares * price;
    this.cash += -value - costs.commission * value;
    this.isHolding = true;
  }

  private sell(bar: number, piece: Piece): void {
    const { bars, costs } = this.market;
    const value = this.shares * (at(bars.open, bar) * (1 - costs.slippage));
    this.cash += value - costs.commission * value;
    countTrade(this.row, piece, profitOf(this.before, this.cash));
    this.isHolding = false;
  }

  /** Holds the position through the bars [from, to). */
  private hold(from: number, to: number): void {
    const { tally, cash, shares } = this;
    const { table, bars } = this.market;
    // The largest equity so far, as a price.
    const high = (tally.peak - cash) / shares;
    this.sum = tally.sum;
    this.squares = tally.squares;
    this.depth = tally.depth;
    this.high = high;
    this.low = Infinity;
    table.measure(from, to, this);
    tally.sum = this.sum;
    tally.squares = this.squares;
    tally.depth = this.depth;
    tally.moved += to - from;
    if (this.high > high) tally.peak = cash + shares * this.high;
    this.equity = cash + shares * at(bars.close, to - 1);
    // Written so that NaN is doubtful too.
    if (!(Math.abs(cash) <= NOTICED * shares * this.low)) tally.isDoubtful = true;
  }
}
