/** The scripted broker in the hands of the contract. */
import type { BrokerHarness, BrokerNetwork, ReceivedOrder } from '../../contract/broker.ts';
import { INITIAL_CASH } from '../../contract/broker.ts';
import { ScriptedBroker, type ScriptedBrokerAdapterOptions } from './adapter.ts';
import type { BrokerControl } from './control.ts';
import type { Fault } from './faults.ts';
import type { OrderMessage } from './messages.ts';
import type { ScriptedBrokerOptions } from './options.ts';
import { startScriptedBroker } from './start.ts';

/** A broker, and its adapter, for one test. */
export async function scriptedHarness(
  options: ScriptedBrokerOptions = {},
  adapter: Partial<ScriptedBrokerAdapterOptions> = {},
): Promise<BrokerHarness> {
  const { url, control, close } = await startScriptedBroker({
    startAt: '2026-03-12T15:00:00Z',
    isAlwaysOpen: false,
    initialCash: INITIAL_CASH,
    fee: '0.35',
    ...options,
  });
  const broker = new ScriptedBroker({ url, timeoutMs: 5_000, ...adapter });
  return {
    broker,
    ownerId: 1,
    otherOwnerId: 2,
    setQuote: (symbol, price) => control.setQuote(symbol, price),
    advance: (ms) => control.advance(ms),
    atBroker: async () => (await control.log()).accepted.map(({ message }) => receivedOf(message)),
    deduplicates: false,
    fillPart: (clientOrderId, size) => control.fillByHand({ account: 1, clientOrderId, size }),
    network: networkOf(control),
    close: async () => {
      await broker.close();
      await close();
    },
  };
}

function networkOf(control: BrokerControl): BrokerNetwork {
  const submission = (fault: Fault): Promise<void> => control.script([{ operations: ['submit'], fault }]);
  return {
    loseAnswer: () => submission({ kind: 'reset', isDone: true }),
    loseRequest: () => submission({ kind: 'reset', isDone: false }),
    fallSilent: () => control.script([{ fault: { kind: 'silence', isDone: true } }]),
    throttle: () => control.script([{ fault: { kind: 'throttle', isDone: false } }]),
    disconnect: () => control.disconnect(),
    setDown: (isDown) => control.setDown(isDown),
  };
}

/** The broker's words read back by hand: the adapter's own translation is what is tested. */
function receivedOf(message: OrderMessage): ReceivedOrder {
  return {
    clientOrderId: message.client_id,
    symbol: message.instrument,
    side: { B: 'buy', S: 'sell' }[message.direction],
    quantity: message.size,
    orderType: { MKT: 'market', LMT: 'limit', STP: 'stop', STP_LMT: 'stop_limit' }[message.kind],
    limitPrice: message.limit,
    stopPrice: message.trigger,
    timeInForce: { DAY: 'day', GTC: 'gtc', OPEN: 'opg' }[message.validity],
  };
}
