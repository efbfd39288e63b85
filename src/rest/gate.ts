/**
 * In front of the host: whether a request is let in. What stops something has a lane of its own, which is never closed: the
 * routes that say so, and GraphQL documents that do nothing else. Whether the server lives is told in any case.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { DomainError } from '../core/index.ts';
import { isUrgent, mayBeUrgent } from '../graphql/index.ts';
import type { Admission } from './admission.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import type { Route } from './route.ts';

/** Seconds after which who was refused may try again. */
const RETRY_AFTER_SECONDS = 1;

const BODY = JSON.stringify(problemOf(busy()));
const HEADERS = {
  'content-type': PROBLEM_TYPE,
  'content-length': Buffer.byteLength(BODY),
  'retry-after': String(RETRY_AFTER_SECONDS),
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** See the head of this file. */
export class Gate {
  readonly #admission: Admission;
  readonly #urgent: readonly { readonly method: string; readonly path: RegExp }[];
  /** What was let in for its document, of which only the beginning was looked at. */
  readonly #promised = new WeakSet<IncomingMessage>();
  readonly #leave = new WeakMap<IncomingMessage, () => void>();

  constructor(admission: Admission, routes: readonly Route[]) {
    this.#admission = admission;
    this.#urgent = [
      { method: 'GET', path: /^\/healthz\/?$/ },
      ...routes
        .filter(({ isUrgent: stops }) => stops === true)
        .map(({ method, path }) => ({ method, path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`) })),
    ];
  }

  /** The host's listener behind the gate. */
  guard(handler: RequestListener): RequestListener {
    return (request, response) => {
      const enter = (): void => {
        const leave = this.#admission.enter();
        this.#leave.set(request, leave);
        response.once('close', leave);
        handler(request, response);
      };
      if (this.#isUrgent(request) || this.#admission.hasRoom()) enter();
      else if (isGraphql(request)) this.#lookInto(request, { enter, refuse: () => refuse(response) });
      else refuse(response);
    };
  }

  /** A stream has begun: it may last for days and costs nothing meanwhile. */
  release(request: IncomingMessage): void {
    this.#leave.get(request)?.();
  }

  /** @throws {DomainError} UNAVAILABLE when it was let in for a document that is not urgent after all */
  requirePromise(request: IncomingMessage, query: unknown): void {
    if (this.#promised.has(request) && !(typeof query === 'string' && isUrgent(query))) throw busy();
  }

  #isUrgent({ method, url = '' }: IncomingMessage): boolean {
    const [path = ''] = url.split('?', 1);
    return this.#urgent.some((lane) => lane.method === method && lane.path.test(path));
  }

  /** Reads the beginning of the body and puts it back. */
  #lookInto(request: IncomingMessage, { enter, refuse: close }: { enter: () => void; refuse: () => void }): void {
    request.once('readable', () => {
      const beginning: Buffer | null = request.read();
      if (beginning === null || !mayBeUrgent(beginning.toString('latin1'))) return close();
      request.unshift(beginning);
      this.#promised.add(request);
      return enter();
    });
  }
}

function isGraphql({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && /^\/graphql\/?(\?|$)/.test(url);
}

function refuse(response: ServerResponse): void {
  response.writeHead(503, HEADERS).end(BODY);
}

function busy(): DomainError {
  return new DomainError('UNAVAILABLE', 'The server is asked for more than it can do. Come back shortly.', {
    facts: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
}
