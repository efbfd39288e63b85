import { describe, expect, it } from 'vitest';
import {
  binFeatures,
  fitBins,
  gainImportance,
  logLoss,
  MODEL_TYPES,
  type Model,
  parseModelParams,
  permutationImportance,
  predict,
  predictPrefixes,
  serialiseModel,
  trainingCost,
  trainModel,
  treeCount,
} from '../../src/models/index.ts';
import { rowsBetween } from './market-data.ts';
import { binnedTable, market, table, testRows, train, trainingData, trainRows } from './market-model.ts';

describe.each(MODEL_TYPES)('a model of type %s', (type) => {
  it('is the same to the bit for the same seed, also when another one is trained meanwhile', () => {
    const params = parseModelParams(type, { n_estimators: 5, subsample: 0.7 }, 'params');
    const once = trainModel(type, params, trainingData(), { seed: 3n });
    const onTree = (): boolean => treeCount(train('xgboost', { n_estimators: 2 })) === 2;
    const again = trainModel(type, params, trainingData(), { seed: 3n, onTree });
    const other = trainModel(type, params, trainingData(), { seed: 4n });

    expect(serialiseModel(again)).toEqual(serialiseModel(once));
    expect(serialiseModel(other)).not.toEqual(serialiseModel(once));
  });

  it('predicts with its first trees as a model of so many trees does', () => {
    const whole = train(type, { n_estimators: 12 });
    const short = train(type, { n_estimators: 5 });

    const [five, all] = predictPrefixes(whole, table, testRows, [5, 12]);
    expect(five).toEqual(predict(short, table, testRows));
    expect(five).toEqual(predict(whole, binnedTable(), testRows, { trees: 5 }));
    expect(all).toEqual(predict(whole, binnedTable(), testRows));
    expect(all).not.toEqual(five);
  });

  it('learns values too', () => {
    const label = Float64Array.from({ length: table.rows }, (_, row) =>
      (market.features.values[row] ?? 0) > 0 ? 5 : 3,
    );
    const model = train(type, { n_estimators: 60 }, { label, objective: 'regression' });

    const errors = predict(model, table, testRows).map((value, i) => Math.abs(value - (label[testRows[i] ?? 0] ?? 0)));
    expect(errors.reduce((sum, each) => sum + each, 0) / errors.length).toBeLessThan(0.4);
  });

  it('learns tiny values of any size alike', () => {
    const label = Float64Array.from({ length: table.rows }, (_, row) => Math.sin(market.features.values[row] ?? 0));
    const [large, small] = [2 ** -7, 2 ** -14].map((size) => {
      const scaled = label.map((value) => size * value);
      return predict(train(type, { n_estimators: 20 }, { label: scaled, objective: 'regression' }), table, testRows);
    });

    expect(new Set(large).size).toBeGreaterThan(10);
    expect(small?.map((value) => value * 2 ** 7)).toEqual(large);
  });

  it('learns from nothing but its rows', () => {
    const label = market.label.map((value, row) => (trainRows.includes(row) ? value : 1 - value));

    expect(serialiseModel(train(type, {}, { label }))).toEqual(serialiseModel(train(type)));
  });

  it('weighs a row as if it were there twice', () => {
    const rows = rowsBetween(0, 300);
    const weights = new Float64Array(table.rows).fill(2);
    const raw = { n_estimators: 1, min_child_weight: 0, lambda: 0 };
    const given =
      type === 'catboost'
        ? { n_estimators: 1, lambda: 0 }
        : type === 'random_forest'
          ? { n_estimators: 1, min_child_weight: 0 }
          : raw;

    const [plain, heavy] = [train(type, given, { rows }), train(type, given, { rows, weights })];
    expect(predict(heavy, table, testRows)).toEqual(predict(plain, table, testRows));
    expect(heavy.forest.cover[0]).toBeCloseTo(2 * (plain.forest.cover[0] ?? 0), 6);
  });

  it('sends missing values where they gain more', () => {
    const values = table.values.map((value, i) => (i < table.rows && i % 2 === 0 ? Number.NaN : value));
    const label = Float64Array.from({ length: table.rows }, (_, row) =>
      row % 2 === 0 || (values[row] ?? 0) > 0 ? 1 : 0,
    );
    const features = { ...table, values };
    const binned = binnedTableOf(features);

    const model = train(type, { n_estimators: 30 }, { binned, label });
    const scores = predict(model, features, testRows);
    const meanOf = (isWanted: (value: number) => boolean): number => {
      const wanted = scores.filter((_, i) => isWanted(values[testRows[i] ?? 0] ?? 0));
      return wanted.reduce((sum, each) => sum + each, 0) / wanted.length;
    };
    expect(meanOf(Number.isNaN)).toBeGreaterThan(0.75);
    expect(meanOf((value) => value > 0)).toBeGreaterThan(0.75);
    expect(meanOf((value) => value <= 0)).toBeLessThan(0.25);
  });

  it('is no larger than its parameters let it become', () => {
    const raw = { n_estimators: 7, max_depth: 9, ...(type === 'catboost' ? {} : { min_child_weight: 2 }) };
    const params = parseModelParams(type, raw, 'params');
    const size = { rows: trainRows.length, features: table.names.length };
    const { bytes, leaves } = trainingCost(type, params, size);
    const model = trainModel(type, params, trainingData(), { seed: 1 });

    const columns = Object.values(model.forest).filter((each) => each !== model.forest.roots);
    expect(Math.max(...leafCounts(model))).toBeLessThanOrEqual(leaves);
    expect(bytes).toBe(34 * 7 * (2 * leaves - 1));
    expect(columns.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThanOrEqual(bytes);
  });

  it('stops when it is told to', () => {
    const params = parseModelParams(type, { n_estimators: 50 }, 'params');
    const seen: number[] = [];
    const model = trainModel(type, params, trainingData(), { seed: 1, onTree: (tree) => seen.push(tree) < 3 });

    expect(seen).toEqual([0, 1, 2]);
    expect(treeCount(model)).toBe(3);
  });
});

describe('trees', () => {
  it('have no more leaves and levels than they may', () => {
    expect(Math.max(...leafCounts(train('lightgbm', { num_leaves: 7 })))).toBe(7);
    expect(Math.max(...leafCounts(train('xgboost', { max_depth: 3, min_child_weight: 0 })))).toBe(8);
    expect(leafCounts(train('catboost', { max_depth: 4 })).every((count) => count === 16)).toBe(true);
  });

  it('split all nodes of a level alike when they are symmetric', () => {
    const { forest } = train('catboost', { n_estimators: 1, max_depth: 3 });
    const splits = [[0], [1, 2], [3, 4, 5, 6]].map(
      (nodes) => new Set(nodes.map((node) => `${forest.feature[node]} ${forest.threshold[node]}`)),
    );

    expect(splits.map((each) => each.size)).toEqual([1, 1, 1]);
    expect(forest.feature.slice(7).every((feature) => feature === -1)).toBe(true);
  });

  it('have leaves of the weight that is asked for', () => {
    const { forest } = train('xgboost', { min_child_weight: 12 });

    expect(Math.min(...forest.cover)).toBeGreaterThanOrEqual(12);
  });

  it('have only splits that gain what is asked for', () => {
    const { forest } = train('xgboost', { gamma: 2 });
    const gains = forest.gain.filter((gain) => gain > 0);

    expect(gains.length).toBeGreaterThan(0);
    expect(Math.min(...gains)).toBeGreaterThanOrEqual(2);
  });

  it('use a share of the features each', () => {
    const { forest } = train('xgboost', { n_estimators: 1, colsample_bytree: 0.34, min_child_weight: 0 });

    expect(new Set(forest.feature.filter((feature) => feature >= 0)).size).toBe(2);
  });
});

describe('early stopping', () => {
  it('keeps the trees that predict the validation rows best', () => {
    const rows = rowsBetween(0, 400);
    const validation = { rows: rowsBetween(400, 600) };
    const raw = { n_estimators: 300, learning_rate: 0.3 };
    const stopped = train('xgboost', { ...raw, early_stopping_rounds: 10 }, { rows, validation });
    const whole = train('xgboost', { ...raw, n_estimators: 60 }, { rows });

    const label = market.label.slice(400, 600);
    const counts = Array.from({ length: 60 }, (_, i) => i + 1);
    const losses = predictPrefixes(whole, binnedTable(), validation.rows, counts).map((scores) =>
      logLoss(label, scores),
    );
    const until = losses.slice(0, treeCount(stopped) + 10);
    expect(treeCount(stopped)).toBeLessThan(50);
    expect(until.indexOf(Math.min(...until)) + 1).toBe(treeCount(stopped));
  });
});

describe('importances', () => {
  it('name the features that the label leans on', () => {
    const model = train('xgboost', { n_estimators: 40, max_depth: 3 });
    const gains = gainImportance(model);
    const negativeLoss = (label: Float64Array, scores: Float64Array): number => -logLoss(label, scores);
    const falls = permutationImportance(
      model,
      { binned: binnedTable(), rows: trainRows, label: market.label },
      negativeLoss,
      1,
    );

    expect(gains.map(({ feature }) => feature)).toEqual(table.names);
    expect(gains.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 12);
    for (const shares of [gains, falls]) {
      expect(shares[0]?.importance).toBe(Math.max(...shares.map(({ importance }) => importance)));
    }
  });
});

function binnedTableOf(features: typeof table): ReturnType<typeof binnedTable> {
  return binFeatures(features, fitBins(features, trainRows, 255));
}

function leafCounts({ forest }: Model): readonly number[] {
  return Array.from(forest.roots, (root, tree) => {
    const end = forest.roots[tree + 1] ?? forest.feature.length;
    return forest.feature.slice(root, end).filter((feature) => feature === -1).length;
  });
}
