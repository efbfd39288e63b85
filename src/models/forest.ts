/** The trees of a model, as columns over all their nodes. */
import { invariant } from '../core/index.ts';

/** A node without a split. */
export const LEAF = -1;

/** Nodes of all trees, one tree after the other. */
export interface Forest {
  /** The first node of each tree. */
  readonly roots: Int32Array;
  /** The feature that a node is split on; −1 for a leaf. */
  readonly feature: Int32Array;
  /** The last bin that goes left. */
  readonly threshold: Uint8Array;
  /** 1 where missing values go left. */
  readonly missingLeft: Uint8Array;
  /** The left child; the right one follows it. 0 for a leaf. */
  readonly left: Int32Array;
  /** What a leaf adds to a prediction, single precision; 0 for a node that is split. */
  readonly value: Float64Array;
  /** The gain of a split, 0 for a leaf. */
  readonly gain: Float64Array;
  /** Sum of the hessians of the training rows in a node. */
  readonly cover: Float64Array;
}

/** Where a node is split, and what it gains. */
export interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly isMissingLeft: boolean;
  readonly gain: number;
}

interface Node {
  feature: number;
  threshold: number;
  missingLeft: number;
  left: number;
  value: number;
  gain: number;
  readonly cover: number;
}

/** Collects the nodes of one tree while it grows. */
export class TreeBuilder {
  readonly #nodes: Node[] = [];

  /** @param cover of the root, which is node 0 */
  constructor(cover: number) {
    this.#add(cover);
  }

  /** Splits a node; answers its left child, after which the right one comes. */
  split(node: number, split: Split, covers: readonly [left: number, right: number]): number {
    const left = this.#add(covers[0]);
    this.#add(covers[1]);
    const { feature, threshold, gain } = split;
    Object.assign(this.#nodeAt(node), { feature, threshold, missingLeft: split.isMissingLeft ? 1 : 0, left, gain });
    return left;
  }

  /** Gives a leaf its value; answers the single-precision number that is kept of it. */
  setValue(node: number, value: number): number {
    const kept = Math.fround(value);
    this.#nodeAt(node).value = kept;
    return kept;
  }

  /** A forest of this tree alone. */
  finish(): Forest {
    const nodes = this.#nodes;
    return {
      roots: Int32Array.of(0),
      feature: Int32Array.from(nodes, (node) => node.feature),
      threshold: Uint8Array.from(nodes, (node) => node.threshold),
      missingLeft: Uint8Array.from(nodes, (node) => node.missingLeft),
      left: Int32Array.from(nodes, (node) => node.left),
      value: Float64Array.from(nodes, (node) => node.value),
      gain: Float64Array.from(nodes, (node) => node.gain),
      cover: Float64Array.from(nodes, (node) => node.cover),
    };
  }

  #add(cover: number): number {
    this.#nodes.push({ feature: LEAF, threshold: 0, missingLeft: 0, left: 0, value: 0, gain: 0, cover });
    return this.#nodes.length - 1;
  }

  #nodeAt(node: number): Node {
    const found = this.#nodes[node];
    invariant(found !== undefined, 'a node is changed after it was added');
    return found;
  }
}

/** One forest of the trees of several, in their order. */
export function joinForests(forests: readonly Forest[]): Forest {
  const starts: number[] = [];
  let nodes = 0;
  for (const { feature } of forests) {
    starts.push(nodes);
    nodes += feature.length;
  }
  const joined = {
    roots: Int32Array.from(forests.flatMap(({ roots }, i) => Array.from(roots, (root) => root + (starts[i] ?? 0)))),
    feature: new Int32Array(nodes),
    threshold: new Uint8Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: new Int32Array(nodes),
    value: new Float64Array(nodes),
    gain: new Float64Array(nodes),
    cover: new Float64Array(nodes),
  };
  for (const [i, forest] of forests.entries()) {
    const start = starts[i] ?? 0;
    joined.feature.set(forest.feature, start);
    joined.threshold.set(forest.threshold, start);
    joined.missingLeft.set(forest.missingLeft, start);
    joined.left.set(
      forest.left.map((left) => (left === 0 ? 0 : left + start)),
      start,
    );
    joined.value.set(forest.value, start);
    joined.gain.set(forest.gain, start);
    joined.cover.set(forest.cover, start);
  }
  return joined;
}
