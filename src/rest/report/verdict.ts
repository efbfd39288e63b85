/** The verdict: whether the best result is more than luck, why, what that means, and what to do next. */
import { counted } from '../../core/index.ts';
import { criteriaTable } from './criteria.ts';
import { type Html, html } from './html.ts';
import type { OverfittingFigures, ReportJob, WinnerFigures } from './report-job.ts';

/** What is said about each verdict. Shapes differ, so that nobody has to tell colours apart. */
const VERDICTS = {
  accept: {
    word: 'Accept',
    shape: 'M5 12.5l4.5 4.5L19 7.5',
    headline: 'The best result is more than luck, as far as these prices can tell.',
    meaning:
      'It stands out from what the luckiest of as many skill-less combinations would have shown, and choosing parameters on earlier bars has paid on later ones.',
    action:
      'Trade it on paper first. Compare fills and costs with what was assumed here, and stop when its drawdown exceeds the worst of the test windows.',
  },
  review: {
    word: 'Review',
    shape: 'M12 6v8M12 17.5v.5',
    headline: 'The best result may be more than luck, but the evidence is not enough.',
    meaning: 'Some of the criteria fall short, or cannot be computed on so few bars or trades. The reasons say which.',
    action:
      'Do not trade it yet. Ask for a longer range, search fewer combinations, or try the same grid on related symbols, and look whether the result holds.',
  },
  reject: {
    word: 'Reject',
    shape: 'M7 7l10 10M17 7L7 17',
    headline: 'The best result is likely luck.',
    meaning:
      'A search over this many combinations is expected to find something as good without any skill behind it, or what was best on one part of the bars was not on the others.',
    action:
      'Do not trade it. Searching more on the same bars makes it worse: every combination tried raises the bar. Change the idea, not the parameters, or wait for new bars.',
  },
} as const;

/** The box at the head of the page. */
export function verdictBox(job: ReportJob): Html {
  const { overfitting, winner } = job;
  if (overfitting === null) return withoutVerdict(job);
  const { word, headline, meaning, action } = VERDICTS[overfitting.verdict];
  return html`<section class="verdict ${overfitting.verdict}" aria-labelledby="verdict"><div class="stamp">${icon(overfitting.verdict)}<span>${word}</span></div><div class="words"><h2 id="verdict"><span class="spoken">Verdict: ${word}. </span>${headline}</h2><p>${meaning}</p><p><strong>What to do.</strong> ${action}</p></div></section>
<section aria-labelledby="why"><h2 id="why">Why</h2><ul class="reasons">${overfitting.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>${criteriaTable(overfitting, winner)}${hints(overfitting, winner)}</section>`;
}

/** The verdict as a word, for tables. */
export function verdictWord(verdict: OverfittingFigures['verdict']): Html {
  return html`<span class="tag ${verdict}">${VERDICTS[verdict].word}</span>`;
}

function icon(verdict: OverfittingFigures['verdict']): Html {
  return html`<svg viewBox="0 0 24 24" width="44" height="44" aria-hidden="true"><circle cx="12" cy="12" r="11"/><path d="${VERDICTS[verdict].shape}"/></svg>`;
}

/** A job that did not end by itself is not judged: the best of a part says less than nothing about the whole. */
function withoutVerdict({ status, winner }: ReportJob): Html {
  const reason =
    status === 'complete'
      ? winner === null
        ? 'No combination was filled in any test window, so there is nothing to judge. Widen the grid or the range.'
        : 'This job was computed by a version that gave no verdict. Submit it again for one.'
      : 'Only a job that has evaluated all of its combinations is judged. Submit it again to have one.';
  return html`<section class="verdict open" aria-labelledby="verdict"><div class="words"><h2 id="verdict">No verdict</h2><p>${reason}</p></div></section>`;
}

/** What the figures beyond the verdict suggest. */
function hints({ gridEdge, stability }: OverfittingFigures, winner: WinnerFigures | null): Html | null {
  const edge =
    gridEdge.length === 0
      ? []
      : [`The winner stands at an end of what was searched (${gridEdge.join(', ')}): better values may lie beyond it.`];
  const peak =
    stability === null || stability >= 0.5
      ? []
      : ['The combinations next to the winner do much worse: a lonely peak is more often chance than a plateau is.'];
  const few =
    winner === null || winner.trades >= 30
      ? []
      : [
          `The winner closed ${counted(winner.trades, 'trade')} in all test windows: few enough for single ones to decide.`,
        ];
  const all = [...edge, ...peak, ...few];
  return all.length === 0
    ? null
    : html`<div class="hints"><h3>Also worth a look</h3><ul>${all.map((hint) => html`<li>${hint}</li>`)}</ul></div>`;
}
