/**
 * Parzen estimator over the unit cube: the density of points that were seen, as a mixture of one kernel per point and a
 * uniform prior of the same weight, which keeps every place possible. A kernel is a product over the axes: on ordered
 * ones a normal cut off at 0 and 1, on words a smoothed count. Products, as in Falkner, Klein and Hutter (2018), "BOHB",
 * see which values go together; the independent axes of Bergstra et al. (2011) do not.
 */
import type { Random } from '../../core/index.ts';
import type { Coordinate } from './coordinates.ts';

/** Width of the kernel of a single point, as a fraction of an axis; it shrinks as n^(−1/(d + 4)), Scott's rule. */
const WIDTH = 0.2;
/** A kernel is left out where it is below e⁻³⁰ of its peak: beside the prior it is nothing. */
const FAR = 60;
/** Points that can be added before the arrays grow: a generation. */
const SPARE = 16;

/** An axis as the kernels see it. */
interface KernelAxis {
  /** Standard deviation on an ordered axis; null for words. */
  readonly width: number | null;
  /** Probability of the word of a kernel's own point, and of each other word; 1 on ordered axes. */
  readonly own: number;
  readonly other: number;
}

/** A density that points can be added to; the widths stay those of the points that it was made of. */
export class ParzenEstimator {
  readonly #axes: readonly KernelAxis[];
  /** Density of the prior: uniform over the unit cube and over the words. */
  readonly #prior: number;
  #count = 0;
  /** [capacity × axes] the points, one after the other. */
  #centers: Float64Array;
  /** [capacity] density of each kernel at its point. */
  #peaks: Float64Array;
  /** [axes] what the square of a distance, or another word, weighs in −2·ln(density/peak). */
  readonly #inverseVariances: Float64Array;
  readonly #otherWords: Float64Array;

  /** @param points coordinates in (0, 1), one per axis; words by their `coordinateOf` */
  constructor(coordinates: readonly Coordinate[], points: readonly Float64Array[]) {
    const ordered = coordinates.filter((coordinate) => coordinate.isOrdered).length;
    const width = WIDTH * Math.max(1, points.length) ** (-1 / (ordered + 4));
    this.#axes = coordinates.map((coordinate) => kernelAxis(coordinate, width, points.length + 1));
    this.#prior = coordinates.reduce((product, { isOrdered, size }) => (isOrdered ? product : product / size), 1);
    this.#centers = new Float64Array((points.length + SPARE) * this.#axes.length);
    this.#peaks = new Float64Array(points.length + SPARE);
    this.#inverseVariances = Float64Array.from(this.#axes, (axis) => (axis.width === null ? 0 : axis.width ** -2));
    this.#otherWords = Float64Array.from(this.#axes, ({ own, other }) => -2 * Math.log(other / own));
    for (const point of points) this.add(point);
  }

  /** Adds a kernel at a point. */
  add(center: Float64Array): void {
    if (this.#count === this.#peaks.length) this.#grow();
    this.#centers.set(center, this.#count * this.#axes.length);
    this.#peaks[this.#count++] = this.#axes.reduce(
      (peak, { width, own }, axis) => peak * (width === null ? own : 1 / normalIntegral(center[axis] ?? 0, width)),
      1,
    );
  }

  /** Density at a point; above 0 everywhere. */
  density(point: Float64Array): number {
    const [centers, peaks, squares, words] = [this.#centers, this.#peaks, this.#inverseVariances, this.#otherWords];
    const count = this.#count;
    let sum = this.#prior;
    let place = 0;
    for (let kernel = 0; kernel < count; kernel++) {
      let distance = 0;
      for (let axis = 0; axis < point.length; axis++) {
        const gap = (point[axis] ?? 0) - (centers[place++] ?? 0);
        distance += gap * gap * (squares[axis] ?? 0) + (gap === 0 ? 0 : (words[axis] ?? 0));
      }
      if (distance < FAR) sum += (peaks[kernel] ?? 0) * Math.exp(-distance / 2);
    }
    return sum / (count + 1);
  }

  /** Draws a point. */
  sample(random: Random): Float64Array {
    const kernel = Math.floor(random.uniform() * (this.#count + 1));
    if (kernel === this.#count) return Float64Array.from(this.#axes, () => random.uniform());
    return Float64Array.from(this.#axes, ({ width, own, other }, axis) => {
      const center = this.#centers[kernel * this.#axes.length + axis] ?? 0;
      if (width !== null) return truncatedNormal(random, center, width);
      // What `own` has above its fair share is kept, the rest is drawn among all words.
      return random.uniform() < own - other ? center : random.uniform();
    });
  }

  #grow(): void {
    const [centers, peaks] = [this.#centers, this.#peaks];
    this.#centers = new Float64Array(2 * centers.length);
    this.#peaks = new Float64Array(2 * peaks.length);
    this.#centers.set(centers);
    this.#peaks.set(peaks);
  }
}

/** The word of a point weighs 1 + 1/n, every other word 1/n: the more points, the less is left to chance. */
function kernelAxis({ isOrdered, size }: Coordinate, width: number, n: number): KernelAxis {
  // On an axis of few values a kernel reaches the neighbours at least.
  if (isOrdered) return { width: Math.max(width, 0.5 / size), own: 1, other: 1 };
  return { width: null, own: (n + 1) / (n + size), other: 1 / (n + size) };
}

/** Integral of e^(−((x − mean)/width)²/2) over [0, 1]. */
function normalIntegral(mean: number, width: number): number {
  const root = width * Math.SQRT2;
  return Math.sqrt(Math.PI / 2) * width * (errorFunction((1 - mean) / root) + errorFunction(mean / root));
}

/** erf(x) for x ≥ 0 to 1.5e-7: Abramowitz and Stegun (1964), 7.1.26. Densities of a search need no more. */
function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 1 - polynomial * Math.exp(-x * x);
}

/** By rejection: the mean is within (0, 1) and the width at most ¼, so that at worst every second draw is kept. */
function truncatedNormal(random: Random, mean: number, width: number): number {
  for (;;) {
    const x = mean + width * random.normal();
    if (x > 0 && x < 1) return x;
  }
}
