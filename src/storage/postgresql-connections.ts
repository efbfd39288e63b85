/**
 * Connections to a PostgreSQL server that may be full: one that it refuses for that reason is asked for again until the time
 * for connecting is over, so that many servers can share one whose connections would not suffice for all their pools at once.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig, Pool, type PoolClient, type PoolConfig } from 'pg';

/** How long a connection may take by default, in ms: reaching the server, and waiting for a place on it or in the pool. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Pause before a full server is asked again, in ms. */
const FULL_PAUSE_MS = 50;

/** How long a pool makes do with the connections that it has, after the server last refused it another one, in ms. */
const FULL_FOR_MS = 1_000;

/** How long a connection that nobody uses is kept, in ms: much shorter than others wait for one. */
const IDLE_MS = 3_000;

/** Longest wait for the server to have let go of a pool that has ended, in ms. */
const LET_GO_MS = 2_000;

/** `too_many_connections`: of the server, the database or the role. */
const TOO_MANY_CONNECTIONS = '53300';

/** How the driver's pool calls `connect` itself. It calls `release` of the client, so that the third argument is for form. */
type Connected = (error: Error | undefined, client: PoolClient | undefined, done: (broken?: unknown) => void) => void;

/**
 * Connects a client of its own, which has to be ended. When it breaks, its queries fail, and it says `end`.
 *
 * @param signal gives up
 * @throws {Error} the driver's, when the server cannot be reached, refuses, or stays full for `connectionTimeoutMillis` (10 s)
 */
export function connectClient(config: ClientConfig, signal?: AbortSignal): Promise<Client> {
  const { connectionTimeoutMillis: timeoutMs = CONNECT_TIMEOUT_MS } = config;
  const connect = async (leftMs: number): Promise<Client> => {
    const client = new Client({ keepAlive: true, ...config, connectionTimeoutMillis: leftMs });
    // Nobody else may listen yet when it breaks, and an `error` that nobody hears ends the process.
    client.on('error', () => undefined);
    const giveUp = (): void => void client.connection.stream.destroy();
    signal?.addEventListener('abort', giveUp);
    try {
      return await client.connect();
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  };
  return whileFull(connect, { timeoutMs, ...(signal && { signal }) });
}

/** Settings of a pool. */
export interface PatientPoolConfig extends PoolConfig {
  readonly max: number;
  /**
   * Whether it makes do with the connections that it has when the server is full; default true. Without, whoever wants one asks the
   * server again and again: for what must not wait for others.
   */
  readonly makesDo?: boolean;
}

/**
 * A pool that takes up to `max` connections, if the server has them. When it has not, the pool is for a second as small as it
 * happens to be: whoever wants a connection waits in turn for one that is there, and does not ask the server again and again.
 * Once there was a connection, one is kept, so that a server goes on working beside others that would take all.
 */
export class PatientPool extends Pool {
  readonly #max: number;
  readonly #makesDo: boolean;
  readonly #timeoutMs: number;
  readonly #open = new Set<PoolClient>();
  #growAgain: NodeJS.Timeout | undefined;

  constructor({ makesDo = true, ...config }: PatientPoolConfig) {
    const { connectionTimeoutMillis = CONNECT_TIMEOUT_MS, max } = config;
    super({ keepAlive: true, min: 1, idleTimeoutMillis: IDLE_MS, ...config, connectionTimeoutMillis });
    this.#max = max;
    this.#makesDo = makesDo;
    this.#timeoutMs = connectionTimeoutMillis;
    this.on('connect', (client) => this.#open.add(client));
    this.on('remove', (client) => this.#open.delete(client));
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | undefined {
    const connected = whileFull((leftMs) => within(super.connect(), leftMs), {
      timeoutMs: this.#timeoutMs,
      ...(this.#makesDo && { refused: () => this.#makeDo() }),
    });
    if (callback === undefined) return connected;
    void tell(connected, callback);
    return undefined;
  }

  /** Ends it, and waits a little until the server has room for others again, which the driver's pool does not. */
  override async end(): Promise<void> {
    clearTimeout(this.#growAgain);
    await super.end();
    const signal = AbortSignal.timeout(LET_GO_MS);
    while (this.#open.size > 0 && !signal.aborted) await once(this, 'remove', { signal }).catch(() => undefined);
  }

  /** A pool without any connection keeps on asking for one. */
  #makeDo(): void {
    this.options.max = Math.max(1, this.totalCount);
    clearTimeout(this.#growAgain);
    this.#growAgain = setTimeout(() => this.#grow(), FULL_FOR_MS).unref();
  }

  /** Those that wait get what is released, and the driver's pool opens nothing for them: so one is opened and released for each. */
  #grow(): void {
    this.options.max = this.#max;
    const places = Math.min(this.waitingCount, this.#max - this.totalCount);
    for (let place = 0; place < places; place += 1) {
      // When it fails, the pool lets one that waits ask the server itself, and that one is told.
      super.connect().then(
        (client) => client.release(),
        () => undefined,
      );
    }
  }
}

async function tell(connected: Promise<PoolClient>, callback: Connected): Promise<void> {
  const client = await connected.catch(asError);
  if (client instanceof Error) callback(client, undefined, () => undefined);
  else callback(undefined, client, () => client.release());
}

/** Rejects when the pool gives no client in time; one that comes later is released. */
function within(asked: Promise<PoolClient>, ms: number): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new Error('timeout exceeded when trying to connect'));
    }, ms).unref();
    asked.finally(() => clearTimeout(timer)).then((client) => (isLate ? client.release() : resolve(client)), reject);
  });
}

interface Patience {
  /** For all attempts together, in ms. */
  readonly timeoutMs: number;
  /** Called when the server was full, before it is asked again. */
  readonly refused?: () => void;
  readonly signal?: AbortSignal;
}

async function whileFull<T>(
  connect: (leftMs: number) => Promise<T>,
  { timeoutMs, refused, signal }: Patience,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  let full: unknown;
  for (;;) {
    try {
      return await connect(until - performance.now());
    } catch (error) {
      if (isFull(error)) full = error;
      // That the server was full says more than that the last attempt had no time.
      if (performance.now() + FULL_PAUSE_MS >= until) throw full ?? error;
      if (!isFull(error)) throw error;
    }
    refused?.();
    await sleep(FULL_PAUSE_MS, undefined, { ...(signal && { signal }) });
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === TOO_MANY_CONNECTIONS;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The connection failed.', { cause: error });
}
