/**
 * Where requests are let in or refused: in front of the host, at the cost of an answer that was made beforehand, and once more
 * when their bodies have been read and they wait for their turn. What stops something has a lane of its own, which is never
 * closed and has no turns: the routes that say so, and GraphQL operations that do nothing else. Whether the server lives is told
 * in any case.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isUrgent, mayBeUrgent } from '../graphql/index.ts';
import { type Admission, tooMuchToDo } from './admission.ts';
import { BodyRoom } from './body-room.ts';
import { problemAnswer } from './failure.ts';
import type { Route } from './route.ts';

const REFUSAL = problemAnswer(tooMuchToDo());
const BODY = JSON.stringify(REFUSAL.body);
const HEADERS = {
  ...REFUSAL.headers,
  'content-length': Buffer.byteLength(BODY),
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** See the head of this file. */
export class Gate {
  readonly #admission: Admission;
  readonly #urgent: readonly { readonly method: string; readonly path: RegExp }[];
  readonly #bodies = new BodyRoom();
  readonly #leave = new WeakMap<IncomingMessage, () => void>();

  constructor(admission: Admission, routes: readonly Route[]) {
    this.#admission = admission;
    this.#urgent = [
      ...['GET', 'HEAD'].map((method) => ({ method, path: /^\/healthz\/?$/ })),
      ...routes
        .filter(({ isUrgent: stops }) => stops === true)
        .map(({ method, path }) => ({ method, path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`) })),
    ];
  }

  /** The host's listener behind the gate. */
  guard(handler: RequestListener): RequestListener {
    return (request, response) => {
      if (this.#isInLane(request)) handler(request, response);
      else if (this.#admission.hasRoom() && this.#bodies.enter(request, response)) handler(request, response);
      else if (isGraphql(request)) this.#lookInto(request, response, handler);
      else this.#refuse(response);
    };
  }

  /** Makes what the host has read, and is not urgent, wait for its turn, and counts it until it is answered. */
  addTurns(app: FastifyInstance): void {
    app.addHook('preHandler', async (request, reply) => {
      const { raw } = request;
      this.#bodies.leave(raw);
      if (this.#isInLane(raw) || doesOnlyWhatIsUrgent(request)) return;
      const leave = await this.#admission.admit(() => !raw.socket.destroyed);
      this.#leave.set(raw, leave);
      reply.raw.once('close', leave);
    });
  }

  /** A stream has begun: it may last for days and costs nothing meanwhile. */
  release(request: IncomingMessage): void {
    this.#leave.get(request)?.();
  }

  #isInLane({ method, url = '' }: IncomingMessage): boolean {
    const [path = ''] = url.split('?', 1);
    return this.#urgent.some((lane) => lane.method === method && lane.path.test(path));
  }

  /** Reads the beginning of the body and puts it back. */
  #lookInto(request: IncomingMessage, response: ServerResponse, handler: RequestListener): void {
    request.once('readable', () => {
      const beginning: Buffer | null = request.read();
      if (beginning === null || !mayBeUrgent(beginning.toString('latin1'))) return this.#refuse(response);
      request.unshift(beginning);
      return handler(request, response);
    });
  }

  #refuse(response: ServerResponse): void {
    this.#admission.refusal();
    response.writeHead(503, HEADERS).end(BODY);
  }
}

function isGraphql({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && /^\/graphql\/?(\?|$)/.test(url);
}

function doesOnlyWhatIsUrgent({ raw, body }: FastifyRequest): boolean {
  if (!isGraphql(raw) || typeof body !== 'object' || body === null || !('query' in body)) return false;
  const { query } = body;
  const name = 'operationName' in body ? body.operationName : undefined;
  return typeof query === 'string' && isUrgent(query, typeof name === 'string' ? name : undefined);
}
