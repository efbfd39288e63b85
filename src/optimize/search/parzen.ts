/**
 * Parzen estimator over the unit cube: the density of points that were seen, as a mixture of one kernel per point and a
 * uniform prior of the same weight, which keeps every place possible. A kernel is a product over the axes: on ordered
 * ones a normal cut off at 0 and 1, on words a smoothed count. Products, as in Falkner, Klein and Hutter (2018), "BOHB",
 * see which values go together; the independent axes of Bergstra et al. (2011) do not.
 */
import type { Random } from '../../core/index.ts';
import type { Coordinate } from './coordinates.ts';

/** Width of a kernel of a single point, as a fraction of an axis; it shrinks as n^(−1/(d + 4)), Scott's rule. */
const WIDTH = 0.2;
/** Kernels are never narrower, so that a search does not settle on the first good point. */
const LEAST_WIDTH = 0.01;

interface Kernel {
  readonly center: readonly number[];
  /** 1 / integral over the unit cube of the product of e^(−z²/2), the words left out. */
  readonly scale: number;
}

/** An axis as the kernels see it. */
interface KernelAxis {
  /** Standard deviation of an ordered axis; 0 for words. */
  readonly width: number;
  /** Probability of the word of a kernel's own point, and of each other word; 1 for ordered axes. */
  readonly own: number;
  readonly other: number;
}

/** A density that points can be added to; the widths stay those of the points that it was made of. */
export class ParzenEstimator {
  readonly #axes: readonly KernelAxis[];
  readonly #kernels: Kernel[] = [];
  /** Density of the prior: uniform over the unit cube and over the words. */
  readonly #prior: number;

  /** @param points coordinates in (0, 1), one per axis; words by their `coordinateOf` */
  constructor(coordinates: readonly Coordinate[], points: readonly (readonly number[])[]) {
    const ordered = coordinates.filter((coordinate) => coordinate.isOrdered).length;
    const width = WIDTH * Math.max(1, points.length) ** (-1 / (ordered + 4));
    this.#axes = coordinates.map((coordinate) => kernelAxis(coordinate, width, points.length + 1));
    this.#prior = coordinates.reduce((product, { isOrdered, size }) => (isOrdered ? product : product / size), 1);
    for (const point of points) this.add(point);
  }

  /** Adds a kernel at a point. */
  add(center: readonly number[]): void {
    const integral = this.#axes.reduce(
      (product, { width }, axis) => (width === 0 ? product : product * normalIntegral(center[axis] ?? 0, width)),
      1,
    );
    this.#kernels.push({ center, scale: 1 / integral });
  }

  /** Density at a point; above 0 everywhere. */
  density(point: readonly number[]): number {
    let sum = this.#prior;
    for (const kernel of this.#kernels) sum += this.#kernelDensity(kernel, point);
    return sum / (this.#kernels.length + 1);
  }

  /** Draws a point. */
  sample(random: Random): readonly number[] {
    const kernel = this.#kernels[Math.floor(random.uniform() * (this.#kernels.length + 1))];
    return this.#axes.map((axis, index) => {
      const center = kernel?.center[index];
      if (center === undefined) return random.uniform();
      if (axis.width > 0) return truncatedNormal(random, center, axis.width);
      // What `own` has above a fair share is kept, the rest is drawn among all words.
      return random.uniform() < axis.own - axis.other ? center : random.uniform();
    });
  }

  #kernelDensity({ center, scale }: Kernel, point: readonly number[]): number {
    let squares = 0;
    let words = 1;
    for (let index = 0; index < this.#axes.length; index++) {
      const axis = this.#axes[index];
      const [x = 0, mean = 0] = [point[index], center[index]];
      if (axis === undefined) continue;
      if (axis.width > 0) squares += ((x - mean) / axis.width) ** 2;
      else words *= x === mean ? axis.own : axis.other;
    }
    return scale * words * Math.exp(-squares / 2);
  }
}

/**
 * A single word is an axis without kernels. The word of a point weighs 1 + 1/n, every other word 1/n, n with the prior:
 * the more points, the less is left to chance.
 */
function kernelAxis({ isOrdered, size }: Coordinate, width: number, n: number): KernelAxis {
  // On an axis of few values a kernel reaches the neighbours at least.
  if (isOrdered) return { width: Math.max(width, LEAST_WIDTH, 0.5 / size), own: 1, other: 1 };
  const other = 1 / n / (1 + size / n);
  return { width: 0, own: other + 1 / (1 + size / n), other };
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

/** By rejection: the mean is within (0, 1), so that about every second draw is at worst. */
function truncatedNormal(random: Random, mean: number, width: number): number {
  for (;;) {
    const x = mean + width * random.normal();
    if (x > 0 && x < 1) return x;
  }
}
