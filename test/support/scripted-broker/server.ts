/**
 * A broker behind HTTP on loopback, with a log, a clock and books of its own, which misbehaves as it is told. It does not know
 * client ids again: an order that is sent twice is two orders.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { machineNow } from '../machine-clock.ts';
import { seededRandom } from '../random.ts';
import { amount, amountText } from './amounts.ts';
import { type Reply, sendFaulty, sendReply } from './answering.ts';
import type { AcceptedOrder, BrokerControl, BrokerLog, HandFill, ReceivedRequest } from './control.ts';
import { type Entry, Exchange } from './exchange.ts';
import { type Fault, FaultPlan, type FaultRule, type SeededFaults } from './faults.ts';
import { ALWAYS_OPEN, EXCHANGE_HOURS, type Hours } from './hours.ts';
import type { OrderMessage } from './messages.ts';
import type { ScriptedBrokerOptions } from './options.ts';
import { type Asked, perform, routeOf } from './routes.ts';

/** A running broker. */
export class ScriptedBrokerServer implements BrokerControl {
  readonly #options: ScriptedBrokerOptions;
  readonly #hours: Hours;
  readonly #random: () => number;
  readonly #startedAt = machineNow();
  readonly #base: number;
  readonly #faults = new FaultPlan();
  readonly #streams = new Set<ServerResponse>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What was asked for and is still to be done. */
  readonly #late = new Set<() => void>();
  #exchange: Exchange;
  #server: Server | null = null;
  #port = 0;
  #aheadMs = 0;
  #skewMs = 0;
  #latency = { ms: 0, jitterMs: 0 };
  #requests: ReceivedRequest[] = [];
  #accepted: AcceptedOrder[] = [];

  constructor(options: ScriptedBrokerOptions = {}) {
    this.#options = options;
    this.#hours = (options.isAlwaysOpen ?? true) ? ALWAYS_OPEN : EXCHANGE_HOURS;
    this.#random = seededRandom(options.seed ?? 1);
    this.#base = options.startAt == null ? performance.timeOrigin + performance.now() : Date.parse(options.startAt);
    this.#exchange = this.#createExchange();
  }

  /** `http://127.0.0.1:41234`; stays the same while it is down. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#receive(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.setDown(true);
  }

  log(): Promise<BrokerLog> {
    return Promise.resolve({ requests: [...this.#requests], accepted: [...this.#accepted] });
  }

  script(rules: readonly FaultRule[]): Promise<void> {
    return Promise.resolve(this.#faults.script(rules));
  }

  seed(seeded: SeededFaults | null): Promise<void> {
    return Promise.resolve(this.#faults.seed(seeded));
  }

  setLatency(latency: { readonly ms: number; readonly jitterMs: number }): Promise<void> {
    this.#latency = latency;
    return Promise.resolve();
  }

  async setDown(isDown: boolean): Promise<void> {
    const server = this.#server;
    if (!isDown) {
      if (server === null) await this.listen();
      return;
    }
    if (server === null) return;
    this.#server = null;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  disconnect(): Promise<void> {
    this.#server?.closeAllConnections();
    return Promise.resolve();
  }

  setQuote(instrument: string, price: string): Promise<void> {
    return Promise.resolve(this.#exchange.setQuote(instrument, price));
  }

  advance(ms: number): Promise<void> {
    const before = this.#now();
    this.#aheadMs += ms;
    this.#exchange.closeSessions(before, this.#now());
    return Promise.resolve(this.#exchange.matchAll());
  }

  setSkew(ms: number): Promise<void> {
    this.#skewMs = ms;
    return Promise.resolve();
  }

  fillByHand({ account, clientOrderId, size, price }: HandFill): Promise<void> {
    this.#exchange.fill(account, clientOrderId, size, price);
    return Promise.resolve();
  }

  releaseLate(): Promise<void> {
    for (const once of this.#late) once();
    return Promise.resolve();
  }

  placeElsewhere(account: number, order: OrderMessage): Promise<string> {
    const entry = this.#exchange.submit(account, order);
    this.#exchange.match(entry);
    return Promise.resolve(entry.report.id);
  }

  reset(): Promise<void> {
    this.#exchange = this.#createExchange(this.#exchange);
    this.#faults.clear();
    this.#requests = [];
    this.#accepted = [];
    return Promise.resolve();
  }

  #createExchange(before?: Exchange): Exchange {
    const { initialCash = '100000', fee = '0', short = true, extendedHours = true } = this.#options;
    const exchange = new Exchange({
      initialCash,
      fee,
      short,
      extendedHours,
      hours: this.#hours,
      now: () => this.#now(),
      changed: (account) => this.#tell(account),
    });
    if (before !== undefined) exchange.takeQuotes(before);
    return exchange;
  }

  #now(): number {
    return this.#base + (machineNow() - this.#startedAt) + this.#aheadMs + this.#skewMs;
  }

  /** Tells every listener of the stream that an account changed. */
  #tell(account: number): void {
    for (const stream of this.#streams) stream.write(`${JSON.stringify({ account })}\n`);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = routeOf(request.method ?? '', request.url ?? '');
    if (asked === null) {
      sendReply(response, {
        status: 400,
        body: { error: { code: 'malformed', message: 'There is no such address.' } },
      });
      return;
    }
    const fault = this.#faults.next(asked.operation, asked.clientOrderId);
    const entry = {
      at: machineNow(),
      operation: asked.operation,
      account: asked.account,
      clientOrderId: asked.clientOrderId,
      fault: fault === null ? null : `${fault.kind}${fault.isDone ? ' after' : ''}`,
    };
    this.#requests.push(entry);
    if (asked.operation === 'stream') {
      this.#openStream(response);
      return;
    }
    if (fault?.kind === 'reset' && !fault.isDone) {
      request.socket.resetAndDestroy();
      return;
    }
    const body = await readBody(request);
    if (body === undefined) return;
    await this.#pause();
    const reply = this.#answer(asked, body, fault);
    await this.#pause();
    if (fault === null) sendReply(response, reply);
    else sendFaulty(response, reply, fault);
  }

