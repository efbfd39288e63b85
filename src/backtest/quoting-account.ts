/**
 * A market maker's account in one symbol. After bar t it rests quotes around fair = close_t, with h = halfSpread_t and
 * the skew k = h·inventory/maxInventory: bid = fair·(1 − h − k), ask = fair·(1 + h − k). In bar t+1 the bid fills first,
 * at min(open, bid) if low ≤ bid, then the ask at max(open, ask) if high ≥ ask. Resting orders pay commission but no
 * slippage. Optimistic in one point: a quote that the bar's range touches fills whole, as if first in the queue.
 */

import type { Bars } from '../market/index.ts';
import { at, type QuotePolicy } from '../strategies/index.ts';
import { type AccountRun, RunRecorder, type Slice } from './account-run.ts';
import type { Costs } from './costs.ts';

/** What one account quotes, over the whole series. */
export interface QuotePlan {
  readonly bars: Bars;
  readonly policy: QuotePolicy;
}

/** The money and the rules of one account. */
export interface QuotingTerms {
  /** Cash that every slice starts with. */
  readonly capital: number;
  readonly costs: Costs;
  /** Whether the inventory may fall below 0. */
  readonly allowShort: boolean;
}

/** Forgives the rounding of maxInventory/quoteSize, so that three quotes of 0.1 fit into 0.3. */
const LOT_MARGIN = 1e-9;

/**
 * Quotes through a slice from a flat start: the first quotes follow the slice's first bar. Whether a quote is placed is
 * decided with the cash and inventory after bar t, for each side by itself: not when its fill would take the inventory
 * beyond ±maxInventory (below 0 unless `allowShort`) or, at the quoted price, cash below 0.
 */
export function followQuotes(plan: QuotePlan, slice: Slice, terms: QuotingTerms): AccountRun {
  const { bars } = plan;
  const run = new RunRecorder(slice.to - slice.from);
  const account = new QuotingAccount(plan, terms, run);
  for (let t = slice.from; t < slice.to; t++) {
    if (t > slice.from) account.fillQuotesOf(t - 1);
    const bar = t - slice.from;
    run.equity[bar] = account.equityAt(at(bars.close, t));
    if (!run.complete(bar, bar + 1, account.isOpen)) break;
  }
  return run;
}

/** The fills of one position since it was flat. */
interface Position {
  readonly bar: number;
  readonly cashBefore: number;
  /** +1 when the first fill was a buy, −1 when it was a sale. */
  readonly direction: number;
  /** Value and number of lots of the fills that opened. */
  openedValue: number;
  openedLots: number;
  closedValue: number;
}

class QuotingAccount {
  private readonly bars: Bars;
  private readonly policy: QuotePolicy;
  private readonly commission: number;
  private readonly run: RunRecorder;
  /** Inventory is counted in whole quotes, so that it returns to exactly flat; these are its bounds. */
  private readonly maxLots: number;
  private readonly minLots: number;
  private lots = 0;
  private cash: number;
  private position: Position | null = null;

  constructor(plan: QuotePlan, terms: QuotingTerms, run: RunRecorder) {
    this.bars = plan.bars;
    this.policy = plan.policy;
    this.commission = terms.costs.commission;
    this.cash = terms.capital;
    this.run = run;
    this.maxLots = Math.floor(this.policy.maxInventory / this.policy.quoteSize + LOT_MARGIN);
    this.minLots = terms.allowShort ? -this.maxLots : 0;
  }

  get isOpen(): boolean {
    return this.lots !== 0;
  }

  equityAt(price: number): number {
    return this.cash + this.lots * this.policy.quoteSize * price;
  }

  /** Places the quotes that follow bar `t` and lets bar t+1 fill them, the bid first. */
  fillQuotesOf(t: number): void {
    const { policy, bars, lots } = this;
    const fair = at(bars.close, t);
    const half = at(policy.halfSpread, t);
    const skew = (half * lots * policy.quoteSize) / policy.maxInventory;
    const bid = fair * (1 - half - skew);
    const ask = fair * (1 + half - skew);
    const bidCost = policy.quoteSize * bid * (1 + this.commission);
    const placesBid = lots + 1 <= this.maxLots && this.cash - bidCost >= 0;
    const placesAsk = lots - 1 >= this.minLots;
    const open = at(bars.open, t + 1);
    if (placesBid && at(bars.low, t + 1) <= bid) this.fill(1, Math.min(open, bid), t + 1);
    if (placesAsk && at(bars.high, t + 1) >= ask) this.fill(-1, Math.max(open, ask), t + 1);
  }

  /** One quote filled: `direction` +1 buys, −1 sells. */
  private fill(direction: number, price: number, bar: number): void {
    const value = this.policy.quoteSize * price;
    const position = (this.position ??= openPosition(bar, this.cash, direction));
    this.cash -= direction * value + this.commission * value;
    this.lots += direction;
    this.run.fills += 1;
    if (direction === position.direction) {
      position.openedValue += value;
      position.openedLots += 1;
    } else {
      position.closedValue += value;
    }
    if (this.lots === 0) this.close(position, bar);
  }

  private close(position: Position, bar: number): void {
    const quantity = position.openedLots * this.policy.quoteSize;
    const profit = this.cash - position.cashBefore;
    this.run.trades.push({
      symbol: this.bars.symbol,
      side: position.direction > 0 ? 'long' : 'short',
      quantity,
      entryTime: at(this.bars.time, position.bar),
      entryPrice: position.openedValue / quantity,
      exitTime: at(this.bars.time, bar),
      exitPrice: position.closedValue / quantity,
      profit,
      returnFraction: profit / position.openedValue,
    });
    this.position = null;
  }
}

function openPosition(bar: number, cashBefore: number, direction: number): Position {
  return { bar, cashBefore, direction, openedValue: 0, openedLots: 0, closedValue: 0 };
}
