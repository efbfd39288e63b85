/** Owners of parameters and spaces that the tests of the search are about. */
import * as fc from 'fast-check';
import { DomainError } from '../../src/core/index.ts';
import { type ParameterSpace, parseSpace, type SearchMethod } from '../../src/optimize/search/index.ts';
import type { ParameterOwner, ParameterSpec, Parameters } from '../../src/strategies/index.ts';

const kind: ParameterSpec = {
  name: 'kind',
  type: 'enum',
  description: 'A word.',
  default: 'sma',
  nullable: false,
  values: ['sma', 'ema', 'wma'],
};

export interface SearchOwner extends ParameterOwner {
  readonly defaultGrid: ParameterSpace;
}

/** An owner of two integers, a number, a nullable number and a word; `problem` of none unless given. */
export function owner(problem: (params: Parameters) => boolean = () => false): SearchOwner {
  return {
    name: 'toy',
    parameters: [integer('short'), integer('long'), number('threshold'), { ...number('exit'), nullable: true }, kind],
    defaultGrid: { short: [1, 2], long: [3, 4] },
    problem: (params) => (problem(params) ? { parameter: 'short', message: 'short must suit long.' } : null),
  };
}

/** As momentum: short must be smaller than long. */
export const ordered = owner((params) => Number(params['short']) >= Number(params['long']));

function integer(name: string): ParameterSpec {
  return {
    name,
    type: 'integer',
    description: 'An integer.',
    default: 5,
    nullable: false,
    minimum: 1,
    maximum: 1_000_000_000,
  };
}

function number(name: string): ParameterSpec {
  return {
    name,
    type: 'number',
    description: 'A number.',
    default: 0,
    nullable: false,
    minimum: -1e308,
    maximum: 1e308,
  };
}

/** Parses a space without a limit that matters. */
export function spaceOf(
  raw: object,
  { of = owner(), method = 'tpe' }: { readonly of?: SearchOwner; readonly method?: SearchMethod } = {},
): ParameterSpace {
  return parseSpace(of, raw, { method, maxCombinations: 10_000 });
}

/** What `run` is refused with. */
export function refusalOf(run: () => unknown): DomainError {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

/** Finite spaces of at most 1,080 combinations, every kind of axis among them. */
export const finiteSpaces: fc.Arbitrary<object> = fc.record(
  {
    short: fc.oneof(distinct(fc.integer({ min: 1, max: 12 })), integerRange(), logRange()),
    long: fc.oneof(distinct(fc.integer({ min: 1, max: 12 })), integerRange()),
    threshold: fc.oneof(
      distinct(fc.constantFrom(0, 0.01, -0.5, 3)),
      fc.constantFrom({ min: 0.1, max: 0.5, step: 0.1 }, { min: -1, max: 0, step: 0.25 }),
    ),
    exit: distinct(fc.constantFrom(null, 0, 1)),
    kind: distinct(fc.constantFrom('sma', 'ema', 'wma')),
  },
  { requiredKeys: [] },
);

/** As the finite ones, with a continuous axis. */
export const continuousSpaces: fc.Arbitrary<object> = fc
  .tuple(
    finiteSpaces,
    fc.constantFrom({ min: -2, max: 5 }, { min: 1e-6, max: 10, log: true }, { min: -1e308, max: 1e308 }),
  )
  .map(([space, threshold]) => ({ ...space, threshold }));

function distinct<Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> {
  return fc.uniqueArray(values, { minLength: 1, maxLength: 3 });
}

function integerRange() {
  return fc
    .record({ min: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 2, max: 9 }), step: fc.constantFrom(1, 2) })
    .map(({ min, width, step }) => (step === 1 ? { min, max: min + width } : { min, max: min + width, step }));
}

function logRange() {
  return fc.integer({ min: 2, max: 9 }).map((max) => ({ min: 1, max, log: true }));
}
