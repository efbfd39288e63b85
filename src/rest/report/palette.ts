/**
 * The colours of heat maps: from orange (losses) over the page's own ground (none) to blue (gains), which people with
 * any common kind of colour blindness can tell apart. Each step carries its text with a contrast of at least 4.5.
 */

/** Steps on either side of zero. */
export const STEPS = 5;

/** Colours of one cell, `#rrggbb`. */
export interface CellColour {
  readonly ground: string;
  readonly text: string;
}

/** [2 · STEPS + 1] from the worst to the best, zero in the middle. */
export type Scale = readonly CellColour[];

const ink = '#16202b';
const paper = '#ffffff';

/** On light ground. */
export const LIGHT_SCALE: Scale = [
  { ground: '#8f4503', text: paper },
  { ground: '#b55f0c', text: paper },
  { ground: '#ee9a4a', text: ink },
  { ground: '#f9c893', text: ink },
  { ground: '#fde9d3', text: ink },
  { ground: '#f1f3f5', text: ink },
  { ground: '#dfebf7', text: ink },
  { ground: '#b3d1ee', text: ink },
  { ground: '#77ade0', text: ink },
  { ground: '#2f72b8', text: paper },
  { ground: '#174d87', text: paper },
];

const light = '#eef2f6';
const dark = '#0d1117';

/** On dark ground. */
export const DARK_SCALE: Scale = [
  { ground: '#ffc182', text: dark },
  { ground: '#e08f3c', text: dark },
  { ground: '#99590f', text: paper },
  { ground: '#6b4013', text: light },
  { ground: '#432c15', text: light },
  { ground: '#232a33', text: light },
  { ground: '#1c3350', text: light },
  { ground: '#204b7c', text: light },
  { ground: '#2a66a8', text: paper },
  { ground: '#5a9ee6', text: dark },
  { ground: '#9dcbff', text: dark },
];

/** Class of a value's colour: `s0` (the worst) to `s10`, `s5` for zero. `limit` is the value of the last step. */
export function stepClass(value: number, limit: number): string {
  const step = limit === 0 ? 0 : Math.max(-STEPS, Math.min(STEPS, Math.round((value / limit) * STEPS)));
  return `s${STEPS + step}`;
}

/** The rules of the classes in one scale. */
export function scaleRules(scale: Scale): string {
  return scale.map(({ ground, text }, at) => `.s${at}{background:${ground};color:${text}}`).join('');
}
