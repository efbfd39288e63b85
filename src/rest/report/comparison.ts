/** What a sweep found: the strategy types side by side, and the one that it recommends. */
import { count, maybeRatio, NONE, parameterTexts, percent } from './format.ts';
import { type Html, html } from './html.ts';
import { FIGURE_HEADS, figureCells } from './ranking.ts';
import type { SectionFigures, SweepFigures } from './report-job.ts';
import { verdictWord } from './verdict.ts';

const CONFIDENCE = {
  high: 'The confidence is high: the test windows differ little (a standard deviation of the Sharpe below 0.3).',
  medium:
    'The confidence is medium: the test windows differ noticeably (a standard deviation of the Sharpe up to 0.8).',
  low: 'The confidence is low: the test windows differ widely (a standard deviation of the Sharpe above 0.8).',
  none: 'There is no confidence to speak of: nothing was ranked.',
} as const;

/** The recommendation and the table of the types. */
export function comparison(sweep: SweepFigures, sections: readonly SectionFigures[]): Html {
  return html`<p class="lead">${recommendation(sweep)}</p>
<div class="scroll"><table class="figures"><caption>The best combination of each strategy type <span>Each type is judged by its own combinations here; the verdict above counts all of them.</span></caption>
<thead><tr><th scope="col">Strategy</th><th scope="col" class="words">Verdict</th><th scope="col" class="words">Parameters</th>${FIGURE_HEADS}<th scope="col">Tried</th></tr></thead>
<tbody>${sweep.byStrategy.map((entry) => typeRow(entry, sweep, sections))}${sweep.skippedTypes.map(
    ({ strategyType, reason }) =>
      html`<tr><th scope="row">${strategyType}</th><td class="words" colspan="9">Left out: ${reason}</td></tr>\n`,
  )}</tbody></table></div>`;
}

function recommendation({ recommendation: { strategyType, confidence, recommended } }: SweepFigures): Html {
  if (strategyType === null) return html`Nothing is recommended: no combination of any type traded in a test window.`;
  const choice = recommended
    ? html`Of these strategies <strong>${strategyType}</strong> did best.`
    : html`Nothing is recommended: even the best of them, <strong>${strategyType}</strong>, has no positive mean test Sharpe.`;
  return html`${choice} ${CONFIDENCE[confidence]}`;
}

function typeRow(
  { strategyType, best, overfitting }: SweepFigures['byStrategy'][number],
  sweep: SweepFigures,
  sections: readonly SectionFigures[],
): Html {
  const section = sections.find((candidate) => candidate.strategyType === strategyType);
  const tried = (section?.ranked ?? 0) + (section?.unranked ?? 0);
  const isBest = strategyType === sweep.recommendation.strategyType;
  return html`<tr${isBest ? html` class="top"` : null}><th scope="row">${strategyType}${isBest ? ' ★' : ''}</th><td class="verdict-cell">${
    overfitting === null ? NONE : judgement(overfitting)
  }</td>${
    best === null
      ? html`<td class="words" colspan="7">Nothing was ranked.</td>`
      : html`<td class="words">${parameterTexts(best.params).join(', ')}</td>${figureCells(best)}`
  }<td>${count(tried)}</td></tr>\n`;
}

function judgement({
  deflatedSharpe,
  pbo,
  verdict,
}: NonNullable<SweepFigures['byStrategy'][number]['overfitting']>): Html {
  return html`${verdictWord(verdict)}<span>deflated Sharpe ${maybeRatio(deflatedSharpe)}</span><span>overfitting ${pbo === null ? NONE : percent(pbo, 0)}</span>`;
}
