/** Play money or money: which of the two an owner trades with now, and through which broker. */
import type { Broker, TradingMode } from '../broker/index.ts';
import { DomainError } from '../core/index.ts';
import type { SafetySettings } from '../safety/index.ts';
import type { OrderBasis } from './deps.ts';

type ModeDeps = Pick<OrderBasis, 'brokers' | 'isLiveEnabled'>;

/** Live only where the server, its configuration and the owner's settings all say so. */
export function effectiveMode(deps: ModeDeps, settings: Pick<SafetySettings, 'paperMode'>): TradingMode {
  return canTradeLive(deps) && !settings.paperMode ? 'live' : 'paper';
}

/** Whether anybody can trade live here. */
export function canTradeLive({ isLiveEnabled, brokers }: ModeDeps): boolean {
  return isLiveEnabled && brokers.has('live');
}

/**
 * The broker of a mode.
 *
 * @throws {DomainError} LIVE_DISABLED when there is none: a live one is asked for nothing unless live trading is enabled
 */
export function brokerOf(deps: ModeDeps, mode: TradingMode): Broker {
  const broker = mode === 'live' && !canTradeLive(deps) ? undefined : deps.brokers.get(mode);
  if (broker !== undefined) return broker;
  throw new DomainError('LIVE_DISABLED', `There is no ${mode} broker: set LIVE_TRADING=enabled and configure one.`);
}
