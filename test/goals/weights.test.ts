import { describe, expect, it } from 'vitest';
import { DomainError, decimal } from '../../src/core/index.ts';
import {
  cashTarget,
  MAX_WEIGHTS,
  parseWeights,
  storedWeights,
  targetsOf,
  type WeightInput,
  weightsText,
} from '../../src/goals/weights.ts';

function given(weights: Readonly<Record<string, unknown>>): readonly WeightInput[] {
  return Object.entries(weights).map(([symbol, weight]) => ({ symbol, weight }));
}

function refusal(weights: readonly WeightInput[]): DomainError {
  try {
    parseWeights(weights);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('The weights were taken.');
}

describe('weights are taken', () => {
  it.each([
    ['that add up to 1', { SPY: 0.6, QQQ: 0.3, IEF: 0.1 }, '0'],
    ['ten times 0.1', Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`S${i}`, 0.1])), '0'],
    ['three thirds of 16 digits', { A: 1 / 3, B: 1 / 3, C: 1 / 3 }, '0.00000001'],
    ['two thirds and one, which are a little more than 1', { A: 0.666667, B: 0.333334 }, '0'],
    ['that leave a part to cash', { SPY: 0.5, QQQ: '0.499' }, '0.001'],
    ['that name cash', { SPY: '0.6', CASH: '0.4' }, '0.4'],
    ['of cash alone', { CASH: 1 }, '1'],
    ['of 0 and of 1', { SPY: 1, QQQ: 0 }, '0'],
    ['of symbols that are names of methods', { constructor: 0.5, toString: 0.25 }, '0.25'],
  ])('%s', (_name, weights, cash) => {
    const parsed = parseWeights(given(weights));

    expect(cashTarget(targetsOf(parsed)).toFixed()).toBe(cash);
    expect(storedWeights(weightsText(parsed))).toEqual(parsed);
  });

  it('in upper case', () => {
    expect([...parseWeights(given({ spy: 0.5 }))]).toEqual([['SPY', decimal('0.5')]]);
  });
});

describe('weights are refused', () => {
  it.each([
    ['1.0001', { SPY: 0.6, QQQ: 0.4001 }],
    ['2', { SPY: 1, QQQ: 1 }],
    ['1.1', { SPY: 1, CASH: 0.1 }],
    ['1.000002', { SPY: 1, QQQ: '0.000002' }],
  ])('that add up to %s, showing that', (sum, weights) => {
    const { code, message, fields, facts } = refusal(given(weights));

    expect(code).toBe('VALIDATION');
    expect(message).toContain(`add up to ${sum}.`);
    expect(fields[0]?.path).toEqual(['targetWeights']);
    expect(facts).toEqual({ limit: 1, observed: Number(sum) });
  });

  it.each([
    ['below 0', 'SPY', -0.1],
    ['barely below 0', 'SPY', '-0.00000001'],
    ['above 1', 'SPY', 1.0000001],
    ['that are no number', 'SPY', Number.NaN],
    ['that are said to be none', 'SPY', 'NaN'],
    ['without end', 'SPY', Number.POSITIVE_INFINITY],
    ['with an exponent', 'SPY', '1e-1'],
    ['of 41 characters', 'SPY', `0.${'1'.repeat(39)}`],
    ['that are nothing', 'SPY', null],
    ['that are objects', 'SPY', {}],
    ['of what is no symbol', '../SPY', 0.1],
    ['of a look-alike', 'ЅPY', 0.1],
    ['of a prototype', '__proto__', 0.1],
    ['of nothing', '', 0.1],
    ['of a formula', '=1+1', 0.1],
  ])('%s, naming the symbol', (_name, symbol, weight) => {
    const { code, fields } = refusal([{ symbol, weight }]);

    expect(code).toBe('VALIDATION');
    expect(fields.map(({ path }) => path)).toEqual([
      ['targetWeights', '0', expect.stringMatching(/^(symbol|weight)$/)],
    ]);
  });

  it('that name a symbol twice, in whatever case', () => {
    const { message, fields } = refusal(given({ SPY: 0.1, spy: 0.1, QQQ: 0.1 }));

    expect(message).toContain('SPY must have one weight');
    expect(fields.map(({ path }) => path)).toEqual([['targetWeights', '1', 'symbol']]);
  });

  it('that are none, or more than anybody has', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ symbol: `S${index}`, weight: 0 }));

    expect(refusal([]).fields[0]?.path).toEqual(['targetWeights']);
    expect(refusal(many).facts).toEqual({ limit: MAX_WEIGHTS, observed: 10_000 });
    expect(parseWeights(many.slice(0, MAX_WEIGHTS)).size).toBe(MAX_WEIGHTS);
  });

  it('with everything that is wrong at once', () => {
    const { fields } = refusal(given({ SPY: -1, 'BRK.B': 2, QQQ: 0.1 }));

    expect(fields.map(({ path }) => path.join('|'))).toEqual(['targetWeights|0|weight', 'targetWeights|1|weight']);
  });
});
