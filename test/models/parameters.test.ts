import { describe, expect, it } from 'vitest';
import {
  areaUnderCurve,
  engineInfo,
  logLoss,
  MODEL_PARAMETERS,
  MODEL_TYPES,
  parseModelParams,
} from '../../src/models/index.ts';

describe.each(MODEL_TYPES)('the parameters of %s', (type) => {
  it('have the defaults that they declare', () => {
    const declared = MODEL_PARAMETERS[type].parameters.map((spec) => [spec.name, spec.default]);

    expect(parseModelParams(type, undefined, 'params')).toEqual(Object.fromEntries(declared));
  });

  it('are refused with field, value and limit', () => {
    expect(() => parseModelParams(type, { max_depth: 0 }, 'grid')).toThrow(
      /max_depth must be an integer at least 1 and at most \d+.*, found 0\./,
    );
    expect(() => parseModelParams(type, { max_bin: 256 }, 'grid')).toThrow(
      'max_bin must be an integer at least 2 and at most 255, found 256.',
    );
    expect(() => parseModelParams(type, { depth: 3 }, 'grid')).toThrow(
      `${type} has no parameter "depth"; it has n_estimators`,
    );
  });

  it('belong to an engine that says it is not the original', () => {
    expect(engineInfo(type)).toMatchObject({ name: `dunlin/${type}`, original_library: false });
    expect(engineInfo(type).not_implemented.length).toBeGreaterThan(0);
  });
});

describe('metrics', () => {
  it('are those of the textbook', () => {
    const label = Float64Array.of(0, 0, 1, 1);

    // 0.35 beats one of two, 0.8 both: 3 of 4 pairs.
    expect(areaUnderCurve(label, Float64Array.of(0.1, 0.4, 0.35, 0.8))).toBe(0.75);
    expect(areaUnderCurve(label, Float64Array.of(0.5, 0.5, 0.5, 0.5))).toBe(0.5);
    expect(areaUnderCurve(Float64Array.of(1, 1), Float64Array.of(0.1, 0.4))).toBeNull();
    expect(logLoss(label, Float64Array.of(0.5, 0.5, 0.5, 0.5))).toBeCloseTo(Math.LN2, 12);
  });
});
