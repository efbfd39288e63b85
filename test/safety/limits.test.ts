import { describe, expect, it } from 'vitest';
import { DomainError, decimal, decimalText, MAX_DECIMAL } from '../../src/core/index.ts';
import { defaultSettings, LIMITS, type LimitRule } from '../../src/safety/index.ts';
import { shownLimit } from '../../src/safety/limits.ts';
import { parseSafetyChanges, type SafetyLimitsInput } from '../../src/safety/limits-input.ts';

/** The ranges and defaults as the documentation promises them, a second time. */
const PROMISED: Readonly<Record<string, readonly [smallest: string, greatest: string, standard: string | null]>> = {
  maxDailyTrades: ['0', '1000000', '10'],
  maxOrdersPerMinute: ['1', '100000', '30'],
  maxOrderValue: ['0.00000001', MAX_DECIMAL, null],
  maxPositionPct: ['0.00000001', '10', '0.1'],
  maxDailyLossPct: ['0.00000001', '1', '0.05'],
  maxDrawdownPct: ['0.00000001', '1', '0.2'],
  priceCollarPct: ['0.00000001', '1', '0.05'],
  largeOrderThreshold: ['0', MAX_DECIMAL, '10000'],
};

const stepOf = ({ kind }: LimitRule): string => (kind === 'integer' ? '1' : '0.00000001');

function parsed(input: SafetyLimitsInput): Readonly<Record<string, string | number | null>> {
  return Object.fromEntries([...parseSafetyChanges(input).limits].map(([key, value]) => [key, shownLimit(value)]));
}

function pathsOf(input: object): readonly string[] {
  try {
    parseSafetyChanges(input);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.code).toBe('VALIDATION');
    return error.fields.map(({ path }) => path.join('.'));
  }
}

describe('the table of limits', () => {
  it('has every limit once, with the ranges and defaults that are promised', () => {
    const table = LIMITS.map((rule) => [rule.key, [rule.min, rule.max, rule.default]]);

    expect(Object.fromEntries(table)).toEqual(PROMISED);
    expect(table).toHaveLength(Object.keys(PROMISED).length);
  });

  it('makes the defaults', () => {
    const settings = defaultSettings(7);
    const defaults = LIMITS.map(({ key, kind }) => [
      key,
      kind === 'integer' ? settings[key] : shownLimit(settings[key]),
    ]);

    expect(settings).toMatchObject({ ownerId: 7, state: 'active', epoch: 0, paperMode: true, updatedAt: null });
    expect(Object.fromEntries(defaults)).toEqual({
      maxDailyTrades: 10,
      maxOrdersPerMinute: 30,
      maxOrderValue: null,
      maxPositionPct: '0.1',
      maxDailyLossPct: '0.05',
      maxDrawdownPct: '0.2',
      priceCollarPct: '0.05',
      largeOrderThreshold: '10000',
    });
  });
});

describe.each(LIMITS)('$key', (rule) => {
  it('takes both ends of its range, as a text and as a number', () => {
    for (const end of [rule.min, rule.max]) {
      const expected = rule.kind === 'integer' ? Number(end) : end;

      expect(parsed({ [rule.key]: end })).toEqual({ [rule.key]: expected });
      expect(parsed({ [rule.key]: Number(end) })).toEqual({ [rule.key]: expected });
    }
  });

  it('refuses what is one step beyond either end', () => {
    const step = stepOf(rule);
    const beyond = [decimalText(decimal(rule.min).minus(step)), decimalText(decimal(rule.max).plus(step))];

    expect(beyond.map((value) => pathsOf({ [rule.key]: value }))).toEqual([[rule.key], [rule.key]]);
  });

  it('takes null only where there may be none', () => {
    expect(pathsOf({ [rule.key]: null })).toEqual(rule.nullable ? [] : [rule.key]);
  });

  it.each([
    ['a word', 'abc'],
    ['nothing', ''],
    ['an exponent', '1e-1'],
    ['too many places', '0.123456789'],
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a truth value', true],
    ['a list', ['1']],
    ['an object', {}],
  ])('refuses %s', (_what, value) => {
    expect(pathsOf({ [rule.key]: value })).toEqual([rule.key]);
  });
});

describe('changes of the settings', () => {
  it('names every wrong field at once, unknown ones too', () => {
    const everything = Object.fromEntries(LIMITS.map(({ key }) => [key, 'abc']));

    const paths = pathsOf({ ...everything, paperMode: 'yes', state: 'halted', reason: 7, maxTrades: 1, __proto__x: 2 });

    expect(paths.toSorted()).toEqual(
      [...LIMITS.map(({ key }) => key), 'paperMode', 'state', 'reason', 'maxTrades', '__proto__x'].toSorted(),
    );
  });

  it('knows names only as names of their own', () => {
    expect(pathsOf(JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}'))).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
  });

  it('says what was expected and what was found', () => {
    expect(() => parseSafetyChanges({ maxDailyTrades: -1, maxPositionPct: '10.1' })).toThrow(
      'maxDailyTrades must be a whole number from 0 to 1000000; it is -1. maxPositionPct must be a fraction from 0.00000001 to 10 with at most 8 decimals; it is "10.1".',
    );
  });

  it('refuses half a trade, and reads −0 as 0', () => {
    expect(pathsOf({ maxDailyTrades: 1.5 })).toEqual(['maxDailyTrades']);
    expect(Object.is(parseSafetyChanges({ maxDailyTrades: -0 }).limits.get('maxDailyTrades'), 0)).toBe(true);
  });

  it('leaves out what is undefined, and takes a reason of null as none', () => {
    const changes = parseSafetyChanges({ maxDailyTrades: undefined, paperMode: undefined, reason: null });

    expect(changes).toEqual({ limits: new Map(), paperMode: null, state: null, reason: null });
  });

  it('refuses null for the mode and the state, and a reason of more than 1,000 characters', () => {
    expect(pathsOf({ paperMode: null, state: null, reason: 'x'.repeat(1_001) })).toEqual([
      'paperMode',
      'state',
      'reason',
    ]);
    expect(pathsOf({ reason: 'x'.repeat(1_000) })).toEqual([]);
  });
});
