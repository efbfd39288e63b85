/** The table of the facade's channels. */
import { alertsChannel } from './alerts-channel.ts';
import type { Channel } from './channel.ts';
import { optimizeChannel } from './optimize-channel.ts';
import { ordersChannel } from './orders-channel.ts';

/** Every channel that is served. */
export const WEBSOCKET_CHANNELS: readonly Channel[] = [optimizeChannel, ordersChannel, alertsChannel];
