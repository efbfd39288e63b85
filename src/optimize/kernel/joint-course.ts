import { at } from '../../strategies/index.ts';
import { Account, type AccountMarket, type AccountPlan } from './account.ts';
import type { Course } from './course.ts';
import type { Block } from './pieces.ts';
import { Tally } from './tally.ts';

/** What the courses of a batch share. */
export interface JointMarket extends AccountMarket {
  /** Of the whole account; each symbol or spread begins with an equal part. */
  readonly capital: number;
}

/** One symbol or spread: what it trades, and what it decides. */
export type JointSeries = Pick<AccountPlan, 'legs' | 'scanner'>;

/**
 * Any number of symbols, long or short, or a spread: the accounts write their equity bar by bar, with the expressions of
 * the target account, and the sum is measured.
 */
export class JointCourse implements Course {
  private readonly market: JointMarket;
  private readonly accounts: readonly Account[];
  private readonly row: Float64Array;
  private readonly tally = new Tally();
  /** Equity at the last close. */
  private last = Number.NaN;

  /** @param row where the figures are written, zeros before */
  constructor(market: JointMarket, series: readonly JointSeries[], row: Float64Array) {
    this.market = market;
    this.row = row;
    const capital = market.capital / series.length;
    this.accounts = series.map((each) => new Account(market, { ...each, capital, row }));
  }

  get isDoubtful(): boolean {
    return this.tally.isDoubtful;
  }

  advance(block: Block): void {
    const { equity, capital } = this.market;
    equity.fill(0);
    for (const account of this.accounts) account.advance(block);
    for (const piece of block.pieces) {
      if (piece.opensSlice) {
        this.tally.open(capital);
        this.last = capital;
      }
      this.measure(equity.subarray(piece.from - block.from, piece.to - block.from));
      this.tally.close(this.row, piece, this.last / capital);
    }
    if (this.accounts.some((account) => account.isRuined)) this.tally.isDoubtful = true;
  }

  private measure(equity: Float64Array): void {
    let { sum, squares, moved, peak, depth } = this.tally;
    let { last } = this;
    for (let i = 0; i < equity.length; i++) {
      const value = at(equity, i);
      if (value === last) continue;
      const move = value / last - 1;
      sum += move;
      squares += move * move;
      moved += 1;
      if (value > peak) peak = value;
      else if (value < peak * depth) depth = value / peak;
      last = value;
    }
    Object.assign(this.tally, { sum, squares, moved, peak, depth });
    this.last = last;
  }
}
