/** Trees whose nodes are split one by one: all that gain, or the one that gains most until there are enough leaves. */
import { invariant } from '../../core/index.ts';
import { at } from '../../strategies/index.ts';
import { type Forest, type Split, TreeBuilder } from '../forest.ts';
import {
  type Cut,
  FEATURE,
  GAIN,
  LEFT_GRADIENT,
  LEFT_HESSIAN,
  MISSING_LEFT,
  type Span,
  type Sums,
  THRESHOLD,
} from '../kernel/index.ts';
import { gainUnit, leafValue, type TreeTask } from './tree-task.ts';

/** A node that is a leaf so far. */
interface OpenNode extends Span {
  readonly node: number;
  readonly depth: number;
  readonly sums: Sums;
  /** The histogram that is kept for it, null when none is. */
  readonly slot: number | null;
  /** Its best split and the sums on the left of it, null when nothing gains enough. */
  readonly best: (Split & { readonly left: Sums }) | null;
}

/** Histograms that growing by node keeps at the same time, at most. */
export function slotsByNode(isLeafwise: boolean, maxLeaves: number, maxDepth: number): number {
  return (isLeafwise ? maxLeaves : maxDepth) + 2;
}

/** Grows one tree. Depth-wise the order of the nodes does not matter; going into the depth keeps few histograms. */
export function growByNode(task: TreeTask): Forest {
  return new NodeGrower(task).grow();
}

class NodeGrower {
  readonly #task: TreeTask;
  readonly #tree: TreeBuilder;
  readonly #open: OpenNode[] = [];
  readonly #free: number[] = [];
  #slots = 0;
  #leaves = 0;

  constructor(task: TreeTask) {
    this.#task = task;
    this.#tree = new TreeBuilder(task.sums.hessian * task.units.hessian);
  }

  grow(): Forest {
    this.#begin();
    while (!this.#isFull(0)) {
      const next = this.#next();
      if (next === undefined) break;
      this.#expand(next);
    }
    for (const node of this.#open) this.#close(node);
    return this.#tree.finish();
  }

  #begin(): void {
    const span = { from: 0, to: this.#task.rows };
    const slot = this.#takeSlot();
    this.#task.kernel.build(span, this.#chooseColumns(), slot);
    this.#offer({ ...span, node: 0, depth: 0, sums: this.#task.sums, slot });
  }

  /** The node to split next, taken out. */
  #next(): OpenNode | undefined {
    if (this.#task.settings.policy !== 'leafwise') return this.#open.pop();
    let best = 0;
    for (const [place, { best: split }] of this.#open.entries()) {
      if ((split?.gain ?? 0) > (this.#open[best]?.best?.gain ?? 0)) best = place;
    }
    return this.#open.splice(best, 1)[0];
  }

  #expand(parent: OpenNode): void {
    const { best } = parent;
    invariant(best !== null, 'only nodes with a split are open');
    const { units } = this.#task;
    const right = {
      gradient: parent.sums.gradient - best.left.gradient,
      hessian: parent.sums.hessian - best.left.hessian,
    };
    const covers = [best.left.hessian * units.hessian, right.hessian * units.hessian] as const;
    const node = this.#tree.split(parent.node, best, covers);
    const depth = parent.depth + 1;
    const children = [
      { node, depth, sums: best.left },
      { node: node + 1, depth, sums: right },
    ] as const;
    if (this.#isFull(2) || children.every((child) => this.#isFinal(child))) this.#addLeaves(parent, best, children);
    else this.#addChildren(parent, best, children);
  }

  /** Rows of leaves need not be brought together. */
  #addLeaves(parent: OpenNode, cut: Cut, [left, right]: readonly [Child, Child]): void {
    const values = { left: this.#setValue(left), right: this.#setValue(right) };
    if (this.#task.updatesMargins) this.#task.kernel.setStepsBySide(parent, cut, values);
    this.#freeSlot(parent.slot);
  }

  #addChildren(parent: OpenNode, cut: Cut, [left, right]: readonly [Child, Child]): void {
    const middle = this.#task.kernel.partition(parent, cut);
    const children = [
      { ...left, from: parent.from, to: middle },
      { ...right, from: middle, to: parent.to },
    ] as const;
    if (this.#task.settings.isForest) {
      for (const child of children) this.#addAlone(child, parent.slot ?? 0);
    } else this.#addSiblings(parent, children);
  }

  /** Whether there will be no split after so many more leaves. */
  #isFull(more: number): boolean {
    return this.#leaves + this.#open.length + more >= this.#task.settings.maxLeaves;
  }

  /** Whether a node is a leaf without a look at its rows. */
  #isFinal({ depth, sums }: Child): boolean {
    const { settings, units } = this.#task;
    return depth >= settings.maxDepth || sums.hessian * units.hessian < 2 * settings.minChildWeight;
  }

  /** The features differ from node to node: a histogram serves its own node only, and all use the same place. */
  #addAlone(child: Rows, slot: number): void {
    if (this.#isFinal(child)) {
      this.#close(child);
      return;
    }
    this.#task.kernel.build(child, this.#chooseColumns(), slot);
    this.#offer({ ...child, slot });
  }

