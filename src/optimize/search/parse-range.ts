/** One range `{min, max, step?, log?}` from outside, checked against the parameter that it is for. */
import { abbreviated, type FieldError, shown } from '../../core/index.ts';
import { type ParameterSpec, parseParameterValue, valueError } from '../../strategies/index.ts';
import type { SearchMethod } from './method.ts';
import { type RangeAxis, rangeLength } from './range.ts';
import type { Axis } from './space.ts';

const MEMBERS = ['min', 'max', 'step', 'log'];

/** A continuous range holds at least 2^32 different doubles: it is no narrower than this share of its values … */
const LEAST_WIDTH = 2 ** -20;
/** … and its values are not among the smallest doubles, which are coarse. */
const LEAST_SCALE = 1e-290;

/** Smaller steps, as a share of the values, would fall between two doubles. */
const LEAST_STEP = 2 ** -50;

/** Where the range stands in the input, and what it is for. */
interface RangeContext {
  readonly path: readonly string[];
  readonly method: SearchMethod;
}

/** Checks a range. Integers without a step get the step 1; a range of one value becomes a list. */
export function parseRange(
  spec: ParameterSpec,
  raw: object,
  { path, method }: RangeContext,
): { readonly axis: Axis } | { readonly errors: readonly FieldError[] } {
  const members = new Map<string, unknown>(Object.entries(raw));
  const shape = shapeError(spec, members);
  if (shape !== null) return { errors: [{ path: [...path, ...shape.below], message: shape.message }] };
  const min = parseParameterValue(spec, members.get('min'));
  const max = parseParameterValue(spec, members.get('max'));
  if (typeof min !== 'number' || typeof max !== 'number') {
    return {
      errors: [
        ...(typeof min === 'number' ? [] : [valueError(spec, members.get('min'), [...path, 'min'])]),
        ...(typeof max === 'number' ? [] : [valueError(spec, members.get('max'), [...path, 'max'])]),
      ],
    };
  }
  const step = members.get('step') ?? undefined;
  const log = members.get('log') ?? false;
  const wrong =
    orderProblem(spec.name, min, max) ??
    stepProblem(spec, step, { min, max }) ??
    logProblem(spec.name, log, { min, method });
  if (wrong !== null) return { errors: [{ path: [...path, wrong.member], message: wrong.message }] };
  if (min === max) return { axis: [min] };
  const range = completed(spec, { min, max, step, log });
  const problem = lengthProblem(spec.name, range, method);
  return problem === null ? { axis: range } : { errors: [{ path, message: problem }] };
}

interface MemberProblem {
  readonly member: string;
  readonly message: string;
}

function shapeError(
  spec: ParameterSpec,
  members: ReadonlyMap<string, unknown>,
): { readonly message: string; readonly below: readonly string[] } | null {
  if (spec.type === 'enum')
    return { message: `${spec.name} takes words; give a list of them, not a range.`, below: [] };
  const unknown = Array.from(members.keys()).find((key) => !MEMBERS.includes(key));
  if (unknown === undefined) return null;
  const message = `${spec.name} is a range with ${shown(unknown)}; a range has ${MEMBERS.join(', ')}.`;
  return { message, below: [abbreviated(unknown)] };
}

function orderProblem(name: string, min: number, max: number): MemberProblem | null {
  if (min <= max) return null;
  return { member: 'min', message: `${name} has min ${min} above max ${max}.` };
}

function stepProblem(
  spec: ParameterSpec,
  step: unknown,
  { min, max }: { readonly min: number; readonly max: number },
): MemberProblem | null {
  if (step === undefined) return null;
  const isStep = typeof step === 'number' && step > 0 && step <= max - min;
  if (isStep && (spec.type === 'number' || Number.isInteger(step))) return null;
  const kind = spec.type === 'integer' ? 'an integer' : 'a number';
  const message = `The step of ${spec.name} must be ${kind} above 0 and at most max − min (${max - min}), found ${shown(step)}.`;
  return { member: 'step', message };
}

function logProblem(
  name: string,
  log: unknown,
  { min, method }: { readonly min: number; readonly method: SearchMethod },
): MemberProblem | null {
  const problem = (message: string) => ({ member: 'log', message });
  if (typeof log !== 'boolean') return problem(`The log of ${name} must be true or false, found ${shown(log)}.`);
  if (!log) return null;
  if (min <= 0) return problem(`${name} has log with min ${min}; a logarithm needs a min above 0.`);
  if (method !== 'grid') return null;
  return problem(`${name} has log, which has no meaning with method grid: every value is tried. Leave it out.`);
}

function completed(
  spec: ParameterSpec,
  {
    min,
    max,
    step,
    log,
  }: { readonly min: number; readonly max: number; readonly step: unknown; readonly log: unknown },
): RangeAxis {
  const distance = typeof step === 'number' ? step : spec.type === 'integer' ? 1 : undefined;
  return {
    min,
    max,
    ...(distance === undefined ? {} : { step: distance }),
    ...(log === true ? { log } : {}),
  };
}

/** Why the values of a range cannot be told apart, counted, or listed by a grid. */
function lengthProblem(name: string, range: RangeAxis, method: SearchMethod): string | null {
  const { min, max, step } = range;
  const scale = Math.max(Math.abs(min), Math.abs(max));
  if (step !== undefined) {
    const isTooFine = step < LEAST_STEP * scale || !Number.isSafeInteger(rangeLength(range));
    return isTooFine ? `${name} has more values than can be told apart; give a larger step than ${step}.` : null;
  }
  if (method === 'grid') {
    return `${name} is a range without a step, which a grid cannot list; give a step, or choose method random or tpe.`;
  }
  const isNarrow = max - min < LEAST_WIDTH * Math.max(scale, LEAST_SCALE);
  return isNarrow ? `${name} is a range from ${min} to ${max}, too narrow to draw from; give a list or a step.` : null;
}
