/**
 * The HTTP host and the REST facade: a table of rows, each a path with the GraphQL document behind it. It translates
 * shapes, names and errors; rules live in the use cases and rows of the database are not touched here.
 */
export type { KeyClaim, KeyStore, KeyUse } from './idempotency.ts';
export { createLogger } from './logging.ts';
export type { GaugeDefinition, ReadinessChecks } from './operations.ts';
export { type Problem, problemOf, problemPath, problemSchema } from './problem.ts';
export { type Execute, type Route, type RouteDefinition, route } from './route.ts';
export { createHttpServer, type HttpServerOptions, type HttpTimeouts } from './server.ts';
