/** `/graphql` over HTTP: queries, mutations, GraphiQL and server-sent events, handed to graphql-yoga. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EventStreams } from './event-streams.ts';
import type { Gate } from './gate.ts';

/** The part of graphql-yoga that the mount needs. */
export interface GraphqlHandler {
  /** Answers a request whose JSON body was already parsed. */
  handleNodeRequestAndResponse(
    request: FastifyRequest,
    reply: FastifyReply,
    context: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  ): Promise<Response> | Response;
}

/** GraphiQL is one file with its scripts inline, and runs its editor in workers made from blobs. */
const GRAPHIQL_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Mounts the handler. Bodies are JSON only and CORS is the host's, so yoga's own CORS and multipart have to be off. */
export function addGraphql(
  app: FastifyInstance,
  handler: GraphqlHandler,
  { streams, gate }: { readonly streams: EventStreams; readonly gate: Gate },
): void {
  app.addHook('preClose', async () => streams.close());
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    async handler(request, reply) {
      // Yoga takes an empty object for a body that nobody has read, and finds nothing left to read.
      if (isEmptyObject(request.body)) request.body = { query: null };
      const response = await handler.handleNodeRequestAndResponse(request, reply, { request, reply });
      response.headers.forEach((value, name) => {
        reply.header(name, value);
      });
      const type = response.headers.get('content-type') ?? '';
      if (type.startsWith('text/html')) reply.header('content-security-policy', GRAPHIQL_POLICY);
      const { body } = response;
      const isStream = body !== null && type.startsWith('text/event-stream');
      if (isStream) gate.release(request.raw);
      return reply.code(response.status).send(isStream ? streams.send(body) : body);
    },
  });
}

function isEmptyObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.keys(body).length === 0;
}
