/** The type `model`: what it does with what a model says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelStrategy, type Parameters, parametersJsonSchema, parseParameters } from '../../src/strategies/index.ts';

const SEED = 20_261_129;

interface Case {
  readonly values: readonly number[];
  readonly params: Record<string, number | null>;
  readonly neutral: number;
  readonly allowShort: boolean;
}

function decided({ values, params, neutral, allowShort }: Case): number[] {
  const targets = new Int8Array(values.length);
  const input = {
    bars: [],
    params: parseParameters(modelStrategy, { model_id: 7, ...params }, 'params'),
    allowShort,
    indicator: () => new Float64Array(),
    prediction: (id: number) => ({ neutral, values: Float64Array.from(id === 7 ? values : []) }),
  };
  modelStrategy.decide(input, targets);
  return [...targets];
}

/** The rule as the README tells it, with the thresholds spelt out. */
function told({ values, params, neutral, allowShort }: Case): number[] {
  const { enter_above: enter = null, exit_below: exit = null } = params;
  const buyAbove = enter ?? (exit === null ? neutral : Math.max(exit, neutral));
  const leaveAt = exit ?? (enter === null ? neutral : Math.min(enter, neutral));
  const held: number[] = [];
  for (const prediction of values) {
    const before = held.at(-1) ?? 0;
    const mirrored = 2 * neutral;
    let next = before;
    if (before === 1 && prediction <= leaveAt) next = 0;
    else if (before === -1 && prediction >= mirrored - leaveAt) next = 0;
    else if (before === 0 && prediction > buyAbove) next = 1;
    else if (before === 0 && allowShort && prediction < mirrored - buyAbove) next = -1;
    held.push(next);
  }
  return held;
}

describe('what it holds', () => {
  it('is what the rule says, whatever is predicted', () => {
    const grid = fc.integer({ min: -4, max: 4 }).map((step) => step / 16);
    fc.assert(
      fc.property(
        fc.constantFrom(0, 0.5),
        fc.array(fc.oneof(grid, fc.constant(Number.NaN)), { maxLength: 60 }),
        fc.option(grid),
        fc.option(grid),
        fc.boolean(),
        (neutral, edges, first, second, allowShort) => {
          const [exit, enter] =
            first === null || second === null ? [first, second] : [Math.min(first, second), Math.max(first, second)];
          const above = (edge: number | null) => (edge === null ? null : neutral + edge);
          const params = { enter_above: above(enter), exit_below: above(exit) };
          const one = { values: edges.map((edge) => neutral + edge), params, neutral, allowShort };
          expect(decided(one)).toEqual(told(one));
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('waits between the thresholds, and leaves before it turns', () => {
    const values = [Number.NaN, 0.52, 0.56, 0.52, 0.5, 0.3, 0.44, 0.48, 0.5, 0.9, 0.1, 0.1, 0.1];
    const params = { enter_above: 0.55, exit_below: 0.5 };

    expect(decided({ values, params, neutral: 0.5, allowShort: false })).toEqual([
      0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0,
    ]);
    expect(decided({ values, params, neutral: 0.5, allowShort: true })).toEqual([
      0, 0, 1, 1, 0, -1, -1, -1, 0, 1, 0, -1, -1,
    ]);
  });

  it('is by default whatever is likelier, and nothing when neither is', () => {
    const values = [0.6, 0.5, 0.500_000_1, 0.4];
    expect(decided({ values, params: {}, neutral: 0.5, allowShort: false })).toEqual([1, 0, 1, 0]);
    const returns = [0.001, 0, -0.001, 1e-9];
    expect(decided({ values: returns, params: {}, neutral: 0, allowShort: true })).toEqual([1, 0, -1, 0]);
  });
});

describe('its parameters', () => {
  const refusal = (raw: Parameters) => {
    try {
      return parseParameters(modelStrategy, raw, 'params');
    } catch (error) {
      return error;
    }
  };

  it('begin with the model, which has no default', () => {
    expect(refusal({})).toMatchObject({
      code: 'VALIDATION',
      fields: [
        { path: ['params', 'model_id'], message: expect.stringMatching(/model takes model_id, .* it is missing/) },
      ],
    });
    expect(refusal({ model_id: null })).toMatchObject({ fields: [{ path: ['params', 'model_id'] }] });
    expect(refusal({ model_id: 1.5 })).toMatchObject({ fields: [{ path: ['params', 'model_id'] }] });
    expect(parametersJsonSchema(modelStrategy)).toMatchObject({ required: ['model_id'], additionalProperties: false });
    expect(JSON.stringify(parametersJsonSchema(modelStrategy))).not.toContain('isRequired');
  });

  it('must leave it a way out', () => {
    expect(refusal({ model_id: 1, enter_above: 0.5, exit_below: 0.6 })).toMatchObject({
      code: 'VALIDATION',
      fields: [{ path: ['params', 'exit_below'] }],
    });
    expect(refusal({ model_id: 1, enter_above: 0.5, exit_below: 0.5 })).toEqual({
      model_id: 1,
      enter_above: 0.5,
      exit_below: 0.5,
    });
  });
});
