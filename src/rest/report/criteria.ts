/** The figures behind a verdict, each with its limit, its place on a scale and what it says in plain words. */
import { count, maybeRatio, NONE, percent, ratio, ratioBeside } from './format.ts';
import { type Html, html } from './html.ts';
import type { OverfittingFigures, WinnerFigures } from './report-job.ts';

/** Width of a scale from 0 to 1, in user units. */
const WIDTH = 120;

interface Criterion {
  readonly name: string;
  /** What the figure says, for somebody who has never heard of it. */
  readonly meaning: string;
  readonly found: string;
  readonly needed: string;
  /** Null where the figure is undefined, or decides nothing. */
  readonly holds: boolean | null;
  /** On a scale from 0 to 1, with the range that is accepted; null without one. */
  readonly scale: { readonly value: number; readonly from: number; readonly to: number } | null;
}

/** The table of the criteria, then of what is told beside them. */
export function criteriaTable(figures: OverfittingFigures, winner: WinnerFigures | null): Html {
  return html`<div class="scroll"><table class="criteria"><caption class="spoken">Criteria of the verdict</caption>
<thead><tr><th scope="col">Criterion</th><th scope="col">Found</th><th scope="col">Accepted</th><th scope="col"><span class="spoken">On its scale</span></th></tr></thead>
<tbody>${[...deciding(figures, winner), ...telling(figures)].map(criterionRow)}</tbody></table></div>`;
}

function criterionRow({ name, meaning, found, needed, holds, scale }: Criterion): Html {
  const sign =
    holds === null
      ? null
      : html`<span class="${holds ? 'good' : 'bad'}"><span aria-hidden="true">${holds ? '✓' : '✕'}</span><span class="spoken">${holds ? 'reached' : 'not reached'}</span></span> `;
  return html`<tr><th scope="row">${name} <span>${meaning}</span></th><td class="found">${sign}${found}</td><td>${needed}</td><td>${scale === null ? null : meter(scale)}</td></tr>\n`;
}

function deciding(figures: OverfittingFigures, winner: WinnerFigures | null): readonly Criterion[] {
  const { deflatedSharpe, pbo, oosSharpe, thresholds, nTrials } = figures;
  const { accept } = thresholds;
  return [
    {
      name: 'Deflated Sharpe',
      meaning: `The probability that the best beats the luckiest of ${count(nTrials)} combinations without any skill.`,
      found: deflatedSharpe === null ? NONE : ratioBeside(deflatedSharpe, accept.deflatedSharpe),
      needed: `at least ${accept.deflatedSharpe}`,
      holds: deflatedSharpe === null ? null : deflatedSharpe >= accept.deflatedSharpe,
      scale: deflatedSharpe === null ? null : { value: deflatedSharpe, from: accept.deflatedSharpe, to: 1 },
    },
    {
      name: 'Probability of overfitting',
      meaning: 'How often the best on one half of the test bars was below the middle on the other half.',
      found: pbo === null ? NONE : ratioBeside(pbo, accept.pbo),
      needed: `at most ${accept.pbo}`,
      holds: pbo === null ? null : pbo <= accept.pbo,
      scale: pbo === null ? null : { value: pbo, from: 0, to: accept.pbo },
    },
    {
      name: 'Out-of-sample Sharpe',
      meaning: 'What choosing the best of the training bars in each window would have earned.',
      found: oosSharpe === null ? NONE : ratioBeside(oosSharpe, accept.oosSharpe),
      needed: `above ${accept.oosSharpe}`,
      holds: oosSharpe === null ? null : oosSharpe > accept.oosSharpe,
      scale: null,
    },
    foldCriterion(accept.positiveFolds, winner),
  ];
}

function foldCriterion(limit: number, winner: WinnerFigures | null): Criterion {
  const positive = winner?.folds.filter(({ test }) => test.sharpe > 0).length ?? 0;
  const share = winner === null || winner.folds.length === 0 ? null : positive / winner.folds.length;
  return {
    name: 'Windows that gained',
    meaning: 'Test windows in which the best combination has a positive Sharpe ratio.',
    found: share === null ? NONE : `${positive} of ${winner?.folds.length ?? 0}`,
    needed: `at least ${percent(limit, 0)}`,
    holds: share === null ? null : share >= limit,
    scale: share === null ? null : { value: share, from: limit, to: 1 },
  };
}

/** Figures that decide nothing. */
function telling({ walkForwardEfficiency, stability, nTrials }: OverfittingFigures): readonly Criterion[] {
  const tells = (name: string, found: string, meaning: string): Criterion => ({
    name,
    meaning,
    found,
    needed: NONE,
    holds: null,
    scale: null,
  });
  return [
    tells(
      'Walk-forward efficiency',
      maybeRatio(walkForwardEfficiency),
      'How much of the Sharpe seen in training was left in the tests; 1 is all of it.',
    ),
    tells(
      'Stability',
      maybeRatio(stability),
      'How well the winner’s neighbours do, as a share of its Sharpe; near 1 is a plateau.',
    ),
    tells(
      'Combinations counted',
      count(nTrials),
      'Different ones of this job and of earlier ones on the same bars: each raises the bar.',
    ),
  ];
}

function meter({ value, from, to }: NonNullable<Criterion['scale']>): Html {
  const at = (part: number) => (4 + Math.max(0, Math.min(1, part)) * (WIDTH - 8)).toFixed(1);
  return html`<svg class="meter" viewBox="0 0 ${WIDTH} 18" width="${WIDTH}" height="18" role="img" aria-label="${ratio(value)} on a scale from 0 to 1; accepted from ${ratio(from)} to ${ratio(to)}"><rect x="4" y="7" width="${WIDTH - 8}" height="4" class="track"/><rect x="${at(from)}" y="7" width="${((to - from) * (WIDTH - 8)).toFixed(1)}" height="4" class="accepted"/><circle cx="${at(value)}" cy="9" r="5"/></svg>`;
}