  /** What there is to say; what is not done says so. */
  #answer(asked: Asked, body: unknown, fault: Fault | null): Reply {
    if (fault === null) return this.#perform(asked, body, null);
    if (fault.kind === 'late') this.#doLate(() => this.#perform(asked, body, null));
    return fault.isDone ? this.#perform(asked, body, fault) : { status: 200, body: { order: {} } };
  }

  #perform(asked: Asked, body: unknown, fault: Fault | null): Reply {
    let taken: Entry | null = null;
    const accepted = (entry: Entry): void => {
      taken = entry;
      const { report, account } = entry;
      const message = body as OrderMessage;
      this.#accepted.push({ at: machineNow(), account, brokerOrderId: report.id, message });
    };
    const reply = perform(this.#exchange, asked, { body, accepted });
    if (taken !== null) return this.#toMarket(taken, reply, fault);
    return fault?.kind === 'duplicate_fills' ? twice(reply) : reply;
  }

  /** An order that was taken meets the market before it is answered; the answer tells what it became, unless the fault says otherwise. */
  #toMarket(entry: Entry, reply: Reply, fault: Fault | null): Reply {
    const { client_id, size } = entry.report;
    const half = halfOf(size);
    if (fault?.kind === 'partial') this.#exchange.fill(entry.account, client_id, half);
    else if (fault?.kind === 'overfill') {
      this.#exchange.fill(entry.account, client_id, size);
      this.#exchange.fill(entry.account, client_id, half);
    } else this.#exchange.match(entry);
    return fault?.kind === 'early_fill' ? reply : { ...reply, body: { order: entry.report } };
  }

  #doLate(act: () => Reply): void {
    const { lateMs = 300 } = this.#options;
    const once = (): void => {
      if (this.#late.delete(once)) act();
    };
    this.#late.add(once);
    if (lateMs !== null) this.#later(once, lateMs);
  }

  #openStream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write('{}\n');
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }

  #pause(): Promise<void> {
    const { ms, jitterMs } = this.#latency;
    const wait = (ms + (2 * this.#random() - 1) * jitterMs) / 2;
    return wait <= 0 ? Promise.resolve() : new Promise((resolve) => this.#later(resolve, wait));
  }

  #later(work: () => void, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }
}

/** The body as JSON; `undefined` when the connection broke before its end, in which case nothing was asked for. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    return pieces.length === 0 ? null : JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    return undefined;
  }
}

function twice({ status, body }: Reply): Reply {
  const page = body as { readonly fills: readonly unknown[] };
  return { status, body: { ...page, fills: page.fills.flatMap((fill) => [fill, fill]) } };
}

function halfOf(size: string): string {
  return amountText(amount(size) / 2n);
}
