/**
 * A heat map as a table: a screen reader finds its headers, a search its numbers, and a printer its lines. The colour
 * repeats the number and adds nothing to it.
 */
import { axisLabel, count, counted, NONE, percent, ratio } from './format.ts';
import { type Html, html } from './html.ts';
import { STEPS, stepClass } from './palette.ts';
import { profile } from './profile.ts';
import type { MapFigures, SectionFigures } from './report-job.ts';

/** Columns that fit into half the width of the page. */
const HALF_WIDTH = 6;
/** More columns than this have to be narrow. */
const DENSE = 12;

/** All maps of one strategy type. `limit` is the largest absolute value of the page: maps share their colours. */
export function sectionMaps(section: SectionFigures, limit: number): Html {
  if (section.ranked + section.unranked + section.skipped === 0) return html`<p>No combination was evaluated.</p>`;
  const [first] = section.heatMaps;
  if (first === undefined) return html`<p>Only one combination was tried, so there is nothing to compare.</p>`;
  if (first.y === null) return profile(first);
  return html`<div class="maps">${section.heatMaps.map((map) => heatMap(map, limit))}</div>`;
}

/** The largest absolute mean Sharpe of the maps, for their common scale; 0 when nothing was ranked. */
export function largestOf(sections: readonly SectionFigures[]): number {
  const maps = sections.flatMap(({ heatMaps }) => heatMaps);
  return maps
    .flatMap(({ best }) => best.flat())
    .reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
}

/** What the colours and signs mean. */
export function mapLegend(limit: number): Html {
  const steps = Array.from({ length: 2 * STEPS + 1 }, (_, at) => ((at - STEPS) / STEPS) * limit);
  return html`<div class="legend"><span>Best mean test Sharpe:</span><span class="scale" aria-hidden="true">${steps.map(
    (value) => html`<span class="${stepClass(value, limit)}">${ratio(value, limit < 1 ? 2 : 1)}</span>`,
  )}</span><span><span class="key top">★</span> best cell</span><span><span class="key none">✕</span> invalid combination</span><span><span class="key none">○</span> never traded in a test window</span><span><span class="key none">${NONE}</span> not tried</span></div>`;
}

function heatMap(map: MapFigures, limit: number): Html {
  const { x, y } = map;
  const counts = map.ranked.flat().filter((ranked) => ranked > 0);
  const isEven = counts.every((ranked) => ranked === counts[0]);
  const best = bestCell(map);
  const width = x.labels.length > DENSE ? ' wide dense' : x.labels.length > HALF_WIDTH ? ' wide' : '';
  return html`<figure class="map${width}"><div class="scroll"><table class="heat"><caption>${x.parameter} × ${y?.parameter ?? ''} <span>${behind(counts, isEven)}${explanation(map)}</span></caption>
<thead><tr><td class="corner"><span class="down">${y?.parameter ?? ''} ↓</span> <span class="right">${x.parameter} →</span></td>${x.labels.map(
    (label) => html`<th scope="col">${columnLabel(label)}</th>`,
  )}</tr></thead>
<tbody>${(y?.labels ?? []).map(
    (label, row) =>
      html`<tr><th scope="row">${axisLabel(label)}</th>${x.labels.map((_, column) =>
        cell(map, { row, column, limit, isEven, isBest: best === `${row} ${column}` }),
      )}</tr>\n`,
  )}</tbody></table></div></figure>`;
}

/** A bin may break after its dash. */
function columnLabel(label: string): Html {
  const [from = '', ...to] = axisLabel(label).split('–');
  return to.length === 0 ? html`${from}` : html`${from}–<wbr>${to.join('–')}`;
}

interface CellPlace {
  readonly row: number;
  readonly column: number;
  readonly limit: number;
  /** Whether as many combinations stand behind every cell: then the caption says how many. */
  readonly isEven: boolean;
  readonly isBest: boolean;
}

function cell(map: MapFigures, { row, column, limit, isEven, isBest }: CellPlace): Html {
  const value = map.best[row]?.[column] ?? null;
  const [across, down] = [map.x.labels[column] ?? '', map.y?.labels[row] ?? ''].map(axisLabel);
  const where = `${map.x.parameter} ${across ?? ''}, ${map.y?.parameter ?? ''} ${down ?? ''}`;
  const [ranked, unranked, skipped] = [map.ranked, map.unranked, map.skipped].map(
    (counts) => counts[row]?.[column] ?? 0,
  );
  if (value === null) return emptyCell(where, unranked ?? 0, skipped ?? 0);
  const title = `${where}: best mean test Sharpe ${ratio(value)} of ${counted(ranked ?? 0, 'combination')}`;
  return html`<td class="${stepClass(value, limit)}${isBest ? ' top' : ''}" title="${title}">${ratio(value)}${
    isBest ? html`<span class="star"> ★</span>` : null
  }${isEven ? null : html`<small>${count(ranked ?? 0)}</small>`}</td>`;
}

function emptyCell(where: string, unranked: number, skipped: number): Html {
  const [sign, reason] =
    unranked > 0
      ? ['○', `never traded in a test window (${counted(unranked, 'combination')})`]
      : skipped > 0
        ? ['✕', `invalid (${counted(skipped, 'combination')})`]
        : [NONE, 'not tried'];
  return html`<td class="none" title="${where}: ${reason}"><span aria-hidden="true">${sign}</span><span class="spoken">${reason}</span></td>`;
}

/** `row column` of the first cell with the highest value; empty without one. */
function bestCell({ best }: MapFigures): string {
  let found = { value: -Infinity, place: '' };
  for (const [row, values] of best.entries()) {
    for (const [column, value] of values.entries()) {
      if (value !== null && value > found.value) found = { value, place: `${row} ${column}` };
    }
  }
  return found.place;
}

function behind(counts: readonly number[], isEven: boolean): string {
  const [each] = counts;
  if (each === undefined) return 'Nothing was ranked here.';
  if (!isEven) return 'Each cell has the best of its combinations; the small number says how many there are.';
  return each === 1 ? 'One combination in each cell.' : `Each cell has the best of ${count(each)} combinations.`;
}

function explanation({ explained }: MapFigures): string {
  if (explained === null) return '';
  return ` These two explain ${percent(Math.max(0, explained), 0)} of the differences between combinations.`;
}
