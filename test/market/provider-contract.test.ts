import { SimulatedProvider } from '../../src/market/index.ts';
import { describeMarketDataProvider } from '../contract/market-data-provider.ts';
import { openYahoo } from '../support/yahoo-provider.ts';

describeMarketDataProvider('simulated', (now) => {
  const provider = new SimulatedProvider({ clock: { now: () => Date.parse(now) } });
  return Promise.resolve({ provider, close: () => Promise.resolve() });
});

describeMarketDataProvider('yahoo', (now) => openYahoo(now));
