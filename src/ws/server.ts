/**
 * The WebSocket side of the HTTP server: which upgrades are let in, how many, and how they end. It does not know what is
 * said over a socket; that is each endpoint's.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { comeBackMs, DomainError, type Random, unavailable } from '../core/index.ts';
import type { Caller } from '../graphql/index.ts';
import { type Channel, channelEndpoint } from './channel.ts';
import { CLOSE_CODES, Connection, type Patience } from './connection.ts';
import { type Endpoint, type EndpointDeps, reportBug } from './endpoint.ts';
import { graphqlEndpoint } from './graphql.ts';
import { asksForWebSocket, handBack, refuseUpgrade } from './upgrade.ts';

/** Longest message that a client may send, in bytes; a longer one closes its socket with 1009. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
/** Pieces that one message may come in. */
const MAX_FRAGMENTS = 128;
/** Each socket costs a descriptor and some 10 KB. */
const MAX_CONNECTIONS = 5000;
/** Milliseconds between two beats of the timer. */
const TICK_MS = 5000;
/** Milliseconds that clients have to answer the closing of the server; those that have stopped reading never do. */
const CLOSE_MS = 2000;
/** At a tick of 5 s: ping every 30 s, drop after 65 s of silence, after 10 s without progress, 10 s after closing. */
const PATIENCE: Patience = { pingTicks: 6, deadTicks: 13, stallTicks: 2, closeTicks: 2, meterTicks: 12 };

/** What the server is made of. */
export interface WebSocketOptions extends EndpointDeps {
  readonly channels: readonly Channel[];
  /** Whether the `Host` header names this server. */
  readonly isHostAllowed: (host: string | undefined) => boolean;
  /** Whether pages of the `Origin` header may connect; undefined comes from programs that are no browsers. */
  readonly isOriginAllowed: (origin: string | undefined) => boolean;
  /**
   * Who is calling.
   *
   * @throws {DomainError} UNAUTHENTICATED or FORBIDDEN; the upgrade is refused with its status
   */
  readonly authenticate: (request: IncomingMessage) => Caller;
  /** Spreads the times at which clients come back after a shutdown. */
  readonly random: Random;
  /** Open sockets in all; one more is refused with 503. Default 5,000. */
  readonly maxConnections?: number;
  /** Milliseconds that every tick of `PATIENCE` lasts. Default 5,000. */
  readonly tickMs?: number;
  /** For a GraphQL client to send `connection_init`. Default 3,000 ms. */
  readonly initTimeoutMs?: number;
}

/** Lets WebSockets in beside an HTTP server. It does not start or stop that server. */
export function attachWebSockets(httpServer: Server, options: WebSocketOptions): WebSockets {
  return new WebSockets(httpServer, options);
}

/** All open sockets of an HTTP server. */
export class WebSockets {
  readonly #httpServer: Server;
  readonly #options: WebSocketOptions;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #handshake: WebSocketServer;
  readonly #connections = new Map<Connection, Endpoint>();
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;

  constructor(httpServer: Server, options: WebSocketOptions) {
    this.#httpServer = httpServer;
    this.#options = options;
    const endpoints = [
      graphqlEndpoint(options, options.initTimeoutMs),
      ...options.channels.map((channel) => channelEndpoint(channel, options)),
    ];
    this.#endpoints = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]));
    this.#handshake = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: MAX_PAYLOAD_BYTES,
      maxFragments: MAX_FRAGMENTS,
      perMessageDeflate: false,
      handleProtocols: (offered, request) => this.#endpoints.get(pathOf(request))?.selectProtocol(offered) ?? false,
    });
    this.#timer = setInterval(() => this.#tick(), options.tickMs ?? TICK_MS);
    httpServer.on('upgrade', this.#upgrade);
  }

  /** How many sockets are open or closing. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /**
   * Refuses further upgrades, tells every client when to come back, closes its socket with 1001, and resolves when all have
   * ended, after 2 s at the latest.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    const ended = [...this.#connections.keys()].map(async ({ closed }) => {
      if (closed.aborted) return;
      await new Promise((resolve) => closed.addEventListener('abort', resolve, { once: true }));
    });
    for (const [connection, endpoint] of this.#connections) this.#sendAway(connection, endpoint);
    const drop = setTimeout(() => {
      for (const connection of this.#connections.keys()) connection.drop();
    }, CLOSE_MS);
    await Promise.all(ended);
    clearTimeout(drop);
    clearInterval(this.#timer);
    this.#handshake.close();
  }

  #sendAway(connection: Connection, endpoint: Endpoint): void {
    const afterMs = comeBackMs(this.#options.random);
    const last = endpoint.farewell?.(afterMs);
    if (last !== undefined) void connection.send(last);
    const reason = `The server is shutting down. Come back with your last cursor. retry_after_ms=${afterMs}`;
    connection.close(CLOSE_CODES.goingAway, reason);
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!asksForWebSocket(request)) {
      handBack(this.#httpServer, request, socket, head);
      return;
    }
    try {
      this.#admit(request);
      const endpoint = this.#endpointOf(request);
      const caller = this.#options.authenticate(request);
      this.#handshake.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = new Connection(webSocket, {
          patience: PATIENCE,
          messagesPerMeter: endpoint.messagesPerMinute,
        });
        this.#connections.set(connection, endpoint);
        connection.closed.addEventListener('abort', () => this.#connections.delete(connection), { once: true });
        endpoint.serve(connection, { caller, query: queryOf(request) });
      });
    } catch (error) {
      const isExpected = error instanceof DomainError;
      refuseUpgrade(socket, isExpected ? error : new DomainError('INTERNAL', reportBug(error, this.#options)));
    }
  };

  /** @throws {DomainError} FORBIDDEN for a foreign Host or Origin, UNAVAILABLE when no more sockets fit */
  #admit(request: IncomingMessage): void {
    const { host, origin } = request.headers;
    if (!this.#options.isHostAllowed(host)) {
      throw new DomainError('FORBIDDEN', `The Host ${JSON.stringify(host ?? '')} is not one of this server's names.`);
    }
    if (!this.#options.isOriginAllowed(origin)) {
      throw new DomainError('FORBIDDEN', `Pages of the origin ${JSON.stringify(origin ?? '')} may not connect here.`);
    }
    const limit = this.#options.maxConnections ?? MAX_CONNECTIONS;
    if (this.#isClosing) throw unavailable('The server is shutting down. Come back shortly.');
    if (this.#connections.size < limit) return;
    throw unavailable(`${limit} sockets are open, which is the limit. Close some or come back later.`);
  }

  /** @throws {DomainError} NOT_FOUND naming the path */
  #endpointOf(request: IncomingMessage): Endpoint {
    const path = pathOf(request);
    const endpoint = this.#endpoints.get(path);
    if (endpoint !== undefined) return endpoint;
    const known = [...this.#endpoints.keys()].join(', ');
    throw new DomainError('NOT_FOUND', `There is no WebSocket at ${JSON.stringify(path)}; there are ${known}.`);
  }

  #tick(): void {
    for (const connection of this.#connections.keys()) connection.tick();
  }
}

/** The path without its query and trailing slash. */
function pathOf(request: IncomingMessage): string {
  const [path = ''] = (request.url ?? '').split('?', 1);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}
