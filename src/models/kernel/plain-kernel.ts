/** The kernel in plain TypeScript: it defines what the WebAssembly one computes, and takes its place where there is none. */
import { at } from '../../strategies/index.ts';
import type { Objective } from '../model-type.ts';
import { predictionOf } from '../objective.ts';
import { byteAt, integerAt } from './elements.ts';
import type { Cut, Kernel, SideValues, Span, Sums, Units } from './kernel.ts';
import {
  type Arrays,
  ENTRIES,
  FEATURE,
  GAIN,
  LEFT_GRADIENT,
  LEFT_HESSIAN,
  MISSING_LEFT,
  placesOf,
  type Shape,
  THRESHOLD,
  viewsOn,
} from './layout.ts';
import { type Penalties, penaltiesOf, scoreOf } from './score.ts';

const MISSING = ENTRIES - 1;

/** A hessian is at least this, so that a row that is certain does not lose all weight. */
const LEAST_HESSIAN = 1e-16;

export function openPlainKernel(shape: Shape): Kernel {
  return new PlainKernel(shape);
}

class PlainKernel implements Kernel {
  readonly arrays: Arrays;
  readonly #shape: Shape;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.arrays = viewsOn(new ArrayBuffer(placesOf(shape, 0).end), shape, 0);
  }

  prepare(): void {
    // It reads the bins by column only.
  }

  differentiate(objective: Objective): void {
    const { margins, label, weight, derivatives } = this.arrays;
    for (let row = 0; row < label.length; row++) {
      const prediction = predictionOf(objective, at(margins, row));
      const curvature = objective === 'binary' ? Math.max(prediction * (1 - prediction), LEAST_HESSIAN) : 1;
      derivatives[2 * row] = curvature * at(weight, row);
      derivatives[2 * row + 1] = (prediction - at(label, row)) * at(weight, row);
    }
  }

  measure(count: number): Sums {
    const { order, derivatives } = this.arrays;
    let gradient = 0;
    let hessian = 0;
    for (let place = 0; place < count; place++) {
      const row = integerAt(order, place);
      hessian += Math.abs(at(derivatives, 2 * row));
      gradient += Math.abs(at(derivatives, 2 * row + 1));
    }
    return { gradient, hessian };
  }

  quantise(count: number, units: Units): Sums {
    const { order, derivatives, gradients } = this.arrays;
    const sums = { gradient: 0, hessian: 0 };
    for (let place = 0; place < count; place++) {
      const row = integerAt(order, place);
      const hessian = Math.floor(at(derivatives, 2 * row) / units.hessian + 0.5);
      const gradient = Math.floor(at(derivatives, 2 * row + 1) / units.gradient + 0.5);
      gradients[2 * row] = hessian;
      gradients[2 * row + 1] = gradient;
      sums.hessian += hessian;
      sums.gradient += gradient;
    }
    return sums;
  }

  build(span: Span, columns: number, slot: number): void {
    for (let i = 0; i < columns; i++) {
      const feature = integerAt(this.arrays.columns, i);
      this.#clear(slot, feature);
      this.#sum(span, feature, this.#start(slot, feature));
    }
  }

  subtract(slot: number, part: number, columns: number): void {
    const { histograms } = this.arrays;
    for (let i = 0; i < columns; i++) {
      const feature = integerAt(this.arrays.columns, i);
      const whole = this.#start(slot, feature);
      const other = this.#start(part, feature);
      for (let word = 0; word < 2 * ENTRIES; word++) {
        histograms[whole + word] = integerAt(histograms, whole + word) - integerAt(histograms, other + word);
      }
    }
  }

  search(slot: number, columns: number, sums: Sums): void {
    const penalties = penaltiesOf(this.arrays.settings);
    const root = scoreOf(sums.gradient, sums.hessian, penalties);
    this.arrays.found[GAIN] = 0;
    for (let i = 0; i < columns; i++) {
      const feature = integerAt(this.arrays.columns, i);
      const node = { feature, start: this.#start(slot, feature), sums, root };
      this.#searchUp(node, penalties);
      if (this.#hasMissing(node.start)) this.#searchDown(node, penalties);
    }
  }

  addProfile(slot: number, columns: number, sums: Sums): void {
    const penalties = penaltiesOf(this.arrays.settings);
    const root = scoreOf(sums.gradient, sums.hessian, penalties);
    for (let i = 0; i < columns; i++) {
      const feature = integerAt(this.arrays.columns, i);
      const node = { feature, start: this.#start(slot, feature), sums, root };
      const place = 2 * ENTRIES * feature;
      this.#addGains(node, penalties, { place, withMissing: false });
      if (integerAt(this.arrays.hasMissing, feature) === 0) continue;
      this.#addGains(node, penalties, { place: place + ENTRIES, withMissing: true });
    }
  }

  partition({ from, to }: Span, cut: Cut): number {
    const { order, spareOrder } = this.arrays;
    let left = from;
    let right = 0;
    for (let place = from; place < to; place++) {
      const row = integerAt(order, place);
      if (this.#isLeft(row, cut)) order[left++] = row;
      else spareOrder[right++] = row;
    }
    order.set(spareOrder.subarray(0, right), left);
    return left;
  }

  setSteps({ from, to }: Span, value: number): void {
    const { order, steps } = this.arrays;
    for (let place = from; place < to; place++) steps[integerAt(order, place)] = value;
  }

  setStepsBySide({ from, to }: Span, cut: Cut, { left, right }: SideValues): void {
    const { order, steps } = this.arrays;
    for (let place = from; place < to; place++) {
      const row = integerAt(order, place);
      steps[row] = this.#isLeft(row, cut) ? left : right;
    }
  }

  takeSteps(): void {
    const { margins, steps } = this.arrays;
    for (let row = 0; row < margins.length; row++) margins[row] = at(margins, row) + (steps[row] ?? 0);
  }

  close(): void {
    // The garbage collector finds it.
  }

  #isLeft(row: number, { feature, threshold, isMissingLeft }: Cut): boolean {
    const bin = byteAt(this.arrays.bins, feature * this.#shape.rows + row);
    return bin === MISSING ? isMissingLeft : bin <= threshold;
  }

  #sum({ from, to }: Span, feature: number, start: number): void {
    const { bins, order, gradients, histograms } = this.arrays;
    const column = feature * this.#shape.rows;
    for (let place = from; place < to; place++) {
      const row = integerAt(order, place);
      const entry = start + 2 * byteAt(bins, column + row);
      histograms[entry] = integerAt(histograms, entry) + integerAt(gradients, 2 * row);
      histograms[entry + 1] = integerAt(histograms, entry + 1) + integerAt(gradients, 2 * row + 1);
    }
  }

  /** From the lowest bin on: what has been passed goes left, the rest and missing values right. */
  #searchUp({ feature, start, sums, root }: Node, penalties: Penalties): void {
    const { histograms, binCounts } = this.arrays;
    const bins = integerAt(binCounts, feature);
    let gradient = 0;
    let hessian = 0;
    for (let bin = 0; bin < bins; bin++) {
      const [h, g] = [integerAt(histograms, start + 2 * bin), integerAt(histograms, start + 2 * bin + 1)];
      // An empty bin gains what the one before did, which comes first.
      if (h === 0 && g === 0) continue;
      gradient += g;
      hessian += h;
      if (!areHeavy({ gradient, hessian }, sums, penalties)) continue;
      const gain = gainOf({ gradient, hessian }, sums, penalties) - root;
      this.#keepBetter(Math.fround(gain), { feature, threshold: bin, missingLeft: 0, gradient, hessian });
    }
  }

  /** From the highest bin down: what has been passed goes right, the rest and missing values left. */
  #searchDown({ feature, start, sums, root }: Node, penalties: Penalties): void {
    const { histograms, binCounts } = this.arrays;
    const bins = integerAt(binCounts, feature);
    let gradient = sums.gradient;
    let hessian = sums.hessian;
    for (let bin = bins - 1; bin > 0; bin--) {
      const [h, g] = [integerAt(histograms, start + 2 * bin), integerAt(histograms, start + 2 * bin + 1)];
      if (h === 0 && g === 0) continue;
      gradient -= g;
      hessian -= h;
      if (!areHeavy({ gradient, hessian }, sums, penalties)) continue;
      const gain = gainOf({ gradient, hessian }, sums, penalties) - root;
      this.#keepBetter(Math.fround(gain), { feature, threshold: bin - 1, missingLeft: 1, gradient, hessian });
    }
  }

  #keepBetter(gain: number, candidate: Candidate): void {
    const { found } = this.arrays;
    if (!(gain > at(found, GAIN))) return;
    found[GAIN] = gain;
    found[FEATURE] = candidate.feature;
    found[THRESHOLD] = candidate.threshold;
    found[MISSING_LEFT] = candidate.missingLeft;
    found[LEFT_GRADIENT] = candidate.gradient;
    found[LEFT_HESSIAN] = candidate.hessian;
  }

  /** Adds the gain of each threshold of a feature, missing values on one side, from `place` of the profile on. */
  #addGains({ feature, start, sums, root }: Node, penalties: Penalties, target: Target): void {
    const { histograms, binCounts, profile } = this.arrays;
    const bins = integerAt(binCounts, feature);
    let hessian = target.withMissing ? integerAt(histograms, start + 2 * MISSING) : 0;
    let gradient = target.withMissing ? integerAt(histograms, start + 2 * MISSING + 1) : 0;
    for (let bin = 0; bin < bins; bin++) {
      hessian += integerAt(histograms, start + 2 * bin);
      gradient += integerAt(histograms, start + 2 * bin + 1);
      const gain = gainOf({ gradient, hessian }, sums, penalties) - root;
      profile[target.place + bin] = at(profile, target.place + bin) + Math.fround(gain);
    }
  }

  #clear(slot: number, feature: number): void {
    const start = this.#start(slot, feature);
    this.arrays.histograms.fill(0, start, start + 2 * ENTRIES);
  }

  #hasMissing(start: number): boolean {
    const { histograms } = this.arrays;
    return integerAt(histograms, start + 2 * MISSING) !== 0 || integerAt(histograms, start + 2 * MISSING + 1) !== 0;
  }

  #start(slot: number, feature: number): number {
    return 2 * ENTRIES * (slot * this.#shape.features + feature);
  }
}

interface Node {
  readonly feature: number;
  /** Where its histogram begins. */
  readonly start: number;
  readonly sums: Sums;
  /** Score of the node as it is. */
  readonly root: number;
}

interface Candidate extends Sums {
  readonly feature: number;
  readonly threshold: number;
  readonly missingLeft: number;
}

interface Target {
  readonly place: number;
  readonly withMissing: boolean;
}

/** Score of both sides of a split. */
function gainOf(left: Sums, sums: Sums, penalties: Penalties): number {
  const gradient = sums.gradient - left.gradient;
  const hessian = sums.hessian - left.hessian;
  return scoreOf(left.gradient, left.hessian, penalties) + scoreOf(gradient, hessian, penalties);
}

/** Whether both sides of a split weigh enough; a side without any weight never does. */
function areHeavy(left: Sums, sums: Sums, { minChildWeight }: Penalties): boolean {
  const least = Math.max(1, minChildWeight);
  return left.hessian >= least && sums.hessian - left.hessian >= least;
}
