import type { Objective } from '../model-type.ts';
import type { Arrays, Shape } from './layout.ts';

/** Rows of a node: places in `order`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How rows are told apart: those whose bin is at most `threshold` go left, and missing ones if it is said. */
export interface Cut {
  readonly feature: number;
  readonly threshold: number;
  readonly isMissingLeft: boolean;
}

/** What the leaves on either side of a cut are worth. */
export interface SideValues {
  readonly left: number;
  readonly right: number;
}

/** Quantised sums of the rows of a node. */
export interface Sums {
  readonly gradient: number;
  readonly hessian: number;
}

/** What one unit of the quantised gradients and hessians is worth: powers of two. */
export interface Units {
  readonly gradient: number;
  readonly hessian: number;
}

/**
 * The loops that training spends its time in, over the memory of `layout.ts`. There are two, which answer the same to the
 * bit. A kernel serves one training at a time.
 */
export interface Kernel {
  readonly arrays: Arrays;
  /** To be called when the bins are in place, before anything is summed. */
  prepare(): void;
  /** Derivatives of the loss at the margins, of all rows: of the log loss, or of half the squared error. */
  differentiate(objective: Objective): void;
  /** The sums of the magnitudes of the derivatives, over the first `count` rows of the order. */
  measure(count: number): Sums;
  /** Makes integers of their derivatives, the nearest numbers of units; answers the sums of these. */
  quantise(count: number, units: Units): Sums;
  /** Sums the rows of a span by bin, for the first `columns` of the columns to look at, into a histogram. */
  build(span: Span, columns: number, slot: number): void;
  /** Takes the histogram `part` from that in `slot`. */
  subtract(slot: number, part: number, columns: number): void;
  /** The best split of a node by its histogram, into `found`. Of equal gains the first feature and bin win. */
  search(slot: number, columns: number, sums: Sums): void;
  /** Adds what each split would gain in a node to the profile, which the caller has cleared. */
  addProfile(slot: number, columns: number, sums: Sums): void;
  /** Puts the rows that go left before the others; both keep their order. Answers where the others begin. */
  partition(span: Span, cut: Cut): number;
  /** Notes a value, of single precision, as the step of each row of a span. */
  setSteps(span: Span, value: number): void;
  /** Notes as the step of each row of a span the value of the side of a cut that it is on; the order stays as it is. */
  setStepsBySide(span: Span, cut: Cut, values: SideValues): void;
  /** Adds its step to the margin of every row. */
  takeSteps(): void;
  /** Gives its memory back; nothing may be called afterwards. */
  close(): void;
}

/** Makes room for a training. What the arrays hold at first is not defined. */
export type OpenKernel = (shape: Shape) => Kernel;
