/**
 * The HTTP host: one fastify instance with the guard in front, the REST table, `/graphql`, the pages and the probes.
 * It owns what belongs to HTTP (limits, timeouts, headers, the shape of errors) and decides nothing about trading.
 */
import { createServer, type ServerOptions } from 'node:http';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { OriginPolicy } from '../access/index.ts';
import type { JsonObject, Random } from '../core/index.ts';
import type { Admission } from './admission.ts';
import { JSON_BODY_LIMIT, readJsonOnly } from './body.ts';
import { addDrain } from './drain.ts';
import { EventStreams } from './event-streams.ts';
import { expectedError, refuseUnreadable, sendProblem } from './failure.ts';
import { Gate } from './gate.ts';
import { addGraphql, type GraphqlHandler } from './graphql.ts';
import { addGuard, admit, noSuchPath } from './guard.ts';
import { closeLostAnswers } from './lost-answers.ts';
import { openApiDocument } from './openapi.ts';
import { addHealth, addMetrics, type GaugeDefinition, type ReadinessChecks } from './operations.ts';
import { addPages } from './pages.ts';
import { type RouteHost, registerRoutes } from './register.ts';
import type { Route } from './route.ts';

/** How long a client may take; milliseconds. */
export interface HttpTimeouts {
  /** From the first byte to the end of the headers. */
  readonly headersMs: number;
  /** From the first byte to the end of the body; long enough for an import. */
  readonly requestMs: number;
  /** Between two requests on one connection. */
  readonly keepAliveMs: number;
  /** How often connections are looked at for the first two. */
  readonly checkMs: number;
  /** How long `close` waits for requests under way before it cuts them off. */
  readonly drainMs: number;
}

/** Patient with slow lines, not with clients that send a byte a second to hold a connection. */
const TIMEOUTS: HttpTimeouts = {
  headersMs: 10_000,
  requestMs: 120_000,
  keepAliveMs: 65_000,
  checkMs: 2000,
  drainMs: 3000,
};

/** Connections beyond this are closed at once: each costs a descriptor. */
const MAX_CONNECTIONS = 8192;

/** Longest path parameter in characters; a longer one names nothing. */
const MAX_PARAMETER_LENGTH = 100;

/** What the host is made of. */
export interface HttpServerOptions extends RouteHost {
  readonly logger: FastifyBaseLogger;
  readonly origins: OriginPolicy;
  /** The REST table. */
  readonly routes: readonly Route[];
  readonly graphql: GraphqlHandler;
  readonly readiness: ReadinessChecks;
  readonly gauges: readonly GaugeDefinition[];
  /** Makes the document of the WebSocket channels. */
  readonly asyncApi: () => JsonObject;
  /** How much is let in. */
  readonly admission: Admission;
  /** Spreads the times at which clients of streams come back after a shutdown. */
  readonly random: Random;
  /** Version of the API, for its documents. */
  readonly version: string;
  /** Default: `TIMEOUTS`. */
  readonly timeouts?: HttpTimeouts;
}

/** Builds the host; `listen` starts it, `server` takes WebSocket upgrades, `close` ends it after the requests under way. */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const gate = new Gate(options.admission, options.routes);
  const app = createInstance(options, gate);
  app.server.maxConnections = MAX_CONNECTIONS;
  app.server.on('connection', () => options.admission.accepted());
  app.setErrorHandler((error, request, reply) => sendProblem(expectedError(error, request, options.ids), reply));
  app.setNotFoundHandler((request) => {
    throw noSuchPath(request);
  });
  addDrain(app, (options.timeouts ?? TIMEOUTS).drainMs);
  addGuard(app, options.origins);
  gate.addTurns(app);
  logAnswers(app);
  readJsonOnly(app);
  addMetrics(app, options.gauges);
  addHealth(app, options.readiness);
  const { routes, version, asyncApi } = options;
  await addPages(app, { openApi: () => openApiDocument(routes, version), asyncApi });
  addGraphql(app, options.graphql, { streams: new EventStreams(options.random), gate });
  registerRoutes(app, options.routes, options);
  await app.ready();
  return app;
}

function createInstance({ logger, ids, origins, timeouts = TIMEOUTS }: HttpServerOptions, gate: Gate): FastifyInstance {
  return fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: (request) => requestId(request.headers['x-request-id']) ?? ids.next(),
    bodyLimit: JSON_BODY_LIMIT,
    serverFactory: (handler) => createServer(nodeOptions(timeouts), closeLostAnswers(gate.guard(handler))),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAMETER_LENGTH },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors(error, request, reply) {
      try {
        admit(request, reply, origins);
        sendProblem(expectedError(error, request, ids), reply);
      } catch (refusal) {
        sendProblem(expectedError(refusal, request, ids), reply);
      }
    },
  });
}

function nodeOptions(timeouts: HttpTimeouts): ServerOptions {
  return {
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    headersTimeout: timeouts.headersMs,
    connectionsCheckingInterval: timeouts.checkMs,
  };
}

/** A client's own id, when it can stand in a log line and a header; else the server makes one. */
function requestId(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : null;
}

function logAnswers(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    const facts = { method, route: routeOptions.url ?? null, status: reply.statusCode, durationMs: reply.elapsedTime };
    request.log.info(facts, 'Answered');
  });
}
