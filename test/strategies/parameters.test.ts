import { describe, expect, test } from 'vitest';
import { DomainError } from '../../src/core/index.ts';
import {
  builtInStrategies,
  parametersJsonSchema,
  parseParameters,
  parseParameterValue,
  StrategyRegistry,
} from '../../src/strategies/index.ts';

const registry = new StrategyRegistry(builtInStrategies);
const momentum = registry.get('momentum');
const meanReversion = registry.get('mean_reversion');

function refusal(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('parameters from outside', () => {
  test('take their defaults where they are left out', () => {
    expect(parseParameters(momentum, undefined, 'params')).toEqual({
      short_window: 20,
      long_window: 50,
      ma_type: 'sma',
      signal_threshold: 0,
    });
    expect(parseParameters(meanReversion, { window: 5 }, 'params')).toEqual({
      window: 5,
      num_std: 2,
      zscore_entry: -2,
      zscore_exit: null,
    });
  });

  test('turn minus zero into zero', () => {
    const { signal_threshold: threshold } = parseParameters(momentum, { signal_threshold: -0 }, 'params');

    expect(Object.is(threshold, 0)).toBe(true);
  });

  test.each([
    ['below its range', { short_window: 0 }, 'short_window'],
    ['above its range', { long_window: 10_001 }, 'long_window'],
    ['not whole', { short_window: 2.5 }, 'short_window'],
    ['a text', { short_window: '1e5' }, 'short_window'],
    ['not a number', { signal_threshold: Number.NaN }, 'signal_threshold'],
    ['infinite', { signal_threshold: Number.POSITIVE_INFINITY }, 'signal_threshold'],
    ['huge', { short_window: 1e308 }, 'short_window'],
    ['beyond exact integers', { short_window: 2 ** 53 + 2 }, 'short_window'],
    ['not in its enum', { ma_type: 'toString' }, 'ma_type'],
    ['null without being nullable', { long_window: null }, 'long_window'],
    ['a list', { long_window: [50] }, 'long_window'],
    ['an object', { long_window: {} }, 'long_window'],
    ['a bigint', { long_window: 50n }, 'long_window'],
  ])('are refused when %s, naming the parameter', (_, raw, name) => {
    const error = refusal(() => parseParameters(momentum, raw, 'input.params'));

    expect(error.code).toBe('VALIDATION');
    expect(error.fields.map((field) => field.path)).toEqual([['input', 'params', name]]);
    expect(error.message).toContain(name);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'unknown'])(
    'refuse the unknown name %s',
    (key) => {
      const raw: unknown = JSON.parse(`{${JSON.stringify(key)}: 5}`);

      const error = refusal(() => parseParameters(momentum, raw, 'params'));

      expect(error.fields[0]?.path).toEqual(['params', key]);
    },
  );

  test.each([[[]], ['text'], [5], [true]])('refuse %j in place of an object', (raw) => {
    expect(refusal(() => parseParameters(momentum, raw, 'params')).fields[0]?.path).toEqual(['params']);
  });

  test('report every wrong parameter at once, but at most twenty', () => {
    const two = refusal(() => parseParameters(momentum, { short_window: 0, ma_type: 'x' }, 'params'));
    const keys = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key${i}`, 1]));
    const many = refusal(() => parseParameters(momentum, keys, 'params'));

    expect(two.fields.length).toBe(2);
    expect(many.fields.length).toBe(20);
    expect(many.facts).toEqual({ errors: 1000 });
  });

  test('refuse values that make no sense together', () => {
    const error = refusal(() => parseParameters(momentum, { short_window: 50, long_window: 50 }, 'params'));

    expect(error.fields[0]?.path).toEqual(['params', 'short_window']);
    expect(error.message).toBe('short_window 50 must be smaller than long_window 50.');
  });

  test('respect exclusive bounds', () => {
    expect(() => parseParameters(meanReversion, { zscore_entry: -0 }, 'params')).toThrow('less than 0');
    expect(() => parseParameters(meanReversion, { num_std: 0 }, 'params')).toThrow('greater than 0');
    expect(parseParameters(meanReversion, { zscore_entry: -1e-9, num_std: 1e-9 }, 'params')['num_std']).toBe(1e-9);
  });
});

test('a parameter without bounds is finite all the same', () => {
  const spec = { name: 'x', type: 'number', description: 'Any number.', default: 0, nullable: false } as const;

  expect(parseParameterValue(spec, -1e300)).toBe(-1e300);
  expect(parseParameterValue(spec, Number.POSITIVE_INFINITY)).toBeUndefined();
});

describe('the JSON Schema of parameters', () => {
  test('says type, range, default and enum of each, and allows no others', () => {
    expect(parametersJsonSchema(momentum)).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: {
        short_window: { type: 'integer', minimum: 1, maximum: 10_000, default: 20 },
        ma_type: { enum: ['sma', 'ema'], default: 'sma' },
      },
    });
    expect(parametersJsonSchema(meanReversion)).toMatchObject({
      properties: { zscore_exit: { type: ['number', 'null'], default: null } },
    });
  });
});
