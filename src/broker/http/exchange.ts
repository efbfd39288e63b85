/**
 * One HTTP request and its whole answer, within a limit on size. By node:http and not `fetch`, because it does what it is told
 * and no more: it follows no redirect, repeats nothing on a fresh connection, unpacks nothing.
 */
import { type Agent, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

/** What is sent. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** A text of JSON; null: no body. */
  readonly body: string | null;
}

/** Within which bounds. */
export interface Bounds {
  readonly agent: Agent;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** What came back, complete. */
export interface Incoming {
  readonly status: number;
  readonly text: string;
}

/** An answer that is larger than the bounds allow. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/**
 * Sends a request once.
 *
 * @throws {TooLarge} for a larger answer; what `signal` was aborted with; whatever the connection broke with
 */
export function exchange(
  { method, url, headers, body }: Outgoing,
  { agent, maxBytes, signal }: Bounds,
): Promise<Incoming> {
  const send = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, headers: { ...headers, ...lengthOf(body) }, agent, signal });
    outgoing.once('error', (error) => reject(signal.aborted ? signal.reason : error));
    outgoing.once('response', (incoming) => {
      read(incoming, maxBytes).then(resolve, (error) => reject(signal.aborted ? signal.reason : error));
    });
    outgoing.end(body);
  });
}

function lengthOf(body: string | null): Record<string, string> {
  return body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

/** Leaving the loop early breaks the connection: an answer that is not read to its end must not stay on a kept one. */
async function read(incoming: IncomingMessage, maxBytes: number): Promise<Incoming> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes) throw new TooLarge(`The answer is larger than ${maxBytes} bytes.`);
    pieces.push(piece);
  }
  return {
    status: incoming.statusCode ?? 0,
    text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)),
  };
}
