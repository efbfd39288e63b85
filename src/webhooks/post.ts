/** One HTTP request to a receiver: to the addresses that were checked and no other, without following where it points. */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { CheckedTarget } from './target.ts';

/** How much of an answer is read before the connection is closed, in bytes. */
const MAX_ANSWER_BYTES = 16_384;

/** What is posted. */
export interface PostRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends it, whatever it is doing. */
  readonly signal: AbortSignal;
}

/** Posts, and answers the status of the receiver's answer. A port, so that tests need no certificates. */
export type Post = (target: CheckedTarget, request: PostRequest) => Promise<number>;

/** Each attempt has a connection of its own, so that none outlives the check of its address. */
export const post: Post = ({ url, addresses }, { headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const isTls = url.protocol === 'https:';
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' },
      agent: false,
      autoSelectFamily: true,
      lookup: pinned(addresses),
      signal,
      // Whatever the environment says of certificates.
      ...(isTls ? { rejectUnauthorized: true } : {}),
    };
    const request: ClientRequest = isTls ? requestHttps(url, options) : requestHttp(url, options);
    request.once('response', (response) => {
      // What comes after the status changes nothing any more.
      request.on('error', () => undefined);
      void drained(response).then(() => {
        request.destroy();
        resolve(response.statusCode ?? 0);
      });
    });
    request.once('error', reject);
    request.end(body);
  });

/** Answers what was looked up before, whatever the name leads to now. */
function pinned(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = found;
    if (options.all === true) callback(null, found);
    else callback(null, first?.address ?? '', first?.family ?? 4);
  };
}

/** Reads the answer to its end, or as far as anybody needs it; that it is cut off changes nothing, its status has been read. */
function drained(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) resolve();
    });
    response.on('error', () => undefined);
    response.once('close', resolve);
  });
}
