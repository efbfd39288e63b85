/** How soon a training hears that its job was cancelled. */
import { describe, expect, it } from 'vitest';
import { binFeatures, fitBins, MODEL_TYPES, parseModelParams } from '../../../src/models/index.ts';
import { fit } from '../../../src/optimize/tuning/fit.ts';
import { marketData } from '../../models/market-data.ts';

const ROWS = 300;
const TREES = 40;

describe.each(MODEL_TYPES)('a training of %s', (type) => {
  const { features, label } = marketData(3, ROWS, 4);
  const params = parseModelParams(type, { n_estimators: TREES }, 'params');
  const binned = binFeatures(features, fitBins(features, null, params.max_bin));
  const input = {
    ...{ modelType: type, params, objective: 'binary' as const, binned, labels: Float64Array.from(label), seed: 1 },
    fold: { train: { from: 0, to: 200 }, test: { from: 210, to: 250 }, gap: 10, symbols: 1, testBars: [] },
  } satisfies Parameters<typeof fit>[0];

  it('asks after every tree, and grows no more once it is told so', () => {
    let asked = 0;
    expect(fit(input, [TREES], () => ++asked < 0)).not.toBeNull();
    expect(asked).toBeGreaterThanOrEqual(TREES);

    asked = 0;
    expect(fit(input, [TREES], () => ++asked >= 5)).toBeNull();
    // Once more at the end, whether its model is worth anything.
    expect(asked).toBe(6);
  });
});
