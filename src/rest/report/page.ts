/**
 * The report of an optimization as one page: everything is in it, so that it can be saved, sent and printed, and nothing
 * is fetched. There is no script; the policy names the one style sheet by its hash and forbids everything else.
 */
import { createHash } from 'node:crypto';
import { comparison } from './comparison.ts';
import { equityChart } from './equity-chart.ts';
import { foldTable } from './fold-table.ts';
import { change, count, counted, day, percent, ratio } from './format.ts';
import { largestOf, mapLegend, sectionMaps } from './heat-map.ts';
import { type Html, html, markupOf, trusted } from './html.ts';
import { provenance } from './provenance.ts';
import { parameterList, rankingTable } from './ranking.ts';
import type { ReportJob, WinnerFigures } from './report-job.ts';
import { STYLE } from './style.ts';
import { verdictBox } from './verdict.ts';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** What the page may do when it is opened from a file, too. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** The Content-Security-Policy of the page as the server sends it. */
export const REPORT_POLICY = `${POLICY}; frame-ancestors 'none'`;

/** The whole document. */
export function reportPage(job: ReportJob): string {
  const title = `${titleOf(job)} – walk-forward report`;
  return markupOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${header(job)}
<main>
${banners(job)}
${verdictBox(job)}
${job.sweep === null ? null : section('strategies', 'Strategies compared', comparison(job.sweep, job.sections))}
${job.winner === null ? null : winnerSections(job, job.winner)}
${searchSection(job)}
${job.ranking.length === 0 ? null : section('ranking', 'Ranking', rankingTable(job.ranking, job.basis.totalCombinations))}
${section('provenance', 'Where this comes from', provenance(job))}
</main>
<footer><p>Walk-forward validation: in each window parameters are looked at on its first bars and judged on those that follow, which they were not chosen on. Orders decided on a bar's close are filled at the next bar's open, with the costs above. Past results, simulated or not, do not tell the future.</p></footer>
</body>
</html>
`);
}

function titleOf({ jobType, sections, basis }: ReportJob): string {
  const what = jobType === 'sweep' ? 'Strategy sweep' : (sections[0]?.strategyType ?? 'Optimization');
  return `${what} on ${basis.symbols.join(', ')}`;
}

function header(job: ReportJob): Html {
  const { basis } = job;
  return html`<header><p class="kind">Walk-forward report <span>Job ${job.id}</span></p><h1>${titleOf(job)}</h1><p class="about">${day(basis.firstBar)} – ${day(basis.lastBar)} · ${counted(basis.bars, 'bar')} (${basis.interval}) · ${counted(basis.totalCombinations, 'combination')} · ${counted(basis.nSplits, 'window')} · prices: ${basis.dataSource}</p></header>`;
}

/** What must not be overlooked. */
function banners({ basis, status, partial, error }: ReportJob): Html {
  const simulated =
    basis.dataSource === 'simulated'
      ? html`<p class="banner simulated" role="note"><strong>Simulated prices.</strong> These prices were made up by a generator and only carry the names of the symbols. The figures say nothing about ${basis.symbols.join(', ')}: use this page to see how the program works, not to decide.</p>`
      : null;
  const failed =
    status === 'error'
      ? html`<p class="banner" role="note"><strong>The job failed.</strong> ${error ?? 'Nobody knows why.'}</p>`
      : null;
  const cut =
    partial && status !== 'error'
      ? html`<p class="banner" role="note"><strong>Only a part was computed.</strong> The job was cancelled before all of its combinations were evaluated; what follows is of those that were.</p>`
      : null;
  return html`${simulated}${failed}${cut}`;
}

function section(id: string, title: string, content: Html): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

function winnerSections(job: ReportJob, winner: WinnerFigures): Html {
  const chart = equityChart(job.curve, job.basis.initialCapital);
  const figure =
    chart === null
      ? html`<p>There is no equity curve: it is computed at the end of a job that completes.</p>`
      : html`<figure class="wide">${chart}<figcaption><span class="key-test-band">Tested</span> heavy line on tinted ground: bars that its parameters were not chosen on. <span class="key-train-line">Trained</span> thin line. Each slice starts anew with ${count(job.basis.initialCapital)}; the figures on top are the growth of each test window.</figcaption></figure>`;
  return html`${section('winner', 'The best combination', winnerCards(winner))}
${section('equity', 'Equity and drawdown', figure)}
${section('folds', 'Window by window', foldTable(winner))}`;
}

function winnerCards(winner: WinnerFigures): Html {
  const cards: readonly (readonly [string, string, string])[] = [
    ['Mean test Sharpe', ratio(winner.meanSharpe), `± ${ratio(winner.sharpeStd)} over windows`],
    ['Mean return', change(winner.meanReturn), 'of a test window'],
    ['Worst drawdown', percent(winner.maxDrawdown), 'within a test window'],
    ['Win rate', percent(winner.meanWinRate, 0), 'mean over test windows'],
    ['Trades', count(winner.trades), 'closed in test windows'],
  ];
  return html`<p class="params"><strong>${winner.strategyType}</strong> ${parameterList(winner.params)}</p>
<dl class="cards">${cards.map(([name, value, note]) => html`<div><dt>${name}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`)}</dl>`;
}

function searchSection(job: ReportJob): Html {
  const limit = largestOf(job.sections);
  const isOne = job.sections.length === 1;
  const hasMaps = job.sections.some(({ heatMaps }) => heatMaps.some(({ y }) => y !== null));
  const content = html`${hasMaps ? mapLegend(limit) : null}${job.sections.map(
    (part) => html`${isOne ? null : html`<h3>${part.strategyType}</h3>`}${sectionMaps(part, limit)}`,
  )}`;
  return section('search', 'What was searched', content);
}
