/**
 * The pages for people: the entrance, and the REST reference drawn by Swagger UI. Every script and style comes from
 * this server; the policy of each page forbids others, so it works without a network and tells nobody.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { JsonObject } from '../core/index.ts';

/** The files of Swagger UI that the page loads. */
const ASSETS = new Set(['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png']);

/** Swagger UI sets inline styles and draws icons from data URLs; scripts are files of this server only. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Makes the documents that describe the API to machines. Each is made when it is first asked for: most servers are never. */
export interface ApiDocuments {
  /** OpenAPI 3.1, served at `/openapi.json`. */
  readonly openApi: () => JsonObject;
  /** AsyncAPI of the WebSocket channels, served at `/asyncapi.json`. */
  readonly asyncApi: () => JsonObject;
}

/** Adds `/`, `/docs`, `/openapi.json` and `/asyncapi.json`. */
export async function addPages(app: FastifyInstance, documents: ApiDocuments): Promise<void> {
  app.get('/', (_request, reply) => sendPage(reply, ENTRANCE));
  addDocument(app, '/openapi.json', documents.openApi);
  addDocument(app, '/asyncapi.json', documents.asyncApi);
  app.get('/docs', (_request, reply) => sendPage(reply, DOCS));
  app.get('/docs/start.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  await app.register(fastifyStatic, {
    root: dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')),
    prefix: '/docs/assets/',
    allowedPath: (path) => ASSETS.has(path),
    cacheControl: false,
    setHeaders(reply) {
      reply.setHeader('cache-control', 'public, max-age=3600');
    },
    decorateReply: false,
    index: false,
  });
}

/** Made when it is asked for first, at once: the description of REST takes some 50 ms. */
function addDocument(app: FastifyInstance, path: string, make: () => JsonObject): void {
  let made: JsonObject | null = null;
  app.get(path, () => (made ??= make()));
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.header('content-security-policy', DOCS_POLICY).type('text/html; charset=utf-8').send(html);
}

const ENTRANCE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Dunlin</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<h1>Dunlin</h1>
<ul>
<li><a href="/graphql">GraphQL</a>, with an editor
<li><a href="/docs">REST reference</a> (<a href="/openapi.json">OpenAPI</a>)
<li><a href="/asyncapi.json">WebSocket channels</a> (AsyncAPI)
<li><a href="/healthz">Health</a>, <a href="/readyz">readiness</a>, <a href="/metrics">metrics</a>
</ul>
</html>
`;

const DOCS = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Dunlin REST reference</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<div id="reference"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`;

/** The validator badge would send the document's address to a public site. */
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', validatorUrl: null, deepLinking: true });\n`;
