import { describe, expect, it } from 'vitest';
import { DARK_SCALE, LIGHT_SCALE, STEPS, stepClass } from '../../../src/rest/report/palette.ts';

/** WCAG 2.2: relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira & Fernandes (2009), severity 1, on linear light: what somebody without red or green cones sees. */
const DEFICIENCIES = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

function seen(colour: string, matrix: readonly number[]): readonly number[] {
  const linear = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return [0, 1, 2].map((row) => {
    const light = linear.reduce((sum, part, column) => sum + part * (matrix[row * 3 + column] ?? 0), 0);
    return 255 * Math.max(0, Math.min(1, light)) ** (1 / 2.2);
  });
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((part, at) => part - (b[at] ?? 0)));
}

describe.each([
  ['light', LIGHT_SCALE],
  ['dark', DARK_SCALE],
])('the %s scale', (_name, scale) => {
  it('can be read on every step', () => {
    expect(scale).toHaveLength(2 * STEPS + 1);
    for (const { ground, text } of scale) expect(contrast(ground, text), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Object.entries(DEFICIENCIES))('tells losses from gains with %s', (_deficiency, matrix) => {
    for (let step = 2; step <= STEPS; step++) {
      const [loss, gain] = [scale[STEPS - step], scale[STEPS + step]].map((colour) =>
        seen(colour?.ground ?? '', matrix),
      );
      expect(distance(loss ?? [], gain ?? [])).toBeGreaterThan(40);
    }
  });

  it('grows away from its middle', () => {
    const middle = luminance(scale[STEPS]?.ground ?? '');
    const away = scale.map(({ ground }) => Math.abs(luminance(ground) - middle));

    expect(away.slice(STEPS)).toEqual(away.slice(STEPS).toSorted((a, b) => a - b));
    expect(away.slice(0, STEPS + 1)).toEqual(away.slice(0, STEPS + 1).toSorted((a, b) => b - a));
  });
});

it('puts zero in the middle and keeps to its ends', () => {
  expect([-9, -1, -0.01, 0, 0.5, 1, 9].map((value) => stepClass(value, 1))).toEqual([
    's0',
    's0',
    's5',
    's5',
    's8',
    's10',
    's10',
  ]);
  expect(stepClass(0, 0)).toBe('s5');
});
