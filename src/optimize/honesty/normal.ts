/**
 * The standard normal distribution. Cody's rational approximations, and Wichura's of the inverse, are good to about the
 * last digit of a double; a test holds them against 40-digit arithmetic.
 */

/** 1/√(2π). */
const DENSITY_AT_0 = 0.3989422804014327;
/** Where Cody's approximation of the middle ends. */
const MIDDLE = 0.67448975;
/** Where that of the far tail begins: √32. */
const FAR = 5.656854249492381;
/** Probabilities further out are less than the smallest double. */
const BEYOND = 40;

/** Numerators and denominators, highest power first. */
const MIDDLE_P = [0.06568233791820745, 2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356];
const MIDDLE_Q = [1, 47.20258190468824, 976.0985517377767, 10260.932208618979, 45507.789335026726];
const TAIL_P = [
  1.0765576773720192e-8, 0.3989415120881347, 8.883149794388377, 93.50665613217785, 597.2702763948002,
  2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
];
const TAIL_Q = [
  1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097, 34900.95272114598,
  38912.00328609327, 19685.429676859992,
];
const FAR_P = [
  0.02307344176494017, 0.215898534057957, 0.1274011611602474, 0.022235277870649807, 0.0014216191932278934,
  2.9112874951168793e-5,
];
const FAR_Q = [
  1, 1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824, 7.297515550839662e-5,
];

/**
 * Φ(x), the probability that a standard normal variable is at most x (Cody 1969, "Rational Chebyshev approximations for
 * the error function"). The relative error is below 10⁻¹³, in the lower tail too; use Φ(−x) for the upper one.
 *
 * @returns in [0, 1]
 */
export function normalCdf(x: number): number {
  const size = Math.abs(x);
  if (size <= MIDDLE) {
    const square = x * x;
    return 0.5 + (x * horner(MIDDLE_P, square)) / horner(MIDDLE_Q, square);
  }
  const tail = upperTail(size);
  return x > 0 ? 1 - tail : tail;
}

/** 1 − Φ(x) for x > MIDDLE. */
function upperTail(x: number): number {
  if (x > BEYOND) return 0;
  // x² in two parts, so that the exponential of a large square keeps its digits.
  const coarse = Math.trunc(x * 16) / 16;
  const density = Math.exp(-0.5 * coarse * coarse) * Math.exp(-0.5 * (x - coarse) * (x + coarse));
  if (x <= FAR) return (density * horner(TAIL_P, x)) / horner(TAIL_Q, x);
  const inverse = 1 / (x * x);
  return (density / x) * (DENSITY_AT_0 - (inverse * horner(FAR_P, inverse)) / horner(FAR_Q, inverse));
}

const CENTRAL_P = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const CENTRAL_Q = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const NEAR_P = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496837,
];
const NEAR_Q = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const DISTANT_P = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501104,
];
const DISTANT_Q = [
  2.0442631033899397e-15, 1.4215117583164457e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
];

/**
 * Φ⁻¹(p), the value that a standard normal variable exceeds with probability 1 − p (Wichura 1988, algorithm AS 241,
 * PPND16). Relative error about 10⁻¹⁵; for p near 1 ask −Φ⁻¹(1 − p), since 1 − p is what a double can hold there.
 *
 * @param p in [0, 1]; NaN outside
 * @returns −∞ for 0, ∞ for 1
 */
export function normalQuantile(p: number): number {
  const distance = p - 0.5;
  if (Math.abs(distance) <= 0.425) {
    const near = 0.180625 - distance * distance;
    return (distance * horner(CENTRAL_P, near)) / horner(CENTRAL_Q, near);
  }
  const tail = Math.min(p, 1 - p);
  if (tail === 0) return distance < 0 ? -Infinity : Infinity;
  const size = tailQuantile(Math.sqrt(-Math.log(tail)));
  return distance < 0 ? -size : size;
}

/** −Φ⁻¹(p) for p ≤ 0.075, from r = √(−ln p). */
function tailQuantile(r: number): number {
  if (r <= 5) return horner(NEAR_P, r - 1.6) / horner(NEAR_Q, r - 1.6);
  return horner(DISTANT_P, r - 5) / horner(DISTANT_Q, r - 5);
}

/** The polynomial with these coefficients, highest power first. */
function horner(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
