/** The two kinds of body that the server reads: JSON everywhere, and CSV as a stream where a route asks for it. */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { abbreviated, DomainError, invalidFields } from '../core/index.ts';
import { repeatedKey } from './repeated-key.ts';

/** Largest JSON body in bytes. */
export const JSON_BODY_LIMIT = 1_048_576;

/** Deepest nesting of a JSON body: no request of this API needs more than 6. */
const JSON_DEPTH_LIMIT = 32;

/**
 * Makes JSON the only body of the instance. An empty body is no body, a key that is named twice an error. `__proto__` and `constructor` are keys like any
 * other, which no schema knows: nothing here merges or assigns what a client named, so they reach no prototype.
 */
export function readJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('ignore', 'ignore');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') return done(null, undefined);
    return parse(request, body, (error, parsed: unknown) => {
      if (error !== null) return done(unreadableJson(error));
      if (depthExceeds(parsed, JSON_DEPTH_LIMIT)) return done(tooDeep());
      const repeated = repeatedKey(body);
      return repeated === null ? done(null, parsed) : done(namedTwice(repeated));
    });
  });
}

function unreadableJson(error: Error): DomainError {
  return new DomainError('BAD_REQUEST', `The body is not JSON that this server reads: ${error.message}.`, {
    cause: error,
  });
}

function tooDeep(): DomainError {
  return new DomainError('BAD_REQUEST', `The body nests deeper than ${JSON_DEPTH_LIMIT} levels.`);
}

function depthExceeds(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((inner) => depthExceeds(inner, limit - 1));
}

function namedTwice(path: readonly (string | number)[]): DomainError {
  const place = path.map((part) => abbreviated(String(part)));
  const message = `The body names ${JSON.stringify(place.at(-1))} twice in one object; which of the two counts cannot be known.`;
  return invalidFields([{ path: place, message }]);
}

/** A CSV body: the bytes as they arrive. */
export const csvBody = z
  .custom<AsyncIterable<Uint8Array>>(isAsyncIterable, 'must be sent with the header Content-Type: text/csv')
  .meta({ description: 'Comma-separated values with a header line.', type: 'string' });

function isAsyncIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Makes `text/csv` the only body of the instance, passed on as it arrives, at most `limit` bytes of it. */
export function readCsvOnly(app: FastifyInstance, limit: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('text/csv', (request: FastifyRequest, payload, done) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limit) done(tooLarge(limit));
    else done(null, atMost(payload as Readable, limit));
  });
}

async function* atMost(bytes: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of bytes) {
    seen += chunk.byteLength;
    if (seen > limit) throw tooLarge(limit);
    yield chunk;
  }
}

function tooLarge(limit: number): DomainError {
  return new DomainError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes, the limit of this path.`, {
    facts: { limit },
  });
}
