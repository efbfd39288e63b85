/**
 * `fetch` with manners, for the package to use: one request at a time per host with a pause between them, a limit on time
 * and size, and a fault instead of a status that says no. The package would print the address of a failed request to the
 * console, so it must never see one. Hosts other than the API's (the page that sets the cookies) may answer anything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/index.ts';
import { readAnswer, refusalOf } from './answer.ts';
import { YahooFault } from './fault.ts';

/** What the transport works with. */
export interface TransportOptions {
  readonly clock: Clock;
  /** What talks HTTP; a test's leads to a stand-in. */
  readonly fetch: typeof globalThis.fetch;
  /** From the start of one request to the start of the next to the same host. */
  readonly spacingMs: number;
  /** For one request with its body. */
  readonly timeoutMs: number;
  /** How long a host that throttled us without naming a time is left alone; doubled each time in a row. */
  readonly coolDownMs: number;
}

/** Requests that may wait for one host; more are refused, because they would time out anyway. */
const MAX_WAITING = 100;
/** Longest cool-down. */
const MAX_COOL_DOWN_MS = 300_000;

/** What we know of one host. */
interface Host {
  /** Settles when the last request in line has ended. */
  line: Promise<void>;
  waiting: number;
  startedAt: number;
  /** Until when it wants no requests, and how often in a row it has said so. */
  quietUntil: number;
  throttles: number;
}

/** Carries requests to Yahoo's hosts until it is closed. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #hosts = new Map<string, Host>();
  readonly #closing = new AbortController();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Aborted when the transport closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends what is under way; requests after that fail. */
  close(): void {
    this.#closing.abort();
  }

  /**
   * Like the global `fetch`, but the body has been read when it answers.
   *
   * @throws {YahooFault} when there is no answer, or one that says no
   */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const host = this.#hostOf(url.host);
    if (host.waiting >= MAX_WAITING) throw new YahooFault('unreachable', `${MAX_WAITING} requests wait already.`);
    host.waiting += 1;
    const answered = host.line.then(() => this.#takeTurn(host, url, init));
    host.line = answered.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await answered;
    } finally {
      host.waiting -= 1;
    }
  };

  async #takeTurn(host: Host, url: URL, init: RequestInit | undefined): Promise<Response> {
    const { clock, spacingMs } = this.#options;
    const quietMs = host.quietUntil - clock.now();
    if (quietMs > 0) throw new YahooFault('throttled', 'Too many requests.', { retryAfterMs: quietMs });
    const pause = Math.min(spacingMs, host.startedAt + spacingMs - clock.now());
    if (pause > 0) await this.#sleep(pause);
    host.startedAt = clock.now();
    const response = await this.#send(url, init);
    if (response.status === 429) throw this.#throttled(host, response);
    host.throttles = 0;
    const refusal = isApi(url) ? await refusalOf(response.clone()) : undefined;
    if (refusal !== undefined) throw refusal;
    return response;
  }

  async #send(url: URL, init: RequestInit | undefined): Promise<Response> {
    const { fetch, timeoutMs } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.any([timeout, this.signal]) });
      return await readAnswer(response);
    } catch (error) {
      if (error instanceof YahooFault) throw error;
      const reason = timeout.aborted ? `No answer within ${timeoutMs} ms.` : reasonOf(error);
      throw new YahooFault('unreachable', this.signal.aborted ? 'The server is shutting down.' : reason, {
        cause: error,
      });
    }
  }

  #throttled(host: Host, response: Response): YahooFault {
    const { clock, coolDownMs } = this.#options;
    const now = clock.now();
    const ours = Math.min(MAX_COOL_DOWN_MS, coolDownMs * 2 ** host.throttles);
    const retryAfterMs = retryAfter(response.headers.get('retry-after'), now) ?? ours;
    host.throttles += 1;
    host.quietUntil = now + retryAfterMs;
    return new YahooFault('throttled', 'Too many requests.', { retryAfterMs });
  }

  async #sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal }).catch(() => {
      throw new YahooFault('unreachable', 'The server is shutting down.');
    });
  }

  #hostOf(name: string): Host {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = { line: Promise.resolve(), waiting: 0, startedAt: Number.NEGATIVE_INFINITY, quietUntil: 0, throttles: 0 };
      this.#hosts.set(name, host);
    }
    return host;
  }
}

/** `query1.finance.yahoo.com` and `query2` are the API; other hosts set cookies and ask for consent. */
function isApi(url: URL): boolean {
  return url.hostname.startsWith('query');
}

/** The wait that a Retry-After header (seconds or a date, RFC 9110) asks for; `undefined` without a readable one. */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** Node says `fetch failed` and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? `${cause.message.replace(/\.$/, '')}.` : 'The connection failed.';
}
