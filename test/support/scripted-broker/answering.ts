/** How an answer of the scripted broker goes out, as it should or otherwise. */
import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';

/** What the broker has to say. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Longest silence, in ms. */
const SILENCE_MS = 30_000;
const HUGE = Buffer.concat([Buffer.from('{"padding":"'), Buffer.alloc(10 * 1_048_576, 'x'), Buffer.from('"}')]);

/** Sends an answer as it is. */
export function sendReply(response: ServerResponse, { status, body }: Reply): void {
  sendText(response, status, JSON.stringify(body));
}

/** Sends an answer as the fault wants it. */
export function sendFaulty(response: ServerResponse, reply: Reply, { kind }: Fault): void {
  switch (kind) {
    case 'reset':
    case 'late':
      response.socket?.resetAndDestroy();
      return;
    case 'half':
      sendHalf(response, reply);
      return;
    case 'gateway_timeout':
      sendPage(response, 504, '<html>504 Gateway Time-out</html>');
      return;
    case 'html':
      sendPage(response, 200, '<html>We are moving. Please come back later.</html>');
      return;
    case 'invalid_json':
      sendText(response, 200, `${JSON.stringify(reply.body).slice(0, -1)},,`);
      return;
    case 'missing_ids':
      sendText(response, reply.status, JSON.stringify(reply.body, withoutIds));
      return;
    case 'other_order':
      sendText(response, reply.status, JSON.stringify(reply.body, ofAnother));
      return;
    case 'huge':
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(HUGE);
      return;
    case 'silence':
      beSilent(response);
      return;
    case 'throttle':
      response.setHeader('retry-after', '1');
      sendReply(response, { status: 429, body: { error: { code: 'throttled', message: 'Too many requests.' } } });
      return;
    case 'early_fill':
    case 'partial':
    case 'overfill':
    case 'duplicate_fills':
      sendReply(response, reply);
  }
}

function sendHalf(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.socket?.resetAndDestroy());
}

function beSilent(response: ServerResponse): void {
  const timer = setTimeout(() => response.socket?.resetAndDestroy(), SILENCE_MS);
  response.once('close', () => clearTimeout(timer));
}

function withoutIds(key: string, value: unknown): unknown {
  return ['id', 'client_id', 'execution', 'order_id'].includes(key) ? undefined : value;
}

function ofAnother(key: string, value: unknown): unknown {
  return key === 'client_id' ? 'somebody-else' : value;
}

function sendPage(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end(text);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
