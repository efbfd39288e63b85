import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BrokerFill, BrokerOrderStatus } from '../../src/broker/index.ts';
import { decimal, decimalText, ZERO } from '../../src/core/index.ts';
import {
  averageFillPrice,
  excessQuantity,
  fillOrder,
  type OrderFigures,
  remainingQuantity,
  unbookedFills,
} from '../../src/orders/fill-order.ts';
import { isTerminal, mayBecome, type OrderStatus, statusHeard } from '../../src/orders/order.ts';

function order(quantity: string, status: OrderStatus = 'accepted'): OrderFigures {
  return { status, quantity: decimal(quantity), filledQuantity: ZERO, filledValue: ZERO, commission: ZERO };
}

function fill(quantity: string, price = '100', executionId = 'e1'): BrokerFill {
  return {
    executionId,
    brokerOrderId: 'b1',
    clientOrderId: 'c1',
    symbol: 'AAPL',
    side: 'buy',
    quantity: decimal(quantity),
    price: decimal(price),
    commission: decimal('0.01'),
    at: new Date(0),
  };
}

describe('a fill', () => {
  test('adds up exactly, and fills the order when everything is', () => {
    const part = fillOrder(order('0.3'), fill('0.1', '33.33333333'));
    const whole = fillOrder(part, fill('0.2', '66.66666667'));

    expect(part.status).toBe('partially_filled');
    expect(decimalText(part.filledValue)).toBe('3.333333333');
    expect(whole.status).toBe('filled');
    expect(decimalText(whole.filledValue)).toBe('16.666666667');
    expect(decimalText(whole.commission)).toBe('0.02');
    expect(decimalText(averageFillPrice(whole) ?? ZERO)).toBe('55.55555556');
    expect(averageFillPrice(order('1'))).toBeNull();
  });

  test('that was on its way leaves an order as it ended, unless it completes it', () => {
    for (const status of ['canceled', 'expired', 'rejected'] as const) {
      const part = fillOrder(order('2', status), fill('1'));

      expect(part).toMatchObject({ status, filledQuantity: decimal(1) });
      expect(fillOrder(part, fill('1')).status).toBe('filled');
    }
  });

  test('comes before the answer to the order sometimes', () => {
    expect(fillOrder(order('2', 'pending_submit'), fill('1')).status).toBe('partially_filled');
    expect(fillOrder(order('2', 'unknown'), fill('2')).status).toBe('filled');
  });

  test('of more than was ordered is booked, and told', () => {
    const over = fillOrder(fillOrder(order('2'), fill('2')), fill('0.5'));

    expect(over.status).toBe('filled');
    expect(decimalText(over.filledQuantity)).toBe('2.5');
    expect(decimalText(excessQuantity(over))).toBe('0.5');
    expect(decimalText(remainingQuantity(over))).toBe('0');
    expect(decimalText(excessQuantity(order('2')))).toBe('0');
    expect(decimalText(remainingQuantity(order('2')))).toBe('2');
  });

  test('of an order that we denied is a fact too, and the order stays denied', () => {
    const denied = fillOrder(order('1', 'denied'), fill('1'));

    expect(denied).toMatchObject({ status: 'denied', filledQuantity: decimal(1) });
  });

  test('is booked once, however often it is told', () => {
    const fills = [fill('1', '1', 'a'), fill('1', '1', 'b'), fill('1', '1', 'a'), fill('1', '1', 'c')];

    expect(unbookedFills(fills, new Set(['b'])).map(({ executionId }) => executionId)).toEqual(['a', 'c']);
    expect(unbookedFills(fills, new Set(['a', 'b', 'c']))).toEqual([]);
  });
});

/** What may happen to an order, as a broker and the network make it happen. */
type Command =
  /** The broker fills a part of what is left, in thousandths of the order; the fill is told later. */
  | { readonly kind: 'execute'; readonly part: number }
  /** Some of the executions are told, in any order, again or for the first time. */
  | { readonly kind: 'tell'; readonly picks: readonly number[] }
  | { readonly kind: 'hear'; readonly heard: BrokerOrderStatus }
  | { readonly kind: 'lose answer' };

const WORDS: readonly BrokerOrderStatus[] = ['pending', 'accepted', 'partially_filled', 'filled'];
const LAST_WORDS: readonly BrokerOrderStatus[] = ['canceled', 'expired', 'rejected'];

/** A command is one number, which fast-check makes and shrinks quickly: what it is, and three small numbers of its own. */
const commands: fc.Arbitrary<readonly Command[]> = fc
  .array(fc.nat({ max: 2 ** 30 - 1 }), { minLength: 50, maxLength: 50 })
  .map((codes) => codes.map(commandOf));

function commandOf(code: number): Command {
  const [kind, a, b, c] = [code & 15, (code >> 4) & 1023, (code >> 14) & 31, (code >> 19) & 31];
  if (kind < 3) return { kind: 'execute', part: 1 + (a % 600) };
  if (kind < 9) return { kind: 'tell', picks: [a & 31, b, c].slice(a % 3) };
  if (kind < 14) return { kind: 'hear', heard: WORDS[a % WORDS.length] ?? 'pending' };
  if (kind < 15) return { kind: 'lose answer' };
  return a % 4 > 0 ? { kind: 'lose answer' } : { kind: 'hear', heard: LAST_WORDS[b % LAST_WORDS.length] ?? 'canceled' };
}

