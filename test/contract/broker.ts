/**
 * What every broker promises, whoever it is. Each adapter's test runs this suite; what an adapter says it cannot do has to be
 * refused, never done in another way.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import { describeAsking } from './broker/asking.ts';
import { describeChanging } from './broker/changing.ts';
import { describeFilling } from './broker/filling.ts';
import type { BrokerHarness, BrokerSubject } from './broker/harness.ts';
import { describeNetwork } from './broker/network.ts';
import { describeSubmitting } from './broker/submitting.ts';

export {
  type BrokerHarness,
  type BrokerNetwork,
  type BrokerSubject,
  INITIAL_CASH,
  orderOf,
  type ReceivedOrder,
} from './broker/harness.ts';

/** Declares the suite. Each test has a broker of its own, with SPY at 500 and BTC-USD at 50,000. */
export function describeBroker(subject: BrokerSubject, { isOnNetwork }: { readonly isOnNetwork: boolean }): void {
  describe(`the broker ${subject.name}`, () => {
    let harness: BrokerHarness | undefined;
    const current = (): BrokerHarness => {
      if (harness === undefined) throw new Error('A test asked for the broker before it was made.');
      return harness;
    };
    const canFillParts = (): boolean => current().fillPart !== undefined;
    beforeEach(async () => {
      harness = await subject.create();
      await harness.setQuote('SPY', '500');
      await harness.setQuote('BTC-USD', '50000');
    });
    afterEach(async () => {
      await harness?.close();
      harness = undefined;
    });

    describe('submitting', () => describeSubmitting(current));
    describe('filling', () => describeFilling(current, canFillParts));
    describe('changing', () => describeChanging(current, canFillParts));
    describe('asking', () => describeAsking(current, subject.create));
    describe.runIf(isOnNetwork)('on its network', () => describeNetwork(current));
  });
}
