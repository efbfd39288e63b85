/** Orders of one process, composed as the server does, on the paper broker. */
import { PaperBroker } from '../../src/broker/index.ts';
import type { MarketData } from '../../src/market/index.ts';
import { Gateway, type KillDeps, KillSwitch, type OrderBasis } from '../../src/orders/index.ts';

/** The parts, and how to end them. */
export interface TestTrading extends KillDeps {
  readonly paper: PaperBroker;
  close(): Promise<void>;
}

/** Builds the parts; nothing is matched until `paper.start`. */
export function composeTrading(
  shared: Omit<OrderBasis, 'prices' | 'brokers' | 'isLiveEnabled'> & { readonly market: MarketData },
): TestTrading {
  const { database, clock, log, market } = shared;
  const paper = new PaperBroker({
    database,
    clock,
    prices: market,
    onError: (err) => log.error({ err }, 'The paper broker could not match orders'),
  });
  const basis = { ...shared, prices: market, brokers: new Map([['paper', paper] as const]), isLiveEnabled: false };
  const gateway: Gateway = new Gateway(basis, {
    onLossLimit: async (ownerId, cause, reason) => {
      await kills.kill(ownerId, { cause, reason, policy: 'cancel', actor: 'system' });
    },
  });
  const kills = new KillSwitch({ ...basis, gateway });
  const close = async (): Promise<void> => {
    await kills.close();
    await gateway.close();
    await paper.close();
  };
  return { ...basis, gateway, kills, paper, close };
}
