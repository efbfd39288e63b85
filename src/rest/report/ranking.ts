/** The best combinations side by side. */
import { change, count, parameterEntries, parameterTexts, percent, ratio } from './format.ts';
import { breakable, type Html, html } from './html.ts';
import type { RankedFigures } from './report-job.ts';

/** The table of the ranking, a column for each parameter. */
export function rankingTable(ranking: readonly RankedFigures[], combinations: number): Html {
  const names = parameterEntries(ranking[0]?.params).map(([name]) => name);
  return html`<div class="scroll"><table class="figures"><caption>The best ${count(ranking.length)} of ${count(combinations)} combinations <span>Means over the test windows. Neighbours that do as well speak for the winner; a lonely winner does not.</span></caption>
<thead><tr><th scope="col">Rank</th>${names.map((name) => html`<th scope="col">${breakable(name)}</th>`)}${FIGURE_HEADS}</tr></thead>
<tbody>${ranking.map((entry) => {
    const values = new Map(parameterEntries(entry.params));
    return html`<tr><th scope="row">${entry.rank}</th>${names.map((name) => html`<td>${values.get(name) ?? ''}</td>`)}${figureCells(entry)}</tr>\n`;
  })}</tbody></table></div>`;
}

/** Heads of the columns that `figureCells` fills. */
export const FIGURE_HEADS = html`<th scope="col">Sharpe</th><th scope="col">± sd</th><th scope="col">Return</th><th scope="col">Worst drawdown</th><th scope="col">Win rate</th><th scope="col">Trades</th>`;

/** Figures of one combination. */
export function figureCells(entry: RankedFigures): Html {
  return html`<td>${ratio(entry.meanSharpe)}</td><td>${ratio(entry.sharpeStd)}</td><td>${change(entry.meanReturn)}</td><td>${percent(entry.maxDrawdown)}</td><td>${percent(entry.meanWinRate, 0)}</td><td>${count(entry.trades)}</td>`;
}

/** Parameters as a line that breaks between them. */
export function parameterList(params: unknown): Html {
  return html`${parameterTexts(params).map((text) => html`<span class="param">${text}</span> `)}`;
}
