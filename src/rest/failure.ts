/**
 * From whatever was thrown to the problem that is sent. Expected errors pass; what fastify refuses is translated; the
 * rest is a bug of ours: it is logged under an id, and only the id is told.
 */
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type ErrorCode, type IdSource } from '../core/index.ts';
import { JSON_BODY_LIMIT } from './body.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import type { RouteAnswer } from './route.ts';

/** Sends the problem of `error` as the answer. */
export function sendProblem(error: DomainError, reply: FastifyReply): FastifyReply {
  const answer = problemAnswer(error);
  return reply.code(answer.status).headers(answer.headers).send(answer.body);
}

/** The problem of `error` with the headers that belong to it: when to come back, and what is allowed instead. */
export function problemAnswer(error: DomainError): RouteAnswer {
  const problem = problemOf(error);
  const { retryAfterSeconds, allow } = error.facts;
  const headers = {
    'content-type': PROBLEM_TYPE,
    ...(typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : {}),
    ...(Array.isArray(allow) ? { allow: allow.join(', ') } : {}),
  };
  return { status: problem.status, headers, body: problem };
}

/** The error as one that may be told; a bug is logged and becomes INTERNAL with the id of its log line. */
export function expectedError(error: unknown, request: FastifyRequest, ids: IdSource): DomainError {
  if (error instanceof DomainError) return error;
  const refused = refusedByHost(error);
  if (refused !== null) return refused;
  const errorId = ids.next();
  request.log.error({ err: error, errorId }, 'A request met a bug');
  return new DomainError('INTERNAL', `Internal error ${errorId}. The log says more under this id.`, {
    facts: { errorId },
    cause: error,
  });
}

/** Statuses with which fastify refuses a request before a handler sees it. */
const REFUSALS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['BAD_REQUEST', 'The request could not be read'],
  404: ['NOT_FOUND', 'There is no such path'],
  413: ['PAYLOAD_TOO_LARGE', `The body is larger than ${JSON_BODY_LIMIT} bytes`],
  414: ['NOT_FOUND', 'There is no such path'],
  415: [
    'UNSUPPORTED_MEDIA_TYPE',
    'This path does not read that Content-Type: send application/json, or text/csv to the import',
  ],
};

function refusedByHost(error: unknown): DomainError | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const refusal = REFUSALS[Number(error.statusCode)];
  if (refusal === undefined) return null;
  const [code, sentence] = refusal;
  const detail = code === 'BAD_REQUEST' ? `${sentence}: ${error.message}.` : `${sentence}.`;
  return new DomainError(code, detail, { cause: error });
}

const UNREADABLE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'The headers are larger than this server reads.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request took too long to arrive.',
};

/** Answers what is no HTTP request, or did not arrive in time, and closes the connection. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const detail = UNREADABLE[error.code ?? ''] ?? 'This is no well-formed HTTP/1.1 request.';
  const body = JSON.stringify(problemOf(new DomainError('BAD_REQUEST', detail)));
  const head = [
    'HTTP/1.1 400 Bad Request',
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end([...head, 'Connection: close', '', body].join('\r\n'));
}
