import { describe, expect, test } from 'vitest';
import type { BrokerOrderStatus } from '../../src/broker/index.ts';
import {
  isTerminal,
  mayBecome,
  ORDER_STATUSES,
  type OrderStatus,
  statusHeard,
  TRANSITIONS,
  WORKING_STATUSES,
} from '../../src/orders/order.ts';

const HEARD: readonly BrokerOrderStatus[] = [
  'pending',
  'accepted',
  'partially_filled',
  'filled',
  'canceled',
  'expired',
  'rejected',
];

describe('the statuses of an order', () => {
  /** Rows: from; columns in the order of ORDER_STATUSES. */
  test.each([
    //                 pending unknown submitted accepted partial filled canceled expired rejected denied
    ['pending_submit', '.      x       x         x        x       x      x        x       x        .'],
    ['unknown', '       .      .       x         x        x       x      x        x       x        .'],
    ['submitted', '     .      x       .         x        x       x      x        x       x        .'],
    ['accepted', '      .      .       .         .        x       x      x        x       x        .'],
    ['partially_filled', '.    .       .         .        .       x      x        x       .        .'],
    ['filled', '        .      .       .         .        .       .      .        .       .        .'],
    ['canceled', '      .      .       .         .        .       x      .        .       .        .'],
    ['expired', '       .      .       .         .        .       x      .        .       .        .'],
    ['rejected', '      .      .       .         .        .       x      .        .       .        .'],
    ['denied', '        .      .       .         .        .       .      .        .       .        .'],
  ] as const)('lead from %s where they should, and nowhere else', (from, row) => {
    const expected = row.trim().split(/\s+/);

    expect(ORDER_STATUSES.map((to) => (mayBecome(from, to) ? 'x' : '.'))).toEqual(expected);
  });

  test('begin with an approval, a denial, or what was found at the broker', () => {
    expect(ORDER_STATUSES.filter((status) => !mayBecome(null, status))).toEqual(['unknown']);
  });

  test('are terminal or working, and terminal ones lead to nothing but a completing fill', () => {
    const terminal = ORDER_STATUSES.filter(isTerminal);

    expect(terminal).toEqual(['filled', 'canceled', 'expired', 'rejected', 'denied']);
    expect([...WORKING_STATUSES, ...terminal].toSorted()).toEqual([...ORDER_STATUSES].toSorted());
    expect(new Set(terminal.flatMap((status) => TRANSITIONS[status]))).toEqual(new Set(['filled']));
    expect(WORKING_STATUSES.filter((status) => TRANSITIONS[status].length < 2)).toEqual([]);
  });
});

describe('what a broker says', () => {
  test('never makes an illegal transition', () => {
    const illegal = ORDER_STATUSES.flatMap((status) =>
      HEARD.map((heard) => [status, heard, statusHeard(status, heard)] as const),
    ).filter(([status, , after]) => after !== status && !mayBecome(status, after));

    expect(illegal).toEqual([]);
  });

  test('never changes what has ended', () => {
    const changed = ORDER_STATUSES.filter(isTerminal).filter((status) =>
      HEARD.some((heard) => statusHeard(status, heard) !== status),
    );

    expect(changed).toEqual([]);
  });

  test('never fills an order: only booked fills do', () => {
    const filled: readonly OrderStatus[] = ['filled', 'partially_filled'];
    const made = WORKING_STATUSES.filter((status) => !filled.includes(status)).flatMap((status) =>
      HEARD.map((heard) => statusHeard(status, heard)).filter((after) => filled.includes(after)),
    );

    expect(made).toEqual([]);
    expect(statusHeard('submitted', 'filled')).toBe('accepted');
    expect(statusHeard('unknown', 'partially_filled')).toBe('accepted');
  });

  test('that comes late takes nothing back', () => {
    expect(statusHeard('accepted', 'pending')).toBe('accepted');
    expect(statusHeard('partially_filled', 'pending')).toBe('partially_filled');
    expect(statusHeard('partially_filled', 'accepted')).toBe('partially_filled');
  });

  test('finds an order that was unknown', () => {
    expect(HEARD.map((heard) => statusHeard('unknown', heard))).toEqual([
      'submitted',
      'accepted',
      'accepted',
      'accepted',
      'canceled',
      'expired',
      'rejected',
    ]);
  });

  test('to be rejected, of an order that was partly filled, cancels the rest', () => {
    expect(statusHeard('partially_filled', 'rejected')).toBe('canceled');
    expect(statusHeard('accepted', 'rejected')).toBe('rejected');
  });
});
