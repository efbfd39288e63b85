/** What happens to an upgrade request that does not become a WebSocket: an HTTP answer, or back to the HTTP server. */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DomainError, ERROR_CODES } from '../core/index.ts';

/** Answers the upgrade with the error as an RFC 9457 problem and ends the connection. */
export function refuseUpgrade(socket: Duplex, error: DomainError): void {
  const { status, title } = ERROR_CODES[error.code];
  const type = `urn:dunlin:problem:${error.code.toLowerCase().replaceAll('_', '-')}`;
  const body = JSON.stringify({ ...error.facts, type, title, status, detail: error.message, code: error.code });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
  ];
  // The client may be gone already, and nothing more is due to it.
  socket.once('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Whether it is an upgrade to the WebSocket protocol. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Gives a request with another `Upgrade` (Java's client offers `h2c` with each first request) back to the HTTP server,
 * without that header: a server that does not know a protocol has to ignore the offer. Node takes every such request
 * from the server as soon as anybody listens to upgrades.
 */
export function handBack(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const dropped = new Set(['upgrade', 'connection', 'http2-settings']);
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] ?? '';
    if (!dropped.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[i + 1]}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
