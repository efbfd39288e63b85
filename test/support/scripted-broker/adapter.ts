/** The scripted broker behind the port, with the discipline that any broker on a network needs. */
import {
  type Approved,
  answerOf,
  type Broker,
  type BrokerAccount,
  type BrokerCall,
  type BrokerCapabilities,
  type BrokerFills,
  BrokerHttp,
  type BrokerOrder,
  type BrokerPosition,
  type BrokerReply,
  type BrokerRequest,
  type ChangeAnswer,
  firstDifference,
  ORDER_TYPES,
  type OrderChanges,
  type OrderRequest,
  type SubmitAnswer,
  TIMES_IN_FORCE,
  type TradingMode,
  whyUnsupported,
} from '../../../src/broker/index.ts';
import { unavailable } from '../../../src/core/index.ts';
import { FillStream } from './fill-stream.ts';
import { ANSWERS, changeOf, messageOf } from './translation.ts';

/** A broker that can do everything. */
export const FULL_CAPABILITIES: BrokerCapabilities = {
  orderTypes: ORDER_TYPES,
  timesInForce: TIMES_IN_FORCE,
  fractional: true,
  short: true,
  replace: true,
  extendedHours: true,
  stream: true,
};

export interface ScriptedBrokerAdapterOptions {
  readonly url: string;
  /** Default `paper`. */
  readonly mode?: TradingMode;
  /** What it says that it can do; default everything. */
  readonly capabilities?: Partial<BrokerCapabilities>;
  /** For one request; default 10,000. */
  readonly timeoutMs?: number;
}

type OrderReply = BrokerReply<{ readonly order: BrokerOrder }, RefusalBody>;
type RefusalBody = (typeof ANSWERS.refusal)['_output'];
type Command = Pick<BrokerRequest<unknown, unknown>, 'method' | 'path' | 'query' | 'body'>;

/** See the file's comment. */
export class ScriptedBroker implements Broker {
  readonly name = 'scripted';
  readonly mode: TradingMode;
  readonly capabilities: BrokerCapabilities;
  readonly #http: BrokerHttp;
  readonly #stream: FillStream;

  constructor({ url, mode = 'paper', capabilities = {}, timeoutMs }: ScriptedBrokerAdapterOptions) {
    this.mode = mode;
    this.capabilities = { ...FULL_CAPABILITIES, ...capabilities };
    this.#http = new BrokerHttp({ baseUrl: url, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    this.#stream = new FillStream(url);
  }

  async submit(ownerId: number, order: Approved<OrderRequest>, call?: BrokerCall): Promise<SubmitAnswer> {
    const reason = whyUnsupported(this.capabilities, order);
    if (reason !== null) return { kind: 'rejected', reason };
    const command = {
      method: 'POST',
      path: `/accounts/${ownerId}/orders`,
      query: { client_id: order.clientOrderId },
      body: messageOf(order),
    } as const;
    const reply = await this.#command(command, call);
    if (reply.kind === 'unclear') return { kind: 'unknown', reason: reply.reason };
    if (reply.kind === 'refusal') return { kind: 'rejected', reason: reply.value.error.message };
    const difference = firstDifference(reply.value.order, order);
    if (difference === null) return { kind: 'accepted', order: reply.value.order };
    return { kind: 'unknown', reason: `It answered about an order with another ${difference}.` };
  }

  async cancel(ownerId: number, clientOrderId: string, call?: BrokerCall): Promise<ChangeAnswer> {
    const command = { method: 'DELETE', path: pathOf(ownerId, clientOrderId) } as const;
    return changeAnswer(await this.#command(command, call), clientOrderId);
  }

  async replace(
    ownerId: number,
    clientOrderId: string,
    changes: OrderChanges,
    call?: BrokerCall,
  ): Promise<ChangeAnswer> {
    if (!this.capabilities.replace) {
      return { kind: 'refused', reason: 'It cannot change a working order.', order: null };
    }
    const command = { method: 'PATCH', path: pathOf(ownerId, clientOrderId), body: changeOf(changes) } as const;
    return changeAnswer(await this.#command(command, call), clientOrderId);
  }

  async order(ownerId: number, clientOrderId: string, call?: BrokerCall): Promise<BrokerOrder | null> {
    const reply = await this.#command({ method: 'GET', path: pathOf(ownerId, clientOrderId) }, call);
    const about = `the order ${clientOrderId}`;
    if (reply.kind === 'refusal' && reply.value.error.code === 'unknown_order') return null;
    const { order } = answerOf(reply, about);
    if (order.clientOrderId !== clientOrderId) throw unavailable(`The broker did not tell ${about}, but another one.`);
    return order;
  }

  async openOrders(ownerId: number, call?: BrokerCall): Promise<readonly BrokerOrder[]> {
    const request = question(`/accounts/${ownerId}/orders`, ANSWERS.orders);
    return answerOf(await this.#http.request(request, call), 'the open orders').orders;
  }

  async fills(ownerId: number, after: string, call?: BrokerCall): Promise<BrokerFills> {
    const request = { ...question(`/accounts/${ownerId}/fills`, ANSWERS.fills), query: { after } };
    const { fills, next } = answerOf(await this.#http.request(request, call), 'the fills');
    return { fills, cursor: next };
  }

  async positions(ownerId: number, call?: BrokerCall): Promise<readonly BrokerPosition[]> {
    const request = question(`/accounts/${ownerId}/positions`, ANSWERS.positions);
    return answerOf(await this.#http.request(request, call), 'the positions').positions;
  }

  async account(ownerId: number, call?: BrokerCall): Promise<BrokerAccount> {
    const request = question(`/accounts/${ownerId}`, ANSWERS.account);
    return answerOf(await this.#http.request(request, call), 'the account');
  }

  onFills(heard: (ownerId: number) => void): () => void {
    return this.capabilities.stream ? this.#stream.listen(heard) : () => undefined;
  }

  close(): Promise<void> {
    this.#http.close();
    this.#stream.close();
    return Promise.resolve();
  }

  #command(command: Command, call?: BrokerCall): Promise<OrderReply> {
    return this.#http.request({ ...command, answer: ANSWERS.order, refusal: ANSWERS.refusal }, call);
  }
}

function question<Answer>(path: string, answer: BrokerRequest<Answer, RefusalBody>['answer']) {
  return { method: 'GET', path, answer, refusal: ANSWERS.refusal } as const;
}

function pathOf(ownerId: number, clientOrderId: string): string {
  return `/accounts/${ownerId}/orders/${encodeURIComponent(clientOrderId)}`;
}

function changeAnswer(reply: OrderReply, clientOrderId: string): ChangeAnswer {
  if (reply.kind === 'unclear') return { kind: 'unknown', reason: reply.reason };
  if (reply.kind === 'answer') {
    const { order } = reply.value;
    if (order.clientOrderId === clientOrderId) return { kind: 'done', order };
    return { kind: 'unknown', reason: 'It answered about another order.' };
  }
  const { code, message, order = null } = reply.value.error;
  // Too many requests says nothing about the order: it works on, and can be canceled later.
  if (code === 'throttled') return { kind: 'unknown', reason: message };
  return { kind: 'refused', reason: message, order: order?.clientOrderId === clientOrderId ? order : null };
}
