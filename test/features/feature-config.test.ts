/** Configurations of features, and what is wrong with them. */
import { describe, expect, it } from 'vitest';
import type { DomainError } from '../../src/core/index.ts';
import { FEATURE_FAMILIES, parseFeatureConfig, warmUpBars } from '../../src/features/index.ts';

const one = { symbols: 1 };
const names = (raw: unknown, symbols = 1) => parseFeatureConfig(raw, { symbols }).features.map(({ name }) => name);

describe('a configuration', () => {
  it('is everything that fits the symbols when nothing was asked', () => {
    const config = parseFeatureConfig(undefined, one);

    expect(config).toMatchObject({ horizon: 1, label: 'direction' });
    expect(new Set(config.features.map(({ family }) => family))).toEqual(
      new Set(FEATURE_FAMILIES.map(({ name }) => name).filter((name) => name !== 'relative_strength')),
    );
    expect(names(null, 2)).toContain('relative_strength_20');
    expect(warmUpBars(config)).toBe(103);
  });

  it('takes names, which have their defaults, in the order of the registry', () => {
    expect(names({ features: ['rsi', 'log_return'] })).toEqual([
      ...[1, 2, 5, 10, 20].map((window) => `log_return_${window}`),
      'rsi_14',
    ]);
  });

  it('takes parameters, values or lists, and every combination of them', () => {
    expect(names({ features: { rsi: { window: [7, 14, 7] }, weekday: {}, macd: { fast: [5, 8], slow: 20 } } })).toEqual(
      ['rsi_7', 'rsi_14', 'macd_5_20_9', 'macd_8_20_9', 'weekday'],
    );
  });

  it.each([
    ['no object', 5, 'featureConfig', /must be an object with features, horizon, label; found 5/],
    ['another member', { feature: [] }, 'featureConfig.feature', /has no member "feature"/],
    ['a horizon of 0', { horizon: 0 }, 'featureConfig.horizon', /integer from 1 to 250 bars, found 0/],
    ['a horizon too far', { horizon: 251 }, 'featureConfig.horizon', /found 251/],
    ['another label', { label: 'luck' }, 'featureConfig.label', /one of direction, return, found "luck"/],
    [
      'an unknown feature',
      { features: ['rsi', 'moon'] },
      'featureConfig.features.1',
      /no feature "moon"; there are log_return/,
    ],
    [
      'a name of the prototype',
      { features: { constructor: {} } },
      'featureConfig.features.constructor',
      /no feature "constructor"/,
    ],
    ['a feature twice', { features: ['rsi', 'rsi'] }, 'featureConfig.features.1', /name "rsi" twice/],
    ['no features', { features: [] }, 'featureConfig.features', /1 to 200 features; this configuration has 0/],
    [
      'features that are no list',
      { features: 'all' },
      'featureConfig.features',
      /list of names or an object by name, found "all"/,
    ],
    [
      'an unknown parameter',
      { features: { rsi: { windw: 5 } } },
      'featureConfig.features.rsi.windw',
      /no parameter "windw"; it has window/,
    ],
    [
      'a value out of range',
      { features: { rsi: { window: [5, 1] } } },
      'featureConfig.features.rsi.window.1',
      /at least 2 and at most 1000, found 1/,
    ],
    [
      'no object of parameters',
      { features: { rsi: 5 } },
      'featureConfig.features.rsi',
      /object of parameters, found 5/,
    ],
    [
      'parameters that do not go together',
      { features: { macd: { fast: 30 } } },
      'featureConfig.features.macd.fast',
      /fast 30 must be smaller than slow 26/,
    ],
    [
      'a comparison of one symbol',
      { features: ['relative_strength'] },
      'featureConfig.features.0',
      /at least 2; found 1/,
    ],
    [
      'a thousand windows',
      { features: { rsi: { window: Array.from({ length: 999 }, (_, i) => i + 2) } } },
      'featureConfig.features.rsi',
      /more than 200 combinations/,
    ],
  ])('is refused for %s', (_what, raw, path, message) => {
    let refusal: DomainError | undefined;
    try {
      parseFeatureConfig(raw, one);
    } catch (error) {
      refusal = error as DomainError;
    }

    expect(refusal?.code).toBe('VALIDATION');
    expect(refusal?.fields.map((field) => field.path.join('.'))).toEqual([path]);
    expect(refusal?.message).toMatch(message);
  });
});
