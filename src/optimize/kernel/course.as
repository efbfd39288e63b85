/**
 * One symbol without short sales, followed position by position. Cash, shares and trades come from the expressions of the
 * target account (`src/backtest/target-account.ts`), so that a trade wins here when it wins there; the bars between the first
 * and the last of a position are measured together. A course is a record of numbers, which `long-course.ts` reads as well.
 */
import { nextExecution, targetBefore } from './changes';
import { closes, NUMBER, opens, stretch } from './memory';
import { measure } from './nodes';

/** Σr and Σr² of the segment, its bars with a return that may differ from 0. */
const SUM: usize = 0;
const SQUARES: usize = 1 * NUMBER;
const MOVED: usize = 2 * NUMBER;
/** Largest equity of the slice so far, and the smallest relation of an equity to the largest before it, ≤ 1. */
const PEAK: usize = 3 * NUMBER;
const DEPTH: usize = 4 * NUMBER;
/** Equity at the last close. */
const EQUITY: usize = 5 * NUMBER;
/** Closed trades of the slice, those that were won, filled orders. */
const TRADES: usize = 6 * NUMBER;
const WINS: usize = 7 * NUMBER;
const FILLS: usize = 8 * NUMBER;
/** 1 once the figures cannot be trusted to nine digits. */
const IS_DOUBTFUL: usize = 9 * NUMBER;
/** The target after the last bar that was scanned. */
export const TARGET: usize = 10 * NUMBER;
/** What the account holds: 1 or 0, cash, shares, and the cash before the position was opened. */
const IS_HOLDING: usize = 11 * NUMBER;
const CASH: usize = 12 * NUMBER;
const SHARES: usize = 13 * NUMBER;
const BEFORE: usize = 14 * NUMBER;
/** Bytes of a record. */
const COURSE: usize = 16 * NUMBER;

/** Cash left by a purchase, as a share of the position, that no longer goes unnoticed in nine digits. */
const NOTICED: f64 = 1e-12;
/** As in `src/backtest/trade.ts`: a gain or loss up to this share of the equity is rounding. */
const NO_PROFIT: f64 = 2e-15;

/** Costs of a fill, as fractions of its price and of its value. */
let slippage: f64 = 0;
let commission: f64 = 0;

export function courseBytes(): usize {
  return COURSE;
}

/** Sets what fills cost, as fractions. */
export function setCosts(ofPrice: f64, ofValue: f64): void {
  slippage = ofPrice;
  commission = ofValue;
}

/** Begins a slice. */
export function open(course: usize, capital: f64): void {
  store<f64>(course, capital, PEAK);
  store<f64>(course, 1, DEPTH);
  store<f64>(course, capital, EQUITY);
  store<f64>(course, 0, TRADES);
  store<f64>(course, 0, WINS);
  store<f64>(course, 0, FILLS);
  store<f64>(course, 0, IS_HOLDING);
  store<f64>(course, capital, CASH);
}

/** Follows the changes of the block through its bars [from, to). */
export function follow(course: usize, from: usize, to: usize): void {
  let isHolding = load<f64>(course, IS_HOLDING) != 0;
  for (let bar = from; bar < to; ) {
    const isWanted = targetBefore(bar) > 0;
    const end = min(nextExecution(), to);
    if (isWanted != isHolding) {
      if (isHolding) sell(course, bar);
      else buy(course, bar);
      isHolding = isWanted;
      bar++;
    }
    if (isHolding && bar < end) hold(course, bar, end);
    bar = end;
  }
  store<f64>(course, isHolding ? 1 : 0, IS_HOLDING);
}

/** Buys with everything at the open of a bar. */
function buy(course: usize, bar: usize): void {
  const before = load<f64>(course, CASH);
  const price = load<f64>(opens + bar * NUMBER) * (1 + slippage);
  const shares = before / (price * (1 + commission));
  const value = shares * price;
  const cash = before + (-value - commission * value);
  store<f64>(course, before, BEFORE);
  store<f64>(course, shares, SHARES);
  store<f64>(course, cash, CASH);
  mark(course, cash + shares * load<f64>(closes + bar * NUMBER));
}

/** Sells all at the open of a bar. */
function sell(course: usize, bar: usize): void {
  const before = load<f64>(course, BEFORE);
  const value = load<f64>(course, SHARES) * (load<f64>(opens + bar * NUMBER) * (1 - slippage));
  const cash = load<f64>(course, CASH) + (value - commission * value);
  const profit = cash - before;
  store<f64>(course, cash, CASH);
  store<f64>(course, load<f64>(course, TRADES) + 1, TRADES);
  if (profit > 0 && abs(profit) > NO_PROFIT * abs(before)) store<f64>(course, load<f64>(course, WINS) + 1, WINS);
  mark(course, cash);
}

/** Takes the bar of a fill. @param equity at its close */
function mark(course: usize, equity: f64): void {
  const move = equity / load<f64>(course, EQUITY) - 1;
  const peak = load<f64>(course, PEAK);
  store<f64>(course, load<f64>(course, FILLS) + 1, FILLS);
  store<f64>(course, load<f64>(course, SUM) + move, SUM);
  store<f64>(course, load<f64>(course, SQUARES) + move * move, SQUARES);
  store<f64>(course, load<f64>(course, MOVED) + 1, MOVED);
  if (equity > peak) store<f64>(course, equity, PEAK);
  else if (equity < peak * load<f64>(course, DEPTH)) store<f64>(course, equity / peak, DEPTH);
  // Written so that NaN is doubtful too.
  if (!(equity > 0)) store<f64>(course, 1, IS_DOUBTFUL);
  store<f64>(course, equity, EQUITY);
}

/** Holds the position through the bars [from, to). */
function hold(course: usize, from: usize, to: usize): void {
  const cash = load<f64>(course, CASH);
  const shares = load<f64>(course, SHARES);
  // The largest equity so far, as a price.
  const high = (load<f64>(course, PEAK) - cash) / shares;
  store<f64>(stretch, load<f64>(course, SUM));
  store<f64>(stretch, load<f64>(course, SQUARES), NUMBER);
  store<f64>(stretch, high, 2 * NUMBER);
  store<f64>(stretch, Infinity, 3 * NUMBER);
  store<f64>(stretch, load<f64>(course, DEPTH), 4 * NUMBER);
  measure(from, to - 1);
  store<f64>(course, load<f64>(stretch), SUM);
  store<f64>(course, load<f64>(stretch, NUMBER), SQUARES);
  store<f64>(course, load<f64>(stretch, 4 * NUMBER), DEPTH);
  store<f64>(course, load<f64>(course, MOVED) + ((to - from) as f64), MOVED);
  const highest = load<f64>(stretch, 2 * NUMBER);
  if (highest > high) store<f64>(course, cash + shares * highest, PEAK);
  store<f64>(course, cash + shares * load<f64>(closes + (to - 1) * NUMBER), EQUITY);
  // Written so that NaN is doubtful too.
  if (!(abs(cash) <= NOTICED * shares * load<f64>(stretch, 3 * NUMBER))) store<f64>(course, 1, IS_DOUBTFUL);
}
