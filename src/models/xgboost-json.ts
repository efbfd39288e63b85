/**
 * Boosted models in the JSON of XGBoost 1.7 (`Booster.load_model`). XGBoost reads features and thresholds in single
 * precision: a value within rounding of a threshold may go the other way there.
 */
import { invariant, type Json } from '../core/index.ts';
import { at } from '../strategies/index.ts';
import type { BinEdges } from './bin-edges.ts';
import { type Forest, LEAF } from './forest.ts';
import { byteAt, integerAt } from './kernel/index.ts';
import { isAveraged, type Model, treeCount } from './model.ts';
import { predictionOf } from './objective.ts';

/** XGBoost's mark for the parent of a root. */
const NO_PARENT = 2_147_483_647;

/** Above every value in single precision: where all that is not missing goes left. */
const ABOVE_ALL = 3.402_823_4e38;

/** The model as XGBoost's JSON; a forest, which averages probabilities, has none. */
export function xgboostJson(model: Model): string {
  invariant(!isAveraged(model), 'only boosted models can be written for XGBoost');
  const features = model.edges.names.length;
  const trees = Array.from({ length: treeCount(model) }, (_, tree) => treeJson(model, tree));
  const learner = {
    attributes: {},
    feature_names: model.edges.names,
    feature_types: model.edges.names.map(() => 'float'),
    learner_model_param: {
      base_score: String(predictionOf(model.objective, model.base)),
      num_class: '0',
      num_feature: String(features),
      num_target: '1',
    },
    objective: {
      name: model.objective === 'binary' ? 'binary:logistic' : 'reg:squarederror',
      reg_loss_param: { scale_pos_weight: '1' },
    },
  };
  const sizes = JSON.stringify({ num_trees: String(trees.length), num_parallel_tree: '1', size_leaf_vector: '0' });
  const info = JSON.stringify(trees.map(() => 0));
  const booster = `{"name":"gbtree","model":{"gbtree_model_param":${sizes},"trees":[${trees.join(',')}],"tree_info":${info}}}`;
  return `{"version":[1,7,4],"learner":{"gradient_booster":${booster},${JSON.stringify(learner).slice(1)}}`;
}

function treeJson({ forest, edges }: Model, tree: number): string {
  const first = integerAt(forest.roots, tree);
  const nodes = Array.from({ length: (forest.roots[tree + 1] ?? forest.feature.length) - first }, (_, i) => first + i);
  const isLeaf = (node: number): boolean => integerAt(forest.feature, node) === LEAF;
  const each = (ofLeaf: number, ofSplit: (node: number) => number): number[] =>
    nodes.map((node) => (isLeaf(node) ? ofLeaf : ofSplit(node)));
  const integers: Readonly<Record<string, Json>> = {
    id: tree,
    tree_param: {
      num_nodes: String(nodes.length),
      num_feature: String(edges.names.length),
      num_deleted: '0',
      size_leaf_vector: '0',
    },
    parents: parentsOf(forest, nodes, first),
    left_children: each(-1, (node) => integerAt(forest.left, node) - first),
    right_children: each(-1, (node) => integerAt(forest.left, node) - first + 1),
    split_indices: each(0, (node) => integerAt(forest.feature, node)),
    split_type: nodes.map(() => 0),
    default_left: each(0, (node) => byteAt(forest.missingLeft, node)),
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
  };
  const floats = {
    // A leaf keeps its value where a split has its threshold.
    split_conditions: nodes.map((node) => (isLeaf(node) ? at(forest.value, node) : thresholdOf(forest, edges, node))),
    base_weights: nodes.map((node) => at(forest.value, node)),
    loss_changes: nodes.map((node) => at(forest.gain, node)),
    sum_hessian: nodes.map((node) => at(forest.cover, node)),
  };
  const texts = Object.entries(floats).map(([name, values]) => `"${name}":${floatsJson(values)}`);
  return `{${texts.join(',')},${JSON.stringify(integers).slice(1)}`;
}

/** With exponents: XGBoost takes a number without point and exponent for an integer, and refuses it here. */
function floatsJson(values: readonly number[]): string {
  return `[${values.map((value) => value.toExponential()).join(',')}]`;
}

function parentsOf({ feature, left }: Forest, nodes: readonly number[], first: number): number[] {
  const parents = nodes.map(() => NO_PARENT);
  for (const node of nodes) {
    if (integerAt(feature, node) === LEAF) continue;
    const child = integerAt(left, node) - first;
    parents[child] = node - first;
    parents[child + 1] = node - first;
  }
  return parents;
}

/** What a value has to be less than to go left: the lower edge of the first bin that goes right. */
function thresholdOf({ feature, threshold }: Forest, edges: BinEdges, node: number): number {
  return edges.edges[integerAt(feature, node)]?.[byteAt(threshold, node)] ?? ABOVE_ALL;
}
