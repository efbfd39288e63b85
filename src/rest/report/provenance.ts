/** Where the figures come from: all that is needed to compute them again. */
import { count, counted, day, instant, NONE, percent, ratio } from './format.ts';
import { type Html, html } from './html.ts';
import type { ReportBasis, ReportJob, SectionFigures } from './report-job.ts';

const METHODS = {
  grid: 'grid: every combination',
  random: 'random',
  tpe: 'tpe: chosen by what the earlier ones have shown',
} as const;

/** The list of facts. */
export function provenance({ id, basis, sections }: ReportJob): Html {
  return html`<dl class="facts">${facts(id, basis, sections).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p>The same request on the same bars, by the same version of the engine, gives the same figures to the last digit.</p>`;
}

function facts(
  id: number,
  basis: ReportBasis,
  sections: readonly SectionFigures[],
): readonly (readonly [string, string | Html])[] {
  return [
    ['Job', String(id)],
    ['Prices', basis.dataSource],
    ['Bars', `${count(basis.bars)} of each symbol, ${basis.interval}, ${day(basis.firstBar)} to ${day(basis.lastBar)}`],
    ['Asked for', `${day(basis.start)} to ${day(basis.end)}`],
    ['Hash of the bars', html`<code>${basis.dataHash}</code> (SHA-256)`],
    ['Engine', `version ${basis.engineVersion}`],
    ['Windows', `${basis.nSplits}, of which the first ${percent(basis.trainRatio, 0)} train and the rest test`],
    ['Search', searchText(basis)],
    ['Combinations', sections.map(combinationText).join('; ')],
    ['Capital', `${count(basis.initialCapital)} at the start of every slice`],
    [
      'Costs',
      `commission ${basis.commissionBps} bps of the traded value, slippage ${basis.slippageBps} bps of the price`,
    ],
    ['Short positions', basis.allowShort ? 'allowed' : 'not allowed'],
    ['Annualised with', `${ratio(basis.periodsPerYear, 0)} bars a year`],
    ['Submitted', instant(basis.createdAt)],
    ['Ended', basis.finishedAt === null ? NONE : instant(basis.finishedAt)],
  ];
}

function searchText({ method, maxTrials, seed }: ReportBasis): string {
  const limits = [
    ...(maxTrials === null ? [] : [`at most ${count(maxTrials)} combinations of each type`]),
    ...(seed === null ? [] : [`seed ${seed}`]),
  ];
  return [METHODS[method], ...limits].join(', ');
}

function combinationText({ strategyType, ranked, unranked, skipped }: SectionFigures): string {
  const without = [
    ...(unranked === 0 ? [] : [`${count(unranked)} never traded in a test window`]),
    ...(skipped === 0 ? [] : [`${count(skipped)} invalid`]),
  ];
  return `${strategyType}: ${[`${counted(ranked, 'combination')} ranked`, ...without].join(', ')}`;
}
