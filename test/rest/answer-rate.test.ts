import { describe, expect, it } from 'vitest';
import { AnswerRate } from '../../src/rest/answer-rate.ts';

/** A loop whose times are set by hand. */
function setUp() {
  const times = { now: 1000, idle: 500 };
  const rate = new AnswerRate(() => ({ ...times }));
  const pass = (ms: number, idle: number, answers: number): void => {
    for (let answer = 0; answer < answers; answer += 1) rate.count();
    times.now += ms;
    times.idle += idle;
  };
  return { rate, pass };
}

describe('the rate of answers', () => {
  it('is what was answered in a window without time to spare, and the mean of two such windows', () => {
    const { rate, pass } = setUp();
    expect(rate.perMs()).toBeNull();
    pass(200, 19, 40);
    expect(rate.perMs()).toBe(0.2);

    pass(199, 0, 0);
    expect(rate.perMs()).toBe(0.2);
    pass(201, 0, 20);
    expect(rate.perMs()).toBeCloseTo((0.2 + 20 / 400) / 2);
  });

  it('is not known while the loop has time to spare', () => {
    const { rate, pass } = setUp();
    pass(200, 0, 40);
    expect(rate.perMs()).toBe(0.2);

    pass(200, 20, 40);
    expect(rate.perMs()).toBeNull();
    pass(200, 0, 10);
    expect(rate.perMs()).toBe(0.05);
  });
});
