/**
 * The HTTP host and the REST facade: a table of rows, each a path with the GraphQL document behind it. It translates
 * shapes, names and errors; rules live in the use cases and rows of the database are not touched here.
 */
export { Admission } from './admission.ts';
export { csvBody } from './body.ts';
export { createLogger } from './logging.ts';
export type { GaugeDefinition, ReadinessChecks } from './operations.ts';
export { historyQuery, integerParameter, resourceQuery } from './pagination.ts';
export { type Problem, problemOf, problemSchema } from './problem.ts';
export { noBody, noQuery, type Route, route } from './route.ts';
export { REST_ROUTES } from './routes/index.ts';
export { createHttpServer, type HttpServerOptions, type HttpTimeouts } from './server.ts';
