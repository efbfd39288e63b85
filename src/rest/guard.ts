/**
 * What every request passes before its body is read: the headers that any answer carries, the Host rule on every path,
 * the Origin rule on whatever is no plain read, CORS, and the answers for paths and methods that do not exist.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { changeAllowed, hostAllowed, type OriginPolicy, originAllowed } from '../access/index.ts';
import { DomainError } from '../core/index.ts';
import { quote } from './quote.ts';

/** Methods that change nothing. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

const EXPOSED = ['Allow', 'Idempotent-Replay', 'Link', 'Location', 'Retry-After', 'X-Request-Id'];
const ACCEPTED = ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'];

/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_SECONDS = '600';

/** Adds the guard to the instance; call it before any route is added. */
export function addGuard(app: FastifyInstance, policy: OriginPolicy): void {
  const table = new MethodTable();
  app.addHook('onRoute', ({ url, method }) => table.add(url, [method].flat()));
  app.addHook('onRequest', async (request, reply) => {
    admit(request, reply, policy);
    if (request.is404 || table.isMistaken(request)) return answerUnrouted(request, reply, table);
    refuseEncodedBody(request);
    return undefined;
  });
}

/**
 * Sets the headers of every answer and lets the request in, or not.
 *
 * @throws {DomainError} FORBIDDEN for a foreign Host, and for a foreign Origin on what is no plain read
 */
export function admit(request: FastifyRequest, reply: FastifyReply, policy: OriginPolicy): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const hosts = request.raw.headersDistinct['host'] ?? [];
  reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    vary: 'Origin',
  });
  if (hosts.length !== 1 || !hostAllowed(hosts[0], policy)) {
    throw new DomainError('FORBIDDEN', `The Host ${quote(hosts.join(', '))} is not one of this server's names.`);
  }
  const isPreflight = request.method === 'OPTIONS' && origin !== undefined;
  const fetchSite = typeof site === 'string' ? site : undefined;
  if ((isPreflight || !SAFE.has(request.method)) && !changeAllowed({ origin, fetchSite }, policy)) {
    const from = origin === undefined ? 'another site' : `the origin ${quote(origin)}`;
    throw new DomainError(
      'FORBIDDEN',
      `Pages of ${from} may not call this server. ALLOWED_ORIGINS names those that may.`,
    );
  }
  if (origin !== undefined && originAllowed(origin, policy)) {
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED.join(', ') });
  }
}

/** A compressed body could be far larger than it looks; nothing here unpacks one. */
function refuseEncodedBody(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return;
  throw new DomainError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Send the body unencoded; its Content-Encoding is ${quote(encoding)}.`,
  );
}

/** The 404 of a path that no route has, and of files that are not served. */
export function noSuchPath(request: FastifyRequest): DomainError {
  return new DomainError('NOT_FOUND', `There is no path ${quote(pathOf(request))}. /docs lists those there are.`);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** OPTIONS of a known path, 405 for a method that it does not have, 404 for an unknown one. */
function answerUnrouted(request: FastifyRequest, reply: FastifyReply, table: MethodTable): FastifyReply {
  const path = pathOf(request);
  const methods = table.methodsOf(path);
  if (methods.length === 0) throw noSuchPath(request);
  const allow = [...methods, 'OPTIONS'].toSorted();
  if (request.method !== 'OPTIONS') {
    const detail = `The path ${quote(path)} does not take ${request.method}; it takes ${allow.join(', ')}.`;
    throw new DomainError('METHOD_NOT_ALLOWED', detail, { facts: { allow } });
  }
  return reply
    .code(204)
    .headers({
      allow: allow.join(', '),
      'access-control-allow-methods': allow.join(', '),
      'access-control-allow-headers': ACCEPTED.join(', '),
      'access-control-max-age': PREFLIGHT_SECONDS,
    })
    .send();
}

/**
 * Which methods each path has. Where several routes match a path, it is that of the one with the most literal beginning:
 * `/api/scheduler/status` is not the job `status`.
 */
class MethodTable {
  readonly #methods = new Map<string, Set<string>>();
  /** Worked out when a route is first asked for: by then all of them are there. */
  readonly #rivals = new Map<string, readonly string[]>();

  add(url: string, methods: readonly string[]): void {
    const known = this.#methods.get(url) ?? new Set();
    for (const method of methods) known.add(method);
    this.#methods.set(url, known);
  }

  /** The methods of the path, a trailing slash aside; empty when there is no such path. */
  methodsOf(path: string): readonly string[] {
    const route = this.#routeOf(path);
    return route === undefined ? [] : [...(this.#methods.get(route) ?? [])];
  }

  /** Whether a route was found only because the path itself does not take the method. */
  isMistaken(request: FastifyRequest): boolean {
    const found = request.routeOptions.url;
    // Without a parameter it is the path itself.
    if (found?.includes(':') !== true) return false;
    const rivals = this.#rivals.get(found) ?? this.#rivalsOf(found);
    this.#rivals.set(found, rivals);
    return rivals.some((url) => matches(url, pathOf(request)));
  }

  /** The routes that are meant before this one where both match. */
  #rivalsOf(found: string): readonly string[] {
    return [...this.#methods.keys()].filter((url) => matches(found, url) && literalness(url) < literalness(found));
  }

  #routeOf(path: string): string | undefined {
    const routes = [...this.#methods.keys()].filter((url) => matches(url, path));
    return routes.toSorted((one, other) => (literalness(one) < literalness(other) ? -1 : 1))[0];
  }
}

/** A letter for each segment, smaller for what is more literal: `aaa` for `/api/books`, `aab` for `/api/:id`. */
function literalness(url: string): string {
  return segmentsOf(url)
    .map((part) => (part === '*' ? 'c' : part.startsWith(':') ? 'b' : 'a'))
    .join('');
}

function matches(url: string, path: string): boolean {
  const pattern = segmentsOf(url);
  const segments = segmentsOf(path);
  if (pattern.at(-1) === '*') return pattern.slice(0, -1).every((part, at) => part === segments[at]);
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => part === segments[at] || (part.startsWith(':') && segments[at] !== ''))
  );
}

function segmentsOf(path: string): readonly string[] {
  return path.replace(/\/$/, '').split('/');
}
