/**
 * How adapters talk to a broker over HTTP. Of every request it says one of three things: the broker answered, the broker
 * definitely refused, or it is not clear what happened. Only the first two are a complete answer in the shape that the broker
 * is known to use; a status alone is not believed, because proxies have statuses too. Nothing is repeated.
 */
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { z } from 'zod';
import { isLoopback } from '../../access/index.ts';
import { invariant, unavailable } from '../../core/index.ts';
import type { BrokerCall } from '../broker.ts';
import { exchange, type Incoming } from './exchange.ts';

export interface BrokerHttpOptions {
  /** Without path and query, e.g. `https://broker.example`. Anything but loopback has to be https. */
  readonly baseUrl: string;
  /** Sent with every request, e.g. the credentials; they appear in no message. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For one request with its whole answer; default 10,000. */
  readonly timeoutMs?: number;
  /** Largest answer; default 1 MiB. */
  readonly maxBytes?: number;
}

/** A request, and how its answers look. */
export interface BrokerRequest<Answer, Refusal> {
  /** GET asks; the others are commands, which never wait for a connection. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root, its parts encoded, e.g. `/orders/a%2Fb`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The body of a success, 2xx. */
  readonly answer: z.ZodType<Answer>;
  /** The body of a refusal by the broker itself, 4xx. */
  readonly refusal: z.ZodType<Refusal>;
}

export type BrokerReply<Answer, Refusal> =
  | { readonly kind: 'answer'; readonly value: Answer }
  | { readonly kind: 'refusal'; readonly status: number; readonly value: Refusal }
  /** No answer, or none that says anything: what was asked for may have been done. */
  | { readonly kind: 'unclear'; readonly reason: string };

/** Questions that are asked at the same time; more wait for a connection. */
const MAX_QUESTIONS = 8;
/** Idle connections are closed before the other side does it, which would look like a lost answer. */
const IDLE_MS = 4_000;
/** Statuses of 4xx that a server gives when it did not read the request to its end or will read it later. */
const AMBIGUOUS = new Set([408, 425, 499]);

/** The connections to one broker, until closed. */
export class BrokerHttp {
  readonly #baseUrl: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  readonly #questions: Agent;
  readonly #commands: Agent;
  readonly #underWay = new Set<AbortController>();
  #isClosed = false;

  constructor({ baseUrl, headers = {}, timeoutMs = 10_000, maxBytes = 1_048_576 }: BrokerHttpOptions) {
    this.#baseUrl = new URL(baseUrl);
    const isSecure = this.#baseUrl.protocol === 'https:';
    invariant(isSecure || isLoopback(this.#baseUrl.hostname), 'A broker is talked to over https.');
    this.#headers = { accept: 'application/json', 'accept-encoding': 'identity', ...headers };
    this.#timeoutMs = timeoutMs;
    this.#maxBytes = maxBytes;
    const agentOf = (maxSockets: number): Agent => {
      const options = { keepAlive: true, maxSockets, timeout: IDLE_MS };
      return isSecure ? new SecureAgent(options) : new Agent(options);
    };
    this.#questions = agentOf(MAX_QUESTIONS);
    this.#commands = agentOf(Number.POSITIVE_INFINITY);
  }

  /** Sends a request once. Never throws for what the broker or the network did. */
  async request<Answer, Refusal>(
    request: BrokerRequest<Answer, Refusal>,
    { signal }: BrokerCall = {},
  ): Promise<BrokerReply<Answer, Refusal>> {
    if (this.#isClosed) return unclear('The connection to the broker is closed.');
    if (signal?.aborted === true) return unclear('It was given up before it was sent.');
    const url = this.#urlOf(request);
    const controller = new AbortController();
    const giveUp = (): void => controller.abort(new Error('It was given up before there was an answer.'));
    const timer = setTimeout(() => {
      controller.abort(new Error(`There was no answer within ${this.#timeoutMs} ms.`));
    }, this.#timeoutMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    this.#underWay.add(controller);
    try {
      return judge(request, await this.#send(url, request, controller.signal));
    } catch (error) {
      return unclear(reasonOf(error));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      this.#underWay.delete(controller);
    }
  }

  /** Ends what is under way, as unclear, and every connection. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#underWay) controller.abort(new Error('The connection to the broker was closed.'));
    this.#questions.destroy();
    this.#commands.destroy();
  }

  #urlOf({ path, query }: BrokerRequest<unknown, unknown>): URL {
    const url = new URL(path, this.#baseUrl);
    invariant(url.origin === this.#baseUrl.origin, 'A request stays with its broker.');
    url.search = new URLSearchParams(query).toString();
    return url;
  }

  #send(url: URL, { method, body }: BrokerRequest<unknown, unknown>, signal: AbortSignal): Promise<Incoming> {
    const text = body === undefined ? null : JSON.stringify(body);
    const headers = text === null ? this.#headers : { ...this.#headers, 'content-type': 'application/json' };
    const agent = method === 'GET' ? this.#questions : this.#commands;
    return exchange({ method, url, headers, body: text }, { agent, maxBytes: this.#maxBytes, signal });
  }
}

/**
 * The answer to a question.
 *
 * @param about what was asked for, e.g. `the open orders`
 * @throws {DomainError} UNAVAILABLE unless the broker answered
 */
export function answerOf<Answer>(reply: BrokerReply<Answer, unknown>, about: string): Answer {
  if (reply.kind === 'answer') return reply.value;
  const reason = reply.kind === 'unclear' ? reply.reason : `It refused with status ${reply.status}.`;
  throw unavailable(`The broker did not tell ${about}: ${reason} Try again later.`);
}

function judge<Answer, Refusal>(
  { answer, refusal }: BrokerRequest<Answer, Refusal>,
  { status, text }: Incoming,
): BrokerReply<Answer, Refusal> {
  const isSuccess = status >= 200 && status < 300;
  const isRefusal = status >= 400 && status < 500 && !AMBIGUOUS.has(status);
  if (!isSuccess && !isRefusal) return unclear(`It answered with status ${status}, which says nothing.`);
  const body = parseJson(text);
  if (body === undefined) return unclear(`It answered with status ${status} and something that is not JSON.`);
  if (isSuccess) {
    const read = answer.safeParse(body);
    return read.success ? { kind: 'answer', value: read.data } : unexpected(status, read.error);
  }
  const read = refusal.safeParse(body);
  return read.success ? { kind: 'refusal', status, value: read.data } : unexpected(status, read.error);
}

function unexpected(status: number, { issues: [first] }: z.ZodError) {
  const where = first === undefined ? '' : ` (${first.path.join('.')}: ${first.message})`;
  return unclear(`It answered with status ${status} and something else than expected${where}.`);
}

function unclear(reason: string): { readonly kind: 'unclear'; readonly reason: string } {
  return { kind: 'unclear', reason };
}

/** `undefined` for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Codes such as ECONNRESET say all there is; messages of connections name addresses. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return `The connection failed (${String(error.code)}).`;
  return error instanceof Error ? error.message : 'The connection failed.';
}
