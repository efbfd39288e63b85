/**
 * Equity and drawdown of the winner over all windows. Every slice starts anew from the initial capital, as the engine
 * ran it, so the line breaks at each border: what is drawn is the growth within a slice. Slices that were tested stand on
 * a tinted band with a heavy line, those that trained have a thin one; neither needs its colour to be told apart.
 */
import { axisTicks, niceTicks } from './chart-ticks.ts';
import { change, day, percent } from './format.ts';
import { type Html, html } from './html.ts';
import type { CurvePoint } from './report-job.ts';

const WIDTH = 980;
const LEFT = 58;
const RIGHT = 12;
/** Top and bottom of the two panels. */
const GROWTH = { top: 40, bottom: 290 };
const DRAWDOWN = { top: 318, bottom: 430 };
const HEIGHT = 456;
/** Narrower bands have no room for words, or for a number either. */
const ROOM_FOR_WORDS = 36;
const ROOM_FOR_NUMBER = 13;

/** One train or test slice of the curve. */
interface Stretch {
  readonly from: number;
  readonly points: readonly CurvePoint[];
  readonly isTest: boolean;
  readonly fold: number;
}

/** The chart; nothing without points. */
export function equityChart(points: readonly CurvePoint[], initialCapital: number): Html | null {
  if (points.length < 2) return null;
  const stretches = stretchesOf(points);
  const growth = (point: CurvePoint) => point.equity / initialCapital - 1;
  const x = (index: number) => LEFT + ((WIDTH - LEFT - RIGHT) * index) / (points.length - 1);
  const values = points.map(growth);
  const up = vertical(Math.min(0, ...values), Math.max(0, ...values), GROWTH);
  const down = vertical(Math.min(-1e-4, ...points.map((point) => point.drawdown)), 0, DRAWDOWN);
  return html`<div class="scroll"><svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="equity-title equity-text"><title id="equity-title">Growth and drawdown of the best combination</title><desc id="equity-text">${description(stretches, growth)}</desc>
${stretches.map((stretch) => band(stretch, x, growth))}
${panel(up)}${panel(down)}${times(points, x)}
<text x="${LEFT}" y="${DRAWDOWN.top - 8}" class="panel">Drawdown within the slice</text>
${stretches.map(
  (stretch) =>
    html`<path class="area ${kind(stretch)}" d="${area(stretch, x, down.at)}"/><path class="line ${kind(stretch)}" d="${line(stretch, x, (point) => up.at(growth(point)))}"/>`,
)}</svg></div>`;
}

/** Neighbouring points of the same fold and part. */
function stretchesOf(points: readonly CurvePoint[]): readonly Stretch[] {
  const starts = points.flatMap((point, at) => {
    const before = points[at - 1];
    return before?.fold === point.fold && before.part === point.part ? [] : [at];
  });
  return starts.map((from, at) => {
    const inside = points.slice(from, starts[at + 1]);
    return { from, points: inside, isTest: inside[0]?.part === 'test', fold: inside[0]?.fold ?? 0 };
  });
}

/** The vertical scale of a panel: ticks, and the height of a value. */
function vertical(low: number, high: number, { top, bottom }: { readonly top: number; readonly bottom: number }) {
  const ticks = niceTicks(low, high);
  const [from, to] = [Math.min(low, ticks[0] ?? 0), Math.max(high, ticks.at(-1) ?? 0)];
  const span = to - from || 1;
  return { ticks, at: (value: number) => bottom - ((bottom - top) * (value - from)) / span };
}

function panel({ ticks, at }: ReturnType<typeof vertical>): Html {
  const isWhole = ticks.every((tick) => Math.abs(tick * 100 - Math.round(tick * 100)) < 1e-6);
  return html`${ticks.map((tick) => {
    const y = at(tick).toFixed(1);
    return html`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" class="${tick === 0 ? 'zero' : 'grid'}"/><text x="${LEFT - 8}" y="${y}" class="tick left">${percent(tick, isWhole ? 0 : 1)}</text>`;
  })}`;
}

function times(points: readonly CurvePoint[], x: (index: number) => number): Html {
  return html`${axisTicks(points.map((point) => point.time)).map(({ index, label }) => {
    const at = x(index).toFixed(1);
    return html`<line x1="${at}" x2="${at}" y1="${DRAWDOWN.bottom}" y2="${DRAWDOWN.bottom + 5}" class="zero"/><text x="${at}" y="${DRAWDOWN.bottom + 18}" class="tick below">${label}</text>`;
  })}`;
}

/** The ground of a slice: tinted where it was tested, with its fold and what it came to. */
function band(stretch: Stretch, x: (index: number) => number, growth: (point: CurvePoint) => number): Html {
  const left = x(Math.max(0, stretch.from - 0.5));
  const right = x(stretch.from + stretch.points.length - 0.5);
  const width = Math.min(right, WIDTH - RIGHT) - left;
  const words = stretch.isTest ? outcomeText(stretch, width, { middle: left + width / 2, growth }) : null;
  return html`<rect x="${left.toFixed(1)}" y="${GROWTH.top - 4}" width="${Math.max(0, width).toFixed(1)}" height="${DRAWDOWN.bottom - GROWTH.top + 4}" class="band ${kind(stretch)}"/>${words}`;
}

/** What a window is called, and what it came to, as far as there is room. */
function outcomeText(
  { points, fold }: Stretch,
  width: number,
  { middle, growth }: { readonly middle: number; readonly growth: (point: CurvePoint) => number },
): Html | null {
  const last = points.at(-1);
  if (last === undefined || width < ROOM_FOR_NUMBER) return null;
  const x = middle.toFixed(1);
  if (width < ROOM_FOR_WORDS) return html`<text x="${x}" y="30" class="fold">${fold}</text>`;
  return html`<text x="${x}" y="14" class="fold">test ${fold}</text><text x="${x}" y="30" class="outcome">${change(growth(last))}</text>`;
}

function kind({ isTest }: Stretch): string {
  return isTest ? 'test' : 'train';
}

function line({ from, points }: Stretch, x: (index: number) => number, y: (point: CurvePoint) => number): string {
  return points.map((point, at) => `${at === 0 ? 'M' : 'L'}${x(from + at).toFixed(1)} ${y(point).toFixed(1)}`).join('');
}

function area(stretch: Stretch, x: (index: number) => number, y: (value: number) => number): string {
  const [left, right] = [x(stretch.from), x(stretch.from + stretch.points.length - 1)];
  const edge = line(stretch, x, (point) => y(point.drawdown)).replace('M', 'L');
  return `M${left.toFixed(1)} ${y(0).toFixed(1)}${edge}L${right.toFixed(1)} ${y(0).toFixed(1)}Z`;
}

function description(stretches: readonly Stretch[], growth: (point: CurvePoint) => number): string {
  const tested = stretches.filter(({ isTest }) => isTest);
  const outcomes = tested.map(({ fold, points }) => {
    const last = points.at(-1);
    return last === undefined ? '' : `fold ${fold} to ${day(last.time)}: ${change(growth(last))}`;
  });
  return `Growth in the windows that were tested: ${outcomes.join('; ')}. The table of the folds has all figures.`;
}
