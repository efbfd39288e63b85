/** The first check that denies decides: orders that violate several are told of the first. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decimal, type ErrorCode } from '../../../src/core/index.ts';
import { CHECKS } from '../../../src/orders/decision/checks.ts';
import type { DecisionView } from '../../../src/orders/decision/view.ts';
import { denialOf, NOW, viewOf } from '../../support/decision.ts';

interface Violation {
  readonly code: ErrorCode;
  readonly apply: (view: DecisionView) => DecisionView;
}

/** An agent's short sale, which is in order, and can be made to violate any number of checks at once. */
const INNOCENT = viewOf({
  request: { side: 'sell' },
  origin: { source: 'agent', sourceId: 1, actor: 'agent:1' },
});

const VIOLATIONS: readonly Violation[] = [
  { code: 'LIVE_DISABLED', apply: (view) => ({ ...view, request: { ...view.request, mode: 'live' } }) },
  {
    code: 'KILL_SWITCH_ACTIVE',
    apply: (view) => ({ ...view, settings: { ...view.settings, state: 'halted', haltCause: 'kill' } }),
  },
  { code: 'RUNAWAY', apply: (view) => ({ ...view, isStopped: true }) },
  {
    code: 'ORDER_NOT_SUPPORTED',
    apply: (view) => ({ ...view, capabilities: { ...view.capabilities, timesInForce: ['opg'] } }),
  },
  { code: 'MARKET_CLOSED', apply: (view) => ({ ...view, session: { isOpen: false, tradingDay: '2026-03-02' } }) },
  { code: 'STALE_PRICE', apply: (view) => ({ ...view, quote: { price: decimal(100), at: NOW - 3_600_000 } }) },
  {
    code: 'PRICE_COLLAR',
    apply: (view) => ({ ...view, request: { ...view.request, orderType: 'limit', limitPrice: decimal(50) } }),
  },
  { code: 'DAILY_TRADE_LIMIT', apply: (view) => ({ ...view, tradesToday: 10 }) },
  {
    code: 'RUNAWAY',
    apply: (view) => ({ ...view, recent: { ...view.recent, ofSourceAndSymbolInLastMinute: 5 } }),
  },
  { code: 'ORDER_RATE_LIMIT', apply: (view) => ({ ...view, recent: { ...view.recent, inLastMinute: 30 } }) },
  {
    code: 'ORDER_VALUE_LIMIT',
    apply: (view) => ({ ...view, settings: { ...view.settings, maxOrderValue: decimal(1) } }),
  },
  {
    code: 'POSITION_LIMIT',
    apply: (view) => ({ ...view, settings: { ...view.settings, maxPositionPct: decimal('0.00000001') } }),
  },
  { code: 'SHORT_NOT_ALLOWED', apply: (view) => ({ ...view, capabilities: { ...view.capabilities, short: false } }) },
  { code: 'INSUFFICIENT_FUNDS', apply: (view) => ({ ...view, account: { ...view.account, cash: decimal(1) } }) },
  {
    code: 'DAILY_LOSS_LIMIT',
    apply: (view) => ({ ...view, account: { ...view.account, dayStartEquity: decimal(200_000) } }),
  },
  {
    code: 'DRAWDOWN_LIMIT',
    apply: (view) => ({ ...view, account: { ...view.account, peakEquity: decimal(200_000) } }),
  },
  { code: 'DUPLICATE_ORDER', apply: (view) => ({ ...view, recent: { ...view.recent, sameAt: NOW } }) },
  {
    code: 'APPROVAL_REQUIRED',
    apply: (view) => ({ ...view, settings: { ...view.settings, largeOrderThreshold: decimal(0) } }),
  },
];

describe('the order of the checks', () => {
  test('begins with an order that passes, and has a violation for every check', () => {
    expect(denialOf(INNOCENT)).toBeNull();
    expect(VIOLATIONS).toHaveLength(CHECKS.length);
  });

  test.each(VIOLATIONS.map((violation, index) => [index, violation.code, violation] as const))(
    'check %i denies with %s, alone, before its neighbour and before all that follow',
    (index, code, { apply }) => {
      const next = VIOLATIONS[index + 1]?.apply ?? ((view: DecisionView) => view);
      const allFrom = VIOLATIONS.slice(index).reduce((view, violation) => violation.apply(view), INNOCENT);

      expect(denialOf(apply(INNOCENT))?.code).toBe(code);
      expect(denialOf(next(apply(INNOCENT)))?.code).toBe(code);
      expect(denialOf(allFrom)?.code).toBe(code);
    },
  );

  test.each(VIOLATIONS.map((violation, index) => [index, violation] as const))(
    'check %i is the one that denies its violation, and no other does',
    (index, { apply }) => {
      const denying = CHECKS.flatMap((check, place) => (check(apply(INNOCENT)) === null ? [] : [place]));

      expect(denying).toEqual([index]);
    },
  );

  test('is the one that docs/orders.md tells', () => {
    const page = readFileSync(new URL('../../../docs/orders.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| (\d*) ?\|[^|]*\| `([A-Z_]+)` \|/gm)].map(([, number, code]) => [number, code]);
    const numbers = rows.map(([number]) => number).filter((number) => number !== '');
    const codesOf = (place: number): readonly (string | undefined)[] => {
      const first = rows.findIndex(([number]) => number === String(place));
      const end = rows.findIndex(([number]) => number === String(place + 1));
      return rows.slice(first, end === -1 ? rows.length : end).map(([, code]) => code);
    };

    expect(numbers).toEqual(VIOLATIONS.map((_, index) => String(index + 1)));
    for (const [index, { code }] of VIOLATIONS.entries()) expect(codesOf(index + 1)).toContain(code);
  });
});
