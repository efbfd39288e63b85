/** The broker that the tests of orders use keeps the contract, with all that a broker can do and with as little as there may be. */
import { describeBroker } from '../contract/broker.ts';
import { scriptedHarness } from '../support/scripted-broker/harness.ts';

describeBroker({ name: 'scripted', create: () => scriptedHarness() }, { isOnNetwork: true });

describeBroker(
  {
    name: 'scripted, with little to offer',
    create: () =>
      scriptedHarness(
        { short: false, extendedHours: false },
        {
          mode: 'live',
          capabilities: {
            orderTypes: ['market', 'limit'],
            timesInForce: ['day', 'gtc'],
            fractional: false,
            short: false,
            replace: false,
            extendedHours: false,
            stream: false,
          },
        },
      ),
  },
  { isOnNetwork: true },
);
