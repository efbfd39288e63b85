import { at } from '../strategies/index.ts';
import type { Trade } from './trade.ts';

/** A half-open range of bar indexes: `from` included, `to` not. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** What happened in one slice. Columns have one entry per bar of the slice. */
export interface AccountRun {
  /** Equity marked at each close. */
  readonly equity: Float64Array;
  /** 1 where a position is held at the close, else 0. */
  readonly exposed: Uint8Array;
  /** Closed trades, by exit. */
  readonly trades: readonly Trade[];
  /** Orders that were filled; the legs of a spread count one each. */
  readonly fills: number;
}

/** An account's run while it is written, bar by bar. */
export class RunRecorder implements AccountRun {
  readonly equity: Float64Array;
  readonly exposed: Uint8Array;
  readonly trades: Trade[] = [];
  fills = 0;

  constructor(bars: number) {
    this.equity = new Float64Array(bars);
    this.exposed = new Uint8Array(bars);
  }

  /**
   * Completes the bars [from, to) of the slice, whose equity is written and whose position did not change.
   *
   * @param from index within the slice, as `to`
   * @returns false when equity is used up: the account is then flat for the rest of the slice, at that equity, and the
   *   position that ruined it counts as no closed trade, since nothing filled
   */
  complete(from: number, to: number, isOpen: boolean): boolean {
    for (let bar = from; bar < to; bar++) {
      this.exposed[bar] = isOpen ? 1 : 0;
      const equity = at(this.equity, bar);
      if (equity > 0) continue;
      // Written so that NaN counts as used up too: it never becomes a number again.
      this.equity.fill(equity, bar);
      return false;
    }
    return true;
  }
}
