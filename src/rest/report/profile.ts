/** The search of a single parameter: a bar for each of its values. */
import { axisLabel, count, NONE, ratio } from './format.ts';
import { type Html, html } from './html.ts';
import type { MapFigures } from './report-job.ts';

/** Width of the longest bar to either side, in user units. */
const REACH = 100;

/** A table of the values with their bars. */
export function profile({ x, best, ranked, unranked, skipped }: MapFigures): Html {
  const values = best[0] ?? [];
  const limit = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  const top = values.indexOf(
    values.reduce((most, value) => (value !== null && (most === null || value > most) ? value : most), null),
  );
  return html`<figure><table class="profile"><caption>${x.parameter} <span>The best mean test Sharpe at each value.</span></caption>
<thead><tr><th scope="col">${x.parameter}</th><th scope="col">Best</th><th scope="col"><span class="spoken">Bar</span></th><th scope="col">Combinations</th></tr></thead>
<tbody>${x.labels.map((label, at) => {
    const value = values[at] ?? null;
    return html`<tr${value !== null && at === top ? html` class="top"` : null}><th scope="row">${axisLabel(label)}</th><td>${
      value === null ? emptyText(unranked[0]?.[at] ?? 0, skipped[0]?.[at] ?? 0) : ratio(value)
    }</td><td class="bar">${bar(value, limit)}</td><td>${count(ranked[0]?.[at] ?? 0)}</td></tr>\n`;
  })}</tbody></table></figure>`;
}

function bar(value: number | null, limit: number): Html {
  const length = value === null || limit === 0 ? 0 : (Math.abs(value) / limit) * REACH;
  const from = (value ?? 0) < 0 ? REACH - length : REACH;
  return html`<svg viewBox="0 0 ${2 * REACH} 12" preserveAspectRatio="none" aria-hidden="true"><line x1="${REACH}" x2="${REACH}" y1="0" y2="12" class="axis"/><rect x="${from.toFixed(1)}" y="1" width="${length.toFixed(1)}" height="10" class="${(value ?? 0) < 0 ? 'loss' : 'gain'}"/></svg>`;
}

function emptyText(unranked: number, skipped: number): string {
  if (unranked > 0) return 'never traded';
  return skipped > 0 ? 'invalid' : NONE;
}
