/** Trees whose nodes are split one by one: all that gain, or the one that gains most until there are enough leaves. */
import { invariant } from '../../core/index.ts';
import { at } from '../../strategies/index.ts';
import { type Forest, type Split, TreeBuilder } from '../forest.ts';
import {
  FEATURE,
  GAIN,
  LEFT_GRADIENT,
  LEFT_HESSIAN,
  MISSING_LEFT,
  type Span,
  type Sums,
  THRESHOLD,
} from '../kernel/index.ts';
import { type GrownLeaf, gainUnit, leafValue, type TreeTask } from './tree-task.ts';

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
export function growByNode(task: TreeTask): { readonly tree: Forest; readonly leaves: readonly GrownLeaf[] } {
  return new NodeGrower(task).grow();
}

class NodeGrower {
  readonly #task: TreeTask;
  readonly #tree: TreeBuilder;
  readonly #open: OpenNode[] = [];
  readonly #leaves: GrownLeaf[] = [];
  readonly #free: number[] = [];
  #slots = 0;

  constructor(task: TreeTask) {
    this.#task = task;
    this.#tree = new TreeBuilder(task.sums.hessian * task.units.hessian);
  }

  grow(): { readonly tree: Forest; readonly leaves: readonly GrownLeaf[] } {
    const { maxLeaves } = this.#task.settings;
    this.#begin();
    while (this.#leaves.length + this.#open.length < maxLeaves) {
      const next = this.#next();
      if (next === undefined) break;
      this.#expand(next);
    }
    for (const node of this.#open) this.#close(node);
    return { tree: this.#tree.finish(), leaves: this.#leaves };
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
    const { kernel, units } = this.#task;
    const middle = kernel.partition(parent, best);
    const right = {
      gradient: parent.sums.gradient - best.left.gradient,
      hessian: parent.sums.hessian - best.left.hessian,
    };
    const covers = [best.left.hessian * units.hessian, right.hessian * units.hessian] as const;
    const node = this.#tree.split(parent.node, best, covers);
    const depth = parent.depth + 1;
    this.#addChildren(parent, [
      { from: parent.from, to: middle, node, depth, sums: best.left },
      { from: middle, to: parent.to, node: node + 1, depth, sums: right },
    ]);
  }

  #addChildren(parent: OpenNode, children: readonly [Child, Child]): void {
    if (children.every((child) => this.#isFinal(child))) {
      this.#freeSlot(parent.slot);
      for (const child of children) this.#close(child);
    } else if (this.#task.settings.isForest) {
      for (const child of children) this.#addAlone(child, parent.slot ?? 0);
    } else this.#addSiblings(parent, children);
  }

  /** Whether a node is a leaf without a look at its rows. */
  #isFinal({ depth, sums }: Child): boolean {
    const { settings, units } = this.#task;
    return depth >= settings.maxDepth || sums.hessian * units.hessian < 2 * settings.minChildWeight;
  }

  /** The features differ from node to node: a histogram serves its own node only, and all use the same place. */
  #addAlone(child: Child, slot: number): void {
    if (this.#isFinal(child)) {
      this.#close(child);
      return;
    }
    this.#task.kernel.build(child, this.#chooseColumns(), slot);
    this.#offer({ ...child, slot });
  }

  /** The smaller child is summed, and what the parent has beyond it is the larger one. */
  #addSiblings(parent: OpenNode, [left, right]: readonly [Child, Child]): void {
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
  #offer(child: Child & { readonly slot: number }): void {
    const best = this.#search(child);
    if (best !== null) this.#open.push({ ...child, best });
    else {
      this.#freeSlot(child.slot);
      this.#close(child);
    }
  }

  #search({ slot, sums }: Child & { readonly slot: number }): OpenNode['best'] {
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

  #close({ node, from, to, sums }: Child): void {
    const value = this.#tree.setValue(node, leafValue(this.#task, sums));
    this.#leaves.push({ from, to, value });
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

type Child = Omit<OpenNode, 'slot' | 'best'>;
