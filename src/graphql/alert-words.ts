/** The words of alerts as enums. */
import type { AlertState, AlertType, TriggerType } from '../alerts/index.ts';
import { enumOf } from './inputs.ts';

const TYPES: Readonly<Record<AlertType, string>> = {
  price: 'A price goes above or below a level.',
  signal: 'A saved strategy turns to buy or sell, as a scheduled `market_scan` of it finds.',
  risk: 'Drawdown, loss of the day or exposure of the account goes above a level.',
  rebalance: 'The account drifts from a goal by more than its threshold.',
};

export const AlertTypeEnum = enumOf<AlertType>('AlertType', {
  description: 'What an alert watches.',
  values: TYPES,
});

export const AlertTriggerTypeEnum = enumOf<TriggerType>('AlertTriggerType', {
  description: 'What was told.',
  values: {
    ...TYPES,
    system:
      'What every owner is told: a job was paused, an order rejected, trading halted, books differed, a rebalance failed.',
  },
});

export const AlertStateEnum = enumOf<AlertState>('AlertState', {
  description: 'Where an alert stands.',
  values: {
    armed: 'It fires when what it watches goes beyond its level.',
    triggered: 'It has fired, and its value has not left the level by more than the hysteresis since.',
    cooling_down: 'Its value has left the level; it is armed again when the cooldown is over.',
    disabled: 'It was disabled, and is not evaluated.',
  },
});
