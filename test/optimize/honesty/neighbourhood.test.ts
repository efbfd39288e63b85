import { describe, expect, it } from 'vitest';
import { gridEdge, type Neighbourhood, stability } from '../../../src/optimize/honesty/neighbourhood.ts';

const SPACE = {
  short: [20, 5, 10],
  long: [50, 100, 200, 400],
  kind: ['sma', 'ema'],
  exit: [null, 0, 1, 2],
  bound: [0, 1],
};

function trial(short: number, long: number, meanSharpe: number, rest: object = {}) {
  return { params: { short, long, kind: 'sma', exit: null, bound: 0, ...rest }, meanSharpe };
}

function around(winner: Neighbourhood['winner'], others: Neighbourhood['trials']): Neighbourhood {
  return { space: SPACE, trials: [winner, ...others], winner };
}

describe('the stability of the winner', () => {
  it('is the mean of those one step away on one numeric axis, as a share of the winner', () => {
    const winner = trial(10, 100, 2);
    const near = [trial(5, 100, 1.5), trial(20, 100, 1), trial(10, 50, 1), trial(10, 200, 0.5)];
    const far = [
      trial(5, 50, -9), // two axes
      trial(10, 400, -9), // two steps
      trial(10, 100, -9, { kind: 'ema' }), // names have no order
      trial(10, 100, -9, { exit: 0 }), // nor has what is not a number
    ];

    expect(stability(around(winner, [...near, ...far]))).toBe(0.5);
  });

  it('counts the neighbours that have a rank only', () => {
    expect(stability(around(trial(5, 50, 2), [trial(10, 50, 1)]))).toBe(0.5);
  });

  it('is negative when they lose, and 1 on a plateau', () => {
    expect(stability(around(trial(5, 50, 1), [trial(10, 50, -2)]))).toBe(-2);
    expect(stability(around(trial(5, 50, 1), [trial(10, 50, 1)]))).toBe(1);
  });

  it('is undefined without neighbours and without a positive winner', () => {
    expect(stability(around(trial(5, 50, 1), []))).toBeNull();
    expect(stability(around(trial(5, 50, 0), [trial(10, 50, 0)]))).toBeNull();
    expect(stability(around(trial(5, 50, -1), [trial(10, 50, -2)]))).toBeNull();
  });

  it('follows the steps of a range, and knows none in a continuous one', () => {
    const space = { x: { min: 0.1, max: 1, step: 0.1 }, y: { min: 1, max: 100, log: true } };
    const winner = { params: { x: 0.3, y: 7 }, meanSharpe: 2 };
    const trials = [
      { params: { x: 0.1 + 0.1, y: 7 }, meanSharpe: 1 },
      { params: { x: 0.1 + 3 * 0.1, y: 7 }, meanSharpe: 2 },
      { params: { x: 0.5, y: 7 }, meanSharpe: -9 },
      { params: { x: 0.3, y: 8 }, meanSharpe: -9 },
    ];

    expect(stability({ space, trials, winner })).toBe(0.75);
  });

  it('takes as long as there are trials: the values of a list are not put in order for each of them', () => {
    let reads = 0;
    const values = Array.from({ length: 10_000 }, (_, place) => 10_000 - place);
    const counted = new Proxy(values, {
      get: (list, key): unknown => {
        reads += 1;
        return Reflect.get(list, key);
      },
    });
    const trials = values.map((x) => ({ params: { x, y: 1 }, meanSharpe: x / 10_000 }));
    const winner = { params: { x: 10_000, y: 1 }, meanSharpe: 1 };

    expect(stability({ space: { x: counted, y: [1] }, trials, winner })).toBe(0.9999);
    expect(reads).toBeLessThan(2 * values.length);
  });

  it('does not take for a neighbour what differs in a parameter that was not searched', () => {
    const winner = { params: { x: 1, other: 1 }, meanSharpe: 1 };
    const trials = [winner, { params: { x: 1, other: 2 }, meanSharpe: 1 }];

    expect(stability({ space: { x: [1, 2] }, trials, winner })).toBeNull();
  });
});

describe('the edge of the grid', () => {
  const edge = (params: Neighbourhood['winner']['params'], space: Neighbourhood['space'] = SPACE) =>
    gridEdge({ space, winner: { params, meanSharpe: 1 } });

  it('names the numeric axes of which the winner has the smallest or largest value', () => {
    expect(edge({ short: 20, long: 50, kind: 'sma', exit: 1, bound: 0 })).toEqual(['short', 'long']);
    expect(edge({ short: 10, long: 400, kind: 'ema', exit: 2, bound: 1 })).toEqual(['long', 'exit']);
    expect(edge({ short: 10, long: 100, kind: 'sma', exit: null, bound: 0 })).toEqual([]);
  });

  it('takes the outer hundredth of a continuous range for its edge', () => {
    const space = { x: { min: 0, max: 10 }, y: { min: 1, max: 10_000, log: true } };

    expect(edge({ x: 0.1, y: 100 }, space)).toEqual(['x']);
    expect(edge({ x: 0.11, y: 1.09 }, space)).toEqual(['y']);
    expect(edge({ x: 9.95, y: 1.2 }, space)).toEqual(['x']);
    expect(edge({ x: 5, y: 9999 }, space)).toEqual(['y']);
  });

  it('takes the first and the last step of a range', () => {
    const space = { x: { min: 0.1, max: 0.7, step: 0.1 }, y: { min: 1, max: 2, step: 1 } };

    expect(edge({ x: 0.1, y: 1 }, space)).toEqual(['x']);
    expect(edge({ x: 0.1 + 6 * 0.1, y: 2 }, space)).toEqual(['x']);
    expect(edge({ x: 0.2, y: 1 }, space)).toEqual([]);
  });
});
