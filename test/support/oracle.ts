/**
 * The definitions of the strategies, the accounting and the metrics a second time, as plainly as they can be written:
 * windows are summed afresh at every bar, accounts walk bar by bar over ordinary arrays. Slow, and independent: it
 * imports nothing of the engine.
 */

export interface OracleBars {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

export interface OracleSettings {
  readonly initialCapital: number;
  readonly commissionBps: number;
  readonly slippageBps: number;
  readonly allowShort: boolean;
  readonly periodsPerYear: number;
}

export type OracleParams = Readonly<Record<string, number | string | null>>;

export interface OracleResult {
  readonly equity: readonly number[];
  readonly profits: readonly number[];
  readonly fills: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

interface Account {
  readonly equity: number[];
  readonly open: boolean[];
  /** Profit and bar of each closed trade. */
  readonly trades: { profit: number; bar: number }[];
  fills: number;
}

const num = (params: OracleParams, name: string) => Number(params[name]);

/** Kahan-free and exact enough: sorts by magnitude before adding. */
function total(values: readonly number[]): number {
  return values.toSorted((a, b) => Math.abs(a) - Math.abs(b)).reduce((sum, value) => sum + value, 0);
}

function average(values: readonly number[]): number {
  return total(values) / values.length;
}

function deviation(values: readonly number[]): number {
  const center = average(values);
  const sd = Math.sqrt(total(values.map((value) => (value - center) ** 2)) / (values.length - 1));
  return sd <= 1e-12 * Math.abs(center) ? 0 : sd;
}

function lastWindow(values: readonly number[], t: number, window: number): readonly number[] | null {
  return t + 1 < window ? null : values.slice(t + 1 - window, t + 1);
}

function emaOf(values: readonly number[], window: number): number[] {
  const alpha = 2 / (window + 1);
  const out: number[] = [];
  for (const value of values) out.push(out.length === 0 ? value : alpha * value + (1 - alpha) * (out.at(-1) ?? 0));
  return out;
}

function momentumTargets(bars: OracleBars, params: OracleParams, allowShort: boolean): number[] {
  const closes = [...bars.close];
  const averageAt = (window: number) => {
    if (params['ma_type'] === 'ema') return emaOf(closes, window);
    return closes.map((_, t) => {
      const values = lastWindow(closes, t, window);
      return values === null ? null : average(values);
    });
  };
  const short = averageAt(num(params, 'short_window'));
  const long = averageAt(num(params, 'long_window'));
  return closes.map((_, t) => {
    const [a, b] = [short[t], long[t]];
    if (typeof a !== 'number' || typeof b !== 'number') return 0;
    const s = (a - b) / b;
    if (s > num(params, 'signal_threshold') + 1e-12) return 1;
    if (s < -num(params, 'signal_threshold') - 1e-12) return allowShort ? -1 : 0;
    return 0;
  });
}

function scores(values: readonly number[], window: number): (number | null)[] {
  return values.map((value, t) => {
    const recent = lastWindow(values, t, window);
    if (recent === null) return null;
    const sd = deviation(recent);
    return sd === 0 ? null : (value - average(recent)) / sd;
  });
}

function meanReversionTargets(bars: OracleBars, params: OracleParams, allowShort: boolean): number[] {
  const entry = num(params, 'zscore_entry');
  const upper = params['zscore_exit'] === null ? num(params, 'num_std') : num(params, 'zscore_exit');
  const lower = params['zscore_exit'] === null ? -num(params, 'num_std') : -num(params, 'zscore_exit');
  let state: 'flat' | 'long' | 'short' = 'flat';
  return scores([...bars.close], num(params, 'window')).map((z) => {
    if (z !== null) {
      if (state === 'flat' && z <= entry) state = 'long';
      else if (state === 'flat' && z >= -entry && allowShort) state = 'short';
      else if (state === 'long' && z >= upper) state = 'flat';
      else if (state === 'short' && z <= lower) state = 'flat';
    }
    return state === 'flat' ? 0 : state === 'long' ? 1 : -1;
  });
}

function statArbTargets(a: OracleBars, b: OracleBars, params: OracleParams): number[] {
  const entry = num(params, 'entry_zscore');
  const exit = num(params, 'exit_zscore');
  let held = 0;
  return scores(
    [...a.close].map((price, t) => price / (b.close[t] ?? 0)),
    num(params, 'lookback'),
  ).map((z) => {
    if (z === null) return held;
    if (held === 0) held = z <= -entry ? 1 : z >= entry ? -1 : 0;
    else if (held === 1 && z >= -exit) held = 0;
    else if (held === -1 && z <= exit) held = 0;
    return held;
  });
}

/** `legs` with the share of equity that each holds at target +1. */
function follow(
  legs: readonly { bars: OracleBars; share: number }[],
  targets: readonly number[],
  terms: { from: number; to: number; capital: number; settings: OracleSettings },
): Account {
  const slip = terms.settings.slippageBps / 1e4;
  const fee = terms.settings.commissionBps / 1e4;
  const account: Account = { equity: [], open: [], trades: [], fills: 0 };
  let cash = terms.capital;
  let shares = legs.map(() => 0);
  let current = 0;
  let before = 0;
  let ruined: number | null = null;
  for (let t = terms.from; t < terms.to; t++) {
    if (ruined !== null) {
      account.equity.push(ruined);
      account.open.push(false);
      continue;
    }
    const wanted = t > terms.from ? (targets[t - 1] ?? 0) : 0;
    if (wanted !== current) {
      const opens = legs.map((leg) => leg.bars.open[t] ?? 0);
      const equity = cash + total(shares.map((held, i) => held * (opens[i] ?? 0)));
      account.fills += legs.length;
      if (current !== 0) {
        shares.forEach((held, i) => {
          const price = (opens[i] ?? 0) * (held > 0 ? 1 - slip : 1 + slip);
          cash += held * price - fee * Math.abs(held) * price;
        });
        account.trades.push({ profit: cash - before, bar: t });
        shares = legs.map(() => 0);
      }
      if (wanted !== 0 && equity > 0) {
        before = cash;
        shares = legs.map((leg, i) => {
          const sign = Math.sign(leg.share * wanted);
          const price = (opens[i] ?? 0) * (1 + sign * slip);
          const quantity = (leg.share * wanted * equity) / (price * (1 + fee));
          cash -= quantity * price + fee * Math.abs(quantity) * price;
          return quantity;
        });
      }
      current = wanted;
    }
    const equity = cash + total(legs.map((leg, i) => (shares[i] ?? 0) * (leg.bars.close[t] ?? 0)));
    account.equity.push(equity);
    account.open.push(shares.some((held) => held !== 0));
    if (equity <= 0) ruined = equity;
  }
  return account;
}

/** max(1, v/v̄) after each bar. */
function widening(bars: OracleBars, window: number): number[] {
  const closes = [...bars.close];
  const returns = closes.slice(1).map((price, i) => price / (closes[i] ?? 0) - 1);
  const seen: number[] = [];
  return closes.map((_, t) => {
    const recent = lastWindow(returns, t - 1, window);
    if (recent === null) return 1;
    const v = deviation(recent);
    seen.push(v);
    const usual = average(seen);
    return usual === 0 ? 1 : Math.max(1, v / usual);
  });
}

function makeMarket(
  bars: OracleBars,
  params: OracleParams,
  terms: { from: number; to: number; capital: number; settings: OracleSettings },
): Account {
  const fee = terms.settings.commissionBps / 1e4;
  const size = num(params, 'quote_size');
  const limit = num(params, 'max_inventory');
  const factor = widening(bars, num(params, 'volatility_window'));
  const account: Account = { equity: [], open: [], trades: [], fills: 0 };
  let cash = terms.capital;
  let inventory = 0;
  let before = 0;
  let ruined: number | null = null;
  const trade = (signed: number, price: number, bar: number) => {
    if (inventory === 0) before = cash;
    cash -= signed * price + fee * Math.abs(signed) * price;
    inventory += signed;
    account.fills += 1;
    if (inventory === 0) account.trades.push({ profit: cash - before, bar });
  };
  for (let t = terms.from; t < terms.to; t++) {
    if (ruined !== null) {
      account.equity.push(ruined);
      account.open.push(false);
      continue;
    }
    if (t > terms.from) {
      const fair = bars.close[t - 1] ?? 0;
      const h = 0.5 * (num(params, 'spread_bps') / 1e4) * (factor[t - 1] ?? 1);
      const k = (h * inventory) / limit;
      const bid = fair * (1 - h - k);
      const ask = fair * (1 + h - k);
      const bidPlaced = inventory + size <= limit && cash - size * bid * (1 + fee) >= 0;
      const askPlaced = inventory - size >= (terms.settings.allowShort ? -limit : 0);
      if (bidPlaced && (bars.low[t] ?? 0) <= bid) trade(size, Math.min(bars.open[t] ?? 0, bid), t);
      if (askPlaced && (bars.high[t] ?? 0) >= ask) trade(-size, Math.max(bars.open[t] ?? 0, ask), t);
    }
    const equity = cash + inventory * (bars.close[t] ?? 0);
    account.equity.push(equity);
    account.open.push(inventory !== 0);
    if (equity <= 0) ruined = equity;
  }
  return account;
}

function figures(account: Account, settings: OracleSettings): Record<string, number | null> {
  const { initialCapital, periodsPerYear } = settings;
  const n = account.equity.length;
  const chain = [initialCapital, ...account.equity];
  const returns = account.equity.map((equity, t) => ((chain[t] ?? 0) > 0 ? equity / (chain[t] ?? 0) - 1 : 0));
  const center = average(returns);
  const sd = Math.sqrt(total(returns.map((r) => (r - center) ** 2)) / (n - 1));
  const downside = Math.sqrt(average(returns.map((r) => (r < 0 ? r * r : 0))));
  const end = account.equity.at(-1) ?? initialCapital;
  const drawdown = Math.min(0, ...account.equity.map((equity, t) => equity / Math.max(...chain.slice(0, t + 2)) - 1));
  const growth = end < 0 ? null : (end / initialCapital) ** (periodsPerYear / n) - 1;
  const wins = account.trades.filter((trade) => trade.profit > 0).map((trade) => trade.profit);
  const losses = account.trades.filter((trade) => trade.profit < 0).map((trade) => trade.profit);
  const cagr = growth !== null && Number.isFinite(growth) ? growth : null;
  return {
    totalReturn: end / initialCapital - 1,
    sharpe: n > 1 && sd > 1e-15 ? (center / sd) * Math.sqrt(periodsPerYear) : 0,
    sortino: downside > 0 ? (center / downside) * Math.sqrt(periodsPerYear) : null,
    volatility: n > 1 ? sd * Math.sqrt(periodsPerYear) : null,
    cagr,
    calmar: cagr === null || drawdown === 0 ? null : cagr / -drawdown,
    maxDrawdown: drawdown,
    winRate: account.trades.length === 0 ? 0 : wins.length / account.trades.length,
    profitFactor: losses.length === 0 ? null : total(wins) / -total(losses),
    exposure: account.open.filter(Boolean).length / n,
    trades: account.trades.length,
  };
}

/** What the definitions say about one slice of the bars (default: all of them). */
export function oracle(
  type: string,
  input: {
    readonly bars: readonly OracleBars[];
    readonly params: OracleParams;
    readonly settings: OracleSettings;
    readonly slice?: { readonly from: number; readonly to: number };
  },
): OracleResult {
  const { bars, params, settings } = input;
  const { from, to } = input.slice ?? { from: 0, to: bars[0]?.close.length ?? 0 };
  const [a, b] = bars;
  if (a === undefined) throw new Error('The oracle needs bars.');
  let accounts: Account[];
  if (type === 'stat_arb') {
    if (b === undefined) throw new Error('The oracle needs two symbols.');
    const legs = [
      { bars: a, share: 0.5 },
      { bars: b, share: -0.5 },
    ];
    accounts = [follow(legs, statArbTargets(a, b, params), { from, to, capital: settings.initialCapital, settings })];
  } else {
    accounts = bars.map((one) => {
      const terms = { from, to, capital: settings.initialCapital / bars.length, settings };
      if (type === 'market_making') return makeMarket(one, params, terms);
      const decide = type === 'momentum' ? momentumTargets : meanReversionTargets;
      return follow([{ bars: one, share: 1 }], decide(one, params, settings.allowShort), terms);
    });
  }
  const whole = combine(accounts, from);
  return {
    equity: whole.equity,
    profits: whole.trades.map((trade) => trade.profit),
    fills: whole.fills,
    metrics: figures(whole, settings),
  };
}

/** Adds the accounts up; when their sum is used up, all are flat from the next bar on. */
function combine(accounts: readonly Account[], from: number): Account {
  const [first] = accounts;
  if (first === undefined) throw new Error('The oracle needs an account.');
  const sums = first.equity.map((_, t) => total(accounts.map((account) => account.equity[t] ?? 0)));
  const ruin = sums.findIndex((equity) => equity <= 0);
  const isOver = (t: number) => ruin >= 0 && t > ruin;
  return {
    equity: sums.map((equity, t) => (isOver(t) ? (sums[ruin] ?? 0) : equity)),
    open: first.open.map((_, t) => !isOver(t) && accounts.some((account) => account.open[t])),
    trades: accounts
      .flatMap((account) => account.trades)
      .filter((trade) => !isOver(trade.bar - from))
      .toSorted((x, y) => x.bar - y.bar),
    fills: accounts.reduce((sum, account) => sum + account.fills, 0),
  };
}
