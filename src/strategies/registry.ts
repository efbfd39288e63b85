import { invalid, invariant, shown } from '../core/index.ts';
import { marketMaking } from './market-making.ts';
import { meanReversion } from './mean-reversion.ts';
import { momentum } from './momentum.ts';
import { statArb } from './stat-arb.ts';
import type { StrategyType } from './strategy-type.ts';

/** The types that need nothing but prices. */
export const builtInStrategies: readonly StrategyType[] = [momentum, meanReversion, statArb, marketMaking];

/** The strategy types that a process knows, by name. */
export class StrategyRegistry {
  private readonly types: ReadonlyMap<string, StrategyType>;

  /** @param types with distinct names; their order is the order of `list` */
  constructor(types: readonly StrategyType[]) {
    this.types = new Map(types.map((type) => [type.name, type]));
    invariant(this.types.size === types.length, 'strategy types have distinct names');
  }

  /** @throws {DomainError} VALIDATION on `strategyType`, listing the known types */
  get(name: string): StrategyType {
    const type = this.types.get(name);
    if (type !== undefined) return type;
    const known = [...this.types.keys()].join(', ');
    throw invalid('strategyType', `There is no strategy type ${shown(name)}; there are ${known}.`);
  }

  /** Every type, in the order given. */
  list(): readonly StrategyType[] {
    return [...this.types.values()];
  }
}
