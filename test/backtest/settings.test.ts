import { describe, expect, test } from 'vitest';
import { parseSettings, type RawSettings } from '../../src/backtest/index.ts';

const defaults = { periodsPerYear: 252 };

describe('settings of a simulation', () => {
  test('have costs on unless one says zero', () => {
    expect(parseSettings({ slippageBps: null }, defaults)).toEqual({
      initialCapital: 100_000,
      commissionBps: 0,
      slippageBps: 2,
      allowShort: false,
      periodsPerYear: 252,
    });
    expect(parseSettings({ slippageBps: 0 }, defaults).slippageBps).toBe(0);
  });

  test.each<[string, RawSettings]>([
    ['initialCapital', { initialCapital: 0 }],
    ['initialCapital', { initialCapital: 1.1e12 }],
    ['initialCapital', { initialCapital: Number.NaN }],
    ['commissionBps', { commissionBps: -1e-9 }],
    ['commissionBps', { commissionBps: 10_000 }],
    ['slippageBps', { slippageBps: Number.POSITIVE_INFINITY }],
    ['periodsPerYear', { periodsPerYear: 0 }],
    ['periodsPerYear', { periodsPerYear: 1e308 }],
  ])('are refused out of range, naming %s', (name, raw) => {
    expect(() => parseSettings(raw, defaults)).toThrow(`${name} must be a number`);
  });

  test('are accepted at the ends of their ranges', () => {
    const edge = {
      initialCapital: 1e12,
      commissionBps: 9999.99,
      slippageBps: -0,
      periodsPerYear: 1e6,
      allowShort: true,
    };

    expect(parseSettings(edge, defaults)).toEqual({ ...edge, slippageBps: 0 });
  });
});
