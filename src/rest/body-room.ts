/**
 * How much of bodies may be on its way. A body is kept in memory until it is whole, which a slow or silent client can put off
 * for minutes, and what is not read yet counts nowhere else. Small ones are always let in: all connections together cannot hold
 * much of them, and whoever lets large ones lie keeps nobody from his work.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { JSON_BODY_LIMIT } from './body.ts';

/** What the larger bodies that are being read may come to together, in bytes. */
const MOST_BYTES = 128 * JSON_BODY_LIMIT;

/** A body up to this size is small, in bytes: 8192 connections hold 128 MiB of such. */
const SMALL_BYTES = 16_384;

/** See the head of this file. */
export class BodyRoom {
  readonly #mostBytes: number;
  readonly #reading = new Map<IncomingMessage, number>();
  #bytes = 0;

  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /** Whether the body may be read. It counts until `leave`, or until there is nobody to answer. */
  enter(request: IncomingMessage, response: ServerResponse): boolean {
    const bytes = bytesToKeep(request);
    if (bytes <= SMALL_BYTES) return true;
    if (this.#bytes + bytes > this.#mostBytes) return false;
    this.#bytes += bytes;
    this.#reading.set(request, bytes);
    response.once('close', () => this.leave(request));
    return true;
  }

  /** Says that the body has been read, or will not be; may be said again. */
  leave(request: IncomingMessage): void {
    this.#bytes -= this.#reading.get(request) ?? 0;
    this.#reading.delete(request);
  }
}

/** How much of the body is kept until it is whole: no more than a JSON body may have, and as much where it does not say. */
function bytesToKeep({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return JSON_BODY_LIMIT;
  return Math.min(Number(headers['content-length'] ?? 0), JSON_BODY_LIMIT);
}
