/**
 * One process that places an order and is struck by a trap: its database and its broker, through which it can do nothing any
 * more once it has crashed. What it had under way elsewhere (at the broker, in the database) goes on, as in reality.
 */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, BrokerCall, SubmitAnswer } from '../../../src/broker/index.ts';
import type { Database, Db, TransactionOptions } from '../../../src/storage/index.ts';
import type { BrokerControl } from '../scripted-broker/control.ts';
import type { Fault } from '../scripted-broker/faults.ts';
import type { Point, Trap } from './points.ts';

/** What a process is made of. */
export interface LifeOptions {
  readonly database: Database;
  readonly broker: Broker;
  readonly control: BrokerControl;
  /** Where the broker is. */
  readonly url: string;
  readonly ownerId: number;
  readonly clientOrderId: string;
  readonly trap: Trap | null;
  /** How the broker fails where the trap is a failure of it. */
  readonly fault: Fault;
  /** Called at the point instead of a crash that is played: a process that can really be killed kills itself. */
  readonly die?: () => void;
}

/** Sends the order; the caller gives up as its own call says. */
type Send = (call?: BrokerCall) => Promise<SubmitAnswer>;

/** How long a silent broker is waited for, in ms. */
const PATIENCE_MS = 200;

/** See the file's comment. */
export class Life {
  /** As the gateway gets them. */
  readonly database: Database;
  readonly broker: Broker;
  /** Resolves when the process has crashed. */
  readonly crashed: Promise<void>;
  /** Whether the trap has struck. */
  isStruck = false;
  /** What is wrong with what was sent: sentences. */
  readonly violations: string[] = [];
  /** Whether the broker refused the order for certain. */
  isRefused = false;
  readonly #options: LifeOptions;
  #crash: () => void = () => undefined;
  #isDead = false;
  #stage: 'new' | 'persisted' | 'answered' = 'new';

  constructor(options: LifeOptions) {
    this.#options = options;
    this.crashed = new Promise((resolve) => {
      this.#crash = resolve;
    });
    const { database, broker } = options;
    this.database = withMethods(database, {
      // Nobody listens to the journal of such a process.
      follow: () => Promise.resolve({ close: () => Promise.resolve() }),
      transaction: <T>(work: (tx: Db) => Promise<T>, how?: TransactionOptions) => this.#transaction(work, how),
    });
    this.broker = withMethods(broker, {
      submit: (...[ownerId, order, call]: Parameters<Broker['submit']>) =>
        this.#submit(order.clientOrderId, (own = call) => broker.submit(ownerId, order, own)),
    });
  }

  async #transaction<T>(work: (tx: Db) => Promise<T>, how?: TransactionOptions): Promise<T> {
    if (this.#isDead) return never();
    if (this.#stage === 'new') await this.#strike('before_persist');
    if (this.#stage === 'answered') await this.#strike('answered');
    const result = await this.#options.database.transaction(work, how);
    if (this.#isDead) return never();
    const status = this.#stage === 'persisted' ? null : await this.#status();
    if (this.#stage === 'new' && status !== null) {
      this.#stage = 'persisted';
      await this.#strike('after_persist');
    } else if (this.#stage === 'answered' && status !== 'pending_submit') await this.#strike('recorded');
    return result;
  }

  async #submit(clientOrderId: string, send: Send): Promise<SubmitAnswer> {
    if (this.#isDead) return never();
    if (clientOrderId !== this.#options.clientOrderId) return send();
    const status = await this.#status();
    if (status !== 'pending_submit') this.violations.push(`${clientOrderId} was sent while its row was ${status}`);
    await this.#strike('claimed');
    await this.#halfWrite();
    const answer = await this.#sendThroughTrap(send);
    this.#stage = 'answered';
    this.isRefused = answer.kind === 'rejected';
    return answer;
  }

  /** The broker fails as the trap wants it; a crash comes while the request is with the broker. */
  async #sendThroughTrap(send: Send): Promise<SubmitAnswer> {
    const { trap, control, clientOrderId, fault } = this.#options;
    if (trap === null || (trap.point !== 'connected' && trap.point !== 'accepted')) return send();
    const isDone = trap.point === 'accepted';
    const kind = trap.blow === 'crash' ? 'silence' : fault.kind;
    await control.script([{ operations: ['submit'], clientOrderId, fault: { kind, isDone } }]);
    if (trap.blow === 'failure') {
      this.isStruck = true;
      return kind === 'silence' ? send({ signal: AbortSignal.timeout(PATIENCE_MS) }) : send();
    }
    void send();
    await arrives(control, clientOrderId);
    // The broker takes the order before it falls silent, without delay.
    await sleep(5);
    await this.#strike(trap.point);
    return never();
  }

  /** Half of a request, and the end of the connection. */
  async #halfWrite(): Promise<void> {
    const { trap, url, ownerId, clientOrderId } = this.#options;
    if (trap?.point !== 'half_written') return;
    const head = `POST /accounts/${ownerId}/orders?client_id=${clientOrderId} HTTP/1.1\r\nhost: broker\r\ncontent-type: application/json\r\ncontent-length: 400\r\n\r\n`;
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(`${head}{"client_id":"${clientOrderId}","instrument":`, () => resolve());
    });
    if (trap.blow === 'failure') socket.destroy();
    await this.#strike('half_written');
  }

  async #strike(point: Point): Promise<void> {
    const { trap, die } = this.#options;
    if (trap?.point !== point || this.isStruck) return;
    this.isStruck = true;
    if (trap.blow === 'failure') throw new Error(`A failure: ${point}.`);
    die?.();
    this.#isDead = true;
    this.#crash();
    await never();
  }

  /** Of the row as everybody can see it; null when there is none. */
  async #status(): Promise<string | null> {
    const { ownerId, clientOrderId, database } = this.#options;
    const row = await database.read.order.findFirst({ where: { ownerId, clientOrderId }, select: { status: true } });
    return row?.status ?? null;
  }
}

/** The same object with some methods replaced; the others are called on the object itself. */
function withMethods<Target extends object>(target: Target, methods: Partial<Target>): Target {
  return new Proxy(target, {
    get: (_, key) => {
      const own: unknown = Reflect.get(methods, key) ?? Reflect.get(target, key, target);
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}

/** A process that is gone answers nothing. */
function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

async function arrives(control: BrokerControl, clientOrderId: string): Promise<void> {
  for (;;) {
    const { requests } = await control.log();
    if (requests.some((request) => request.operation === 'submit' && request.clientOrderId === clientOrderId)) return;
    await sleep(2);
  }
}
