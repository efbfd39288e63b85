/** The closing orders of a kill that flattens: the only ones that are sent while trading is halted. */
import { describe, expect, test } from 'vitest';
import { decimal } from '../../../src/core/index.ts';
import { denialOf, held, NOW, type ViewChanges, viewOf, working } from '../../support/decision.ts';

const CLOSING = {
  request: { side: 'sell', quantity: decimal(10) },
  origin: { source: 'kill', actor: 'user:1', killEventId: 5 },
  account: { positions: held({ AAPL: 10 }) },
  settings: { state: 'halted', haltCause: 'kill', haltReason: 'too hot', killPolicy: 'flatten' },
} as const satisfies ViewChanges;

describe('a closing order of a kill', () => {
  test('passes while trading is halted', () => {
    expect(denialOf(viewOf(CLOSING))).toBeNull();
  });

  test('waits for no session, no limit of the day, no rate and no release, and passes for a duplicate', () => {
    const changes: ViewChanges = {
      ...CLOSING,
      session: { isOpen: false, tradingDay: '2026-03-02' },
      tradesToday: 10,
      recent: {
        inLastMinute: 30,
        deniedOfSourceAndSymbolInLastMinute: 30,
        ofSourceAndSymbolInLastMinute: 30,
        sameAt: NOW,
      },
      isStopped: true,
    };

    expect(denialOf(viewOf(changes))).toBeNull();
  });

  test('needs neither a price nor an instrument that is known', () => {
    const account = { ...CLOSING.account, equity: null };

    expect(denialOf(viewOf({ ...CLOSING, account, quote: null, session: null }))).toBeNull();
  });

  test('with a limit needs a price like every other', () => {
    const request = { ...CLOSING.request, orderType: 'limit', limitPrice: decimal(99) } as const;

    expect(denialOf(viewOf({ ...CLOSING, request, quote: null }))?.code).toBe('STALE_PRICE');
  });

  test('is denied when it does not only reduce', () => {
    const more = { ...CLOSING.request, quantity: decimal('10.00000001') };
    const account = { ...CLOSING.account, working: [working('sell', 1)] };

    expect(denialOf(viewOf({ ...CLOSING, request: more }))?.code).toBe('KILL_SWITCH_ACTIVE');
    expect(denialOf(viewOf({ ...CLOSING, account }))?.code).toBe('KILL_SWITCH_ACTIVE');
    expect(denialOf(viewOf({ ...CLOSING, account }))?.message).toContain('only under the policy flatten');
  });

  test.each(['block', 'cancel', null] as const)('is denied when the policy is %s', (killPolicy) => {
    const settings = { ...CLOSING.settings, killPolicy };

    expect(denialOf(viewOf({ ...CLOSING, settings }))?.code).toBe('KILL_SWITCH_ACTIVE');
  });

  test.each(['active', 'reducing'] as const)('comes too late when trading is %s again', (state) => {
    const denial = denialOf(viewOf({ ...CLOSING, settings: { state, haltCause: null, killPolicy: null } }));

    expect(denial?.code).toBe('CONFLICT');
    expect(denial?.message).toContain(state);
  });

  test('is what the broker can take, like every other', () => {
    const capabilities = { ...viewOf().capabilities, orderTypes: ['limit'] } as const;

    expect(denialOf(viewOf({ ...CLOSING, capabilities }))?.code).toBe('ORDER_NOT_SUPPORTED');
  });
});

describe('while trading is halted', () => {
  test.each(['manual', 'strategy', 'agent', 'rebalance', 'external'] as const)(
    'no order of %s passes, however much it reduces',
    (source) => {
      const denial = denialOf(viewOf({ ...CLOSING, origin: { source } }));

      expect(denial?.code).toBe('KILL_SWITCH_ACTIVE');
      expect(denial?.message).toContain('kill: "too hot"');
      expect(denial?.message).toContain('until somebody who may resumes trading');
    },
  );

  test('the cause is told when there is no reason', () => {
    const settings = { state: 'halted', haltCause: 'daily_loss' } as const;

    expect(denialOf(viewOf({ settings }))?.message).toContain('(daily_loss)');
  });
});
