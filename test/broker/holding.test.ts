import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyTrade, type Holding, NOTHING_HELD, type Side, type Trade } from '../../src/broker/index.ts';
import { decimal, decimalText, ZERO } from '../../src/core/index.ts';
import { divideHalfEven, NOTHING, tradeExactly, units } from '../support/exact.ts';

const RUNS = { numRuns: 1500 };

/** A decimal text with 8 places from its units of 10^-8. */
const textOf = (value: bigint): string => {
  const digits = value.toString().padStart(9, '0');
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`;
};

/** Dust, ordinary amounts and huge ones. */
const amounts = fc
  .oneof(
    fc.bigInt({ min: 1n, max: 20n }),
    fc.bigInt({ min: 1n, max: 10n ** 12n }),
    fc.bigInt({ min: 10n ** 12n, max: 10n ** 18n }),
    fc.integer({ min: 1, max: 500 }).map((whole) => BigInt(whole) * 10n ** 8n),
  )
  .map(textOf);

const trades = fc.record({
  side: fc.constantFrom<Side>('buy', 'sell'),
  quantity: amounts,
  price: amounts,
  commission: fc.oneof(fc.constant('0'), amounts),
});

const histories = fc.array(trades, { minLength: 1, maxLength: 25 });

type TradeTexts = {
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly commission: string;
};

const tradeOf = ({ side, quantity, price, commission }: TradeTexts): Trade => {
  return { side, quantity: decimal(quantity), price: decimal(price), commission: decimal(commission) };
};

const trade = (side: Side, quantity: string, price: string, commission = '0'): TradeTexts => {
  return { side, quantity, price, commission };
};

/** What is held after trades from nothing. */
const after = (history: readonly TradeTexts[]): Holding =>
  history.reduce((holding, next) => applyTrade(holding, tradeOf(next)).holding, NOTHING_HELD);

const textsOf = ({ quantity, costBasis, realizedPnl }: Holding): readonly string[] =>
  [quantity, costBasis, realizedPnl].map(decimalText);

describe('a holding', () => {
  it('is what an independent account in whole numbers says, after any trades', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let exact = NOTHING;
        for (const { side, quantity, price, commission } of history) {
          const signed = side === 'buy' ? units(quantity) : -units(quantity);
          exact = tradeExactly(exact, { signed, price: units(price), commission: units(commission) });
        }

        const held = after(history);
        expect(textsOf(held).map(units)).toEqual([exact.quantity, exact.cost, exact.realized]);
      }),
      RUNS,
    );
  });

  it('never makes or loses money: what leaves the cash and is not in the cost was realized', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let holding = NOTHING_HELD;
        for (const next of history) {
          const effect = applyTrade(holding, tradeOf(next));
          const moved = effect.cashChange.plus(effect.holding.costBasis.minus(holding.costBasis));
          expect(decimalText(moved.minus(effect.realizedPnl))).toBe('0');
          expect(decimalText(effect.holding.realizedPnl.minus(holding.realizedPnl).minus(effect.realizedPnl))).toBe(
            '0',
          );
          holding = effect.holding;
        }
      }),
      RUNS,
    );
  });

  it('costs nothing once everything is closed, and has realized exactly what the cash has gained', () => {
    fc.assert(
      fc.property(histories, amounts, (history, price) => {
        const open = after(history);
        fc.pre(!open.quantity.isZero());
        const side = open.quantity.isNeg() ? 'buy' : 'sell';
        const closing = trade(side, decimalText(open.quantity.abs()), price);

        const closed = after([...history, closing]);

        expect(textsOf(closed).slice(0, 2)).toEqual(['0', '0']);
        let cash = ZERO;
        let holding = NOTHING_HELD;
        for (const next of [...history, closing]) {
          const effect = applyTrade(holding, tradeOf(next));
          cash = cash.plus(effect.cashChange);
          holding = effect.holding;
        }
        expect(decimalText(closed.realizedPnl)).toBe(decimalText(cash));
      }),
      RUNS,
    );
  });

  it('keeps its average price when a part is closed, to half a unit of the last place', () => {
    fc.assert(
      fc.property(amounts, amounts, fc.integer({ min: 1, max: 9 }), (quantity, price, tenths) => {
        const open = after([trade('buy', quantity, price)]);
        const part = divideHalfEven(units(quantity) * BigInt(tenths), 10n);
        fc.pre(part > 0n && part < units(quantity));
        const { costBasis } = after([trade('buy', quantity, price), trade('sell', textOf(part), '1')]);

        // |cost · held − cost before · kept| <= held / 2, all in whole numbers.
        const exact = units(decimalText(open.costBasis)) * (units(quantity) - part);
        const difference = units(decimalText(costBasis)) * units(quantity) - exact;
        expect(difference * 2n <= units(quantity) && difference * -2n <= units(quantity)).toBe(true);
      }),
      RUNS,
    );
  });

  it.each([
    ['a purchase', [trade('buy', '10', '100', '1')], ['10', '1000', '-1']],
    ['a second purchase averages', [trade('buy', '10', '100'), trade('buy', '30', '120')], ['40', '4600', '0']],
    ['a sale of a part', [trade('buy', '10', '100'), trade('sell', '4', '110', '0.5')], ['6', '600', '39.5']],
    ['a short sale', [trade('sell', '10', '100', '1')], ['-10', '-1000', '-1']],
    ['a short sale bought back in part', [trade('sell', '10', '100'), trade('buy', '4', '90')], ['-6', '-600', '40']],
    ['through zero from long', [trade('buy', '10', '100'), trade('sell', '15', '110')], ['-5', '-550', '100']],
    ['through zero from short', [trade('sell', '10', '100'), trade('buy', '15', '90')], ['5', '450', '100']],
    [
      'a third of what does not divide',
      [trade('buy', '3', '0.00000001'), trade('sell', '1', '1')],
      ['2', '0.00000002', '0.99999999'],
    ],
    [
      'half of one unit stays with the even side',
      [trade('buy', '2', '0.00000001'), trade('buy', '1', '0.00000001'), trade('sell', '1.5', '1')],
      ['1.5', '0.00000002', '1.49999999'],
    ],
    [
      'dust at a price that makes nothing of it',
      [trade('sell', '0.00000001', '0.1'), trade('buy', '0.00000001', '100')],
      ['0', '0', '-0.000001'],
    ],
  ])('%s', (_what, history, expected) => {
    expect(textsOf(after(history))).toEqual(expected);
  });
});
