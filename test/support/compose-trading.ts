/** Orders of one process, composed as the server does, on the paper broker. */
import { PAPER_DEFAULTS, PaperBroker } from '../../src/broker/index.ts';
import { type RebalanceDeps, Rebalancer } from '../../src/goals/index.ts';
import type { MarketData } from '../../src/market/index.ts';
import { Gateway, type KillDeps, KillSwitch, type OrderBasis } from '../../src/orders/index.ts';

/** The parts, and how to end them. */
export interface TestTrading extends KillDeps, RebalanceDeps {
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
  const planning = { ...basis, gateway, costs: PAPER_DEFAULTS };
  const rebalancer = new Rebalancer(planning);
  const close = async (): Promise<void> => {
    await rebalancer.close();
    await kills.close();
    await gateway.close();
    await paper.close();
  };
  return { ...planning, kills, rebalancer, paper, close };
}
