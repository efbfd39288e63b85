/** The winner window by window: what it did on the bars that could be looked at, and on those that followed. */
import { change, count, day, percent, ratio } from './format.ts';
import { type Html, html } from './html.ts';
import type { FoldFigures, WinnerFigures } from './report-job.ts';

/** Half the width of the little pictures, in user units. */
const REACH = 60;

/** The table, a line per fold and one for all of them. */
export function foldTable({ folds, meanSharpe, sharpeStd, meanReturn, maxDrawdown, trades }: WinnerFigures): Html {
  const limit = Math.max(...folds.flatMap(({ train, test }) => [Math.abs(train.sharpe), Math.abs(test.sharpe)]), 1);
  return html`<div class="scroll"><table class="figures folds"><caption>The best combination in each window <span>Parameters are judged by the test windows only; the training windows show what one would have seen beforehand.</span></caption>
<thead><tr><th scope="col">Fold</th><th scope="col" class="words">Bars</th><th scope="col">Sharpe trained</th><th scope="col">Sharpe tested</th><th scope="col"><span class="key-train">○</span> trained <span class="key-test">●</span> tested</th><th scope="col">Return</th><th scope="col">Drawdown</th><th scope="col">Win rate</th><th scope="col">Trades</th></tr></thead>
<tbody>${folds.map((fold) => foldRow(fold, limit))}</tbody>
<tfoot><tr><th scope="row" colspan="2">All test windows</th><td></td><td>${ratio(meanSharpe)} ± ${ratio(sharpeStd)}</td><td></td><td>mean ${change(meanReturn)}</td><td>worst ${percent(maxDrawdown)}</td><td></td><td>${count(trades)}</td></tr></tfoot></table></div>`;
}

function foldRow({ fold, train, test }: FoldFigures, limit: number): Html {
  return html`<tr><th scope="row">${fold}</th><td class="dates"><span>trained ${day(train.start)} – ${day(train.end)}</span> tested ${day(test.start)} – ${day(test.end)}</td><td>${ratio(train.sharpe)}</td><td class="${signClass(test.sharpe)}">${ratio(test.sharpe)}</td><td class="pair">${pair(train.sharpe / limit, test.sharpe / limit)}</td><td>${change(test.totalReturn)}</td><td>${percent(test.maxDrawdown)}</td><td>${test.trades === 0 ? '–' : percent(test.winRate, 0)}</td><td>${count(test.trades)}</td></tr>\n`;
}

/** Nothing for a window in which nothing was held. */
function signClass(sharpe: number): string {
  if (sharpe === 0) return 'even';
  return sharpe > 0 ? 'good' : 'bad';
}

/** Both Sharpe ratios on one line around zero, from −1 to 1. */
function pair(train: number, test: number): Html {
  const at = (value: number) => (REACH + value * (REACH - 6)).toFixed(1);
  return html`<svg viewBox="0 0 ${2 * REACH} 16" width="${2 * REACH}" height="16" aria-hidden="true"><line x1="${REACH}" x2="${REACH}" y1="0" y2="16" class="axis"/><line x1="${at(train)}" x2="${at(test)}" y1="8" y2="8" class="link"/><circle cx="${at(train)}" cy="8" r="3.5" class="train"/><circle cx="${at(test)}" cy="8" r="4" class="test"/></svg>`;
}