  /** The smaller child is summed, and what the parent has beyond it is the larger one. */
  #addSiblings(parent: OpenNode, [left, right]: readonly [Rows, Rows]): void {
    const { kernel } = this.#task;
    const slot = this.#takeSlot();
    const whole = parent.slot ?? 0;
    const isLeftSmaller = left.to - left.from <= right.to - right.from;
    const columns = this.#chooseColumns();
    kernel.build(isLeftSmaller ? left : right, columns, slot);
    kernel.subtract(whole, slot, columns);
    this.#offer({ ...left, slot: isLeftSmaller ? slot : whole });
    this.#offer({ ...right, slot: isLeftSmaller ? whole : slot });
  }

  /** Keeps a node open if it can be split, and closes it otherwise. */
  #offer(child: Rows & { readonly slot: number }): void {
    const best = this.#search(child);
    if (best !== null) this.#open.push({ ...child, best });
    else {
      this.#freeSlot(child.slot);
      this.#close(child);
    }
  }

  #search({ slot, sums }: Rows & { readonly slot: number }): OpenNode['best'] {
    const { kernel, settings, units, leastGain } = this.#task;
    const { found } = kernel.arrays;
    kernel.search(slot, this.#columns, sums);
    const gain = at(found, GAIN) * gainUnit(units);
    if (!(gain > leastGain && gain >= settings.gamma)) return null;
    return {
      feature: at(found, FEATURE),
      threshold: at(found, THRESHOLD),
      isMissingLeft: at(found, MISSING_LEFT) === 1,
      gain,
      left: { gradient: at(found, LEFT_GRADIENT), hessian: at(found, LEFT_HESSIAN) },
    };
  }

  #close(leaf: Rows): void {
    const value = this.#setValue(leaf);
    if (this.#task.updatesMargins) this.#task.kernel.setSteps(leaf, value);
  }

  #setValue({ node, sums }: Child): number {
    this.#leaves += 1;
    return this.#tree.setValue(node, leafValue(this.#task, sums));
  }

  #columns = 0;

  #chooseColumns(): number {
    const columns = this.#task.columnsOf();
    this.#task.kernel.arrays.columns.set(columns);
    this.#columns = columns.length;
    return columns.length;
  }

  #takeSlot(): number {
    return this.#free.pop() ?? this.#slots++;
  }

  #freeSlot(slot: number | null): void {
    if (slot !== null && !this.#task.settings.isForest) this.#free.push(slot);
  }
}

/** A node with its rows in place. */
type Rows = Omit<OpenNode, 'slot' | 'best'>;

/** A node as its parent knows it. */
type Child = Omit<Rows, 'from' | 'to'>;
