/**
 * The exponential function, of additions, multiplications and bits only: those are rounded alike everywhere, while `Math.exp`
 * may be another one in the next version of a JavaScript engine. `derivatives.as` computes the same to the bit, two numbers at
 * once.
 *
 * x = k·ln 2 + r with |r| ≤ ln 2 / 2; e^r is its Taylor polynomial of degree 13, which leaves out less than 2^−57 of it, and
 * times 2^k is exact. ln 2 is taken as a sum of two numbers, the first short enough for k·ln 2 to be exact (Cody and Waite,
 * 1980).
 */
import { at } from '../strategies/index.ts';

/** Arguments beyond are taken for these, so that no result is 0, infinite or subnormal. */
const LOWEST = -708;
const HIGHEST = 709;

const LN2_HIGH = 0.693_147_180_369_123_8;
const LN2_LOW = 1.908_214_929_270_587_7e-10;

/** Added to a number below 2^51 it leaves the nearest integer, in the lowest bits. */
const ROUNDER = 1.5 * 2 ** 52;

/** 1/13!, 1/12!, … 1/2!, 1, 1. */
const COEFFICIENTS = Float64Array.of(
  ...[1 / 6_227_020_800, 1 / 479_001_600, 1 / 39_916_800, 1 / 3_628_800, 1 / 362_880, 1 / 40_320, 1 / 5040],
  ...[1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1],
);

const power = new Float64Array(1);
/** Little-endian: the second half has the exponent. */
const halves = new Int32Array(power.buffer);

/** e^x within 2^−51 of it, two units in the last place, for x from −708 to 709; the nearer of their powers beyond. */
export function exponential(x: number): number {
  const bounded = Math.min(HIGHEST, Math.max(LOWEST, x));
  const k = bounded * Math.LOG2E + ROUNDER - ROUNDER;
  const r = bounded - k * LN2_HIGH - k * LN2_LOW;
  let sum = 0;
  for (let i = 0; i < COEFFICIENTS.length; i++) sum = sum * r + at(COEFFICIENTS, i);
  halves[1] = (k + 1023) << 20;
  return sum * at(power, 0);
}
