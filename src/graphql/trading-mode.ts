import { enumOf } from './inputs.ts';

export const TradingModeEnum = enumOf<'paper' | 'live'>('TradingMode', {
  description: 'What orders are made of.',
  values: { paper: 'Play money: no order can reach a broker.', live: 'Money: orders go to a broker.' },
});