const QUANTITY = 1000;

/** Counts in whole units and knows nothing of transitions: what was told, how it ended, how far it had come. */
class Model {
  readonly #executed: number[] = [];
  readonly #told = new Set<number>();
  #ended: OrderStatus | null = null;
  #stage: 'pending_submit' | 'unknown' | 'submitted' | 'accepted' = 'pending_submit';

  get executions(): readonly number[] {
    return this.#executed;
  }

  execute(part: number): void {
    const left = QUANTITY - this.#executed.reduce((sum, quantity) => sum + quantity, 0);
    if (left > 0) this.#executed.push(Math.min(part, left));
  }

  tell(index: number): void {
    this.#told.add(index);
  }

  hear(heard: BrokerOrderStatus): void {
    if (this.#hasEnded()) return;
    if (heard === 'canceled' || heard === 'expired') this.#ended = heard;
    else if (heard === 'rejected') this.#ended = this.filled > 0 ? 'canceled' : 'rejected';
    else if (heard !== 'pending') this.#stage = 'accepted';
    else if (this.#stage !== 'accepted') this.#stage = 'submitted';
  }

  loseAnswer(): void {
    if (this.#stage !== 'accepted') this.#stage = 'unknown';
  }

  get filled(): number {
    return [...this.#told].reduce((sum, index) => sum + (this.#executed[index] ?? 0), 0);
  }

  get status(): OrderStatus {
    if (this.filled === QUANTITY) return 'filled';
    return this.#ended ?? (this.filled > 0 ? 'partially_filled' : this.#stage);
  }

  #hasEnded(): boolean {
    return this.#ended !== null || this.filled === QUANTITY;
  }
}

/** An order as the gateway keeps it: with the real functions. */
class Kept {
  figures: OrderFigures = order(String(QUANTITY), 'pending_submit');
  readonly #booked = new Set<string>();

  tell(fills: readonly BrokerFill[]): void {
    for (const told of unbookedFills(fills, this.#booked)) {
      this.#booked.add(told.executionId);
      this.figures = fillOrder(this.figures, told);
    }
  }

  hear(heard: BrokerOrderStatus): void {
    this.#become(statusHeard(this.figures.status, heard));
  }

  loseAnswer(): void {
    if (mayBecome(this.figures.status, 'unknown')) this.#become('unknown');
  }

  #become(status: OrderStatus): void {
    this.figures = { ...this.figures, status };
  }
}

function run(command: Command, model: Model, kept: Kept): void {
  switch (command.kind) {
    case 'execute':
      model.execute(command.part);
      break;
    case 'tell': {
      const known = command.picks.filter((index) => index < model.executions.length);
      for (const index of known) model.tell(index);
      kept.tell(known.map((index) => fill(String(model.executions[index]), '12.5', `e${index}`)));
      break;
    }
    case 'hear':
      model.hear(command.heard);
      kept.hear(command.heard);
      break;
    case 'lose answer':
      model.loseAnswer();
      kept.loseAnswer();
  }
}

describe('an order in any course of events', { timeout: 120_000 }, () => {
  test('agrees with a plain model after every one of 50 commands: legal, never less filled, never more than ordered', () => {
    const ends = new Map<OrderStatus, number>();

    fc.assert(
      fc.property(commands, (course) => {
        const [model, kept] = [new Model(), new Kept()];
        for (const command of course) {
          const before = kept.figures;
          run(command, model, kept);
          const problem = disagreement({ before, after: kept.figures, model, command });
          if (problem !== null) throw new Error(`After ${JSON.stringify(command)}: ${problem}`);
        }
        ends.set(kept.figures.status, (ends.get(kept.figures.status) ?? 0) + 1);
      }),
      { numRuns: 2000 },
    );

    for (const status of ['filled', 'canceled', 'expired', 'rejected', 'partially_filled'] as const) {
      expect(ends.get(status) ?? 0).toBeGreaterThan(5);
    }
  });
});

interface Step {
  readonly before: OrderFigures;
  readonly after: OrderFigures;
  readonly model: Model;
  readonly command: Command;
}

/** What is wrong after a command; null when nothing is. */
function disagreement({ before, after, model, command }: Step): string | null {
  const { status, filledQuantity, filledValue } = after;
  if (status !== model.status) return `it is ${status}, and the model ${model.status}`;
  if (!filledQuantity.eq(model.filled))
    return `${filledQuantity.toFixed()} are filled, and ${model.filled} in the model`;
  if (!filledValue.eq(model.filled * 12.5)) return `the fills are worth ${filledValue.toFixed()}`;
  if (filledQuantity.lt(before.filledQuantity) || filledQuantity.gt(QUANTITY)) return 'the filled quantity is wrong';
  if (status === before.status) return null;
  if (!mayBecome(before.status, status)) return `${before.status} may not become ${status}`;
  const isLate = command.kind === 'tell' && status === 'filled';
  return isTerminal(before.status) && !isLate ? `${before.status} is terminal` : null;
}
