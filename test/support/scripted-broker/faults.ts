import { seededRandom } from '../random.ts';
import type { Operation } from './messages.ts';

/** After which nobody can know whether the broker has done what it was asked for. */
export const DOUBTFUL_FAULTS = [
  'reset',
  'half',
  'gateway_timeout',
  'html',
  'invalid_json',
  'missing_ids',
  'other_order',
  'huge',
  'silence',
] as const;

/**
 * How the broker misbehaves. `reset`: the connection breaks without an answer. `half`: in the middle of the answer.
 * `gateway_timeout`: 504 of a proxy. `html`, `invalid_json`, `missing_ids`, `other_order`, `huge` (10 MB): an answer with 200
 * that says nothing. `silence`: none for 30 s. `throttle`: 429, never done. `late`: the connection breaks, and the
 * request is done some time later (`lateMs`). `early_fill`: the fill is told before the submission is answered, and the answer does not know of
 * it. `partial` and `overfill`: the order is filled by half, or by half more than it asked for. `duplicate_fills`: every
 * fill of a page twice.
 */
export const FAULT_KINDS = [
  ...DOUBTFUL_FAULTS,
  'throttle',
  'late',
  'early_fill',
  'partial',
  'overfill',
  'duplicate_fills',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One misbehaviour. */
export interface Fault {
  readonly kind: FaultKind;
  /** Whether the broker does what it was asked for before it misbehaves; only of those that can do either. */
  readonly isDone: boolean;
}

/** The next requests of some kinds misbehave. */
export interface FaultRule {
  /** Left out: any but the stream. */
  readonly operations?: readonly Operation[];
  /** Left out: requests about any order, or none. */
  readonly clientOrderId?: string;
  /** How often; default 1. */
  readonly times?: number;
  readonly fault: Fault;
}

/** Misbehaviour at random, the same for the same seed and order of requests. */
export interface SeededFaults {
  readonly seed: number;
  /** Left out: any but the stream. */
  readonly operations?: readonly Operation[];
  /** Of one request, by kind; the rest behaves. Where it can be done or not, either is as likely. */
  readonly probabilities: Readonly<Partial<Record<FaultKind, number>>>;
}

/** Kinds in which the order is taken in any case. */
const ALWAYS_DONE = new Set<FaultKind>(['early_fill', 'partial', 'overfill', 'duplicate_fills']);
const NEVER_DONE = new Set<FaultKind>(['throttle', 'late']);

/** Decides of each request whether it misbehaves: by script first, else by seed. */
export class FaultPlan {
  #rules: { readonly rule: FaultRule; left: number }[] = [];
  #seeded: (SeededFaults & { readonly random: () => number }) | null = null;

  script(rules: readonly FaultRule[]): void {
    this.#rules.push(...rules.map((rule) => ({ rule, left: rule.times ?? 1 })));
  }

  seed(seeded: SeededFaults | null): void {
    this.#seeded = seeded === null ? null : { ...seeded, random: seededRandom(seeded.seed) };
  }

  clear(): void {
    this.#rules = [];
    this.#seeded = null;
  }

  /** The fault of the request that has just arrived; null for none. */
  next(operation: Operation, clientOrderId: string | null): Fault | null {
    const index = this.#rules.findIndex(
      ({ rule }) =>
        concerns(rule.operations, operation) &&
        (rule.clientOrderId === undefined || rule.clientOrderId === clientOrderId),
    );
    const found = this.#rules[index];
    if (found === undefined) return this.#bySeed(operation);
    found.left -= 1;
    if (found.left <= 0) this.#rules.splice(index, 1);
    return found.rule.fault;
  }

  #bySeed(operation: Operation): Fault | null {
    if (this.#seeded === null || !concerns(this.#seeded.operations, operation)) return null;
    const { random, probabilities } = this.#seeded;
    let drawn = random();
    const isDone = random() < 0.5;
    for (const kind of FAULT_KINDS) {
      drawn -= probabilities[kind] ?? 0;
      if (drawn < 0) return { kind, isDone: ALWAYS_DONE.has(kind) || (!NEVER_DONE.has(kind) && isDone) };
    }
    return null;
  }
}

function concerns(operations: readonly Operation[] | undefined, operation: Operation): boolean {
  return operations === undefined ? operation !== 'stream' : operations.includes(operation);
}
