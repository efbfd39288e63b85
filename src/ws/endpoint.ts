/** What stands behind one path. The server knows paths and sockets; endpoints know what is said over them. */

import type { DomainError, IdSource, Log } from '../core/index.ts';
import type { Caller, Pipeline } from '../graphql/index.ts';
import type { Connection } from './connection.ts';

/** What sockets need of the pipeline. */
export type SocketPipeline = Pick<Pipeline, 'enveloped' | 'subscribe'>;

/** How much work is let in, of all transports together. */
export interface OperationAdmission {
  /** Whether one more fits in. */
  hasRoom(): boolean;
  /**
   * Waits for the operation's turn, and resolves with how to say that it is over.
   *
   * @param isWanted whether anybody still waits for the answer
   * @throws {DomainError} UNAVAILABLE when there is too much to do
   */
  admit(isWanted: () => boolean): Promise<() => void>;
  /** What one that does not fit is told; it counts as refused. */
  refusal(): DomainError;
}

/** What an upgrade request has told. */
export interface Visit {
  readonly caller: Caller;
  /** The query of the URL. */
  readonly query: URLSearchParams;
}

/** What every endpoint is given. */
export interface EndpointDeps {
  readonly pipeline: SocketPipeline;
  /** Newest cursor of the journal. */
  readonly head: () => bigint;
  /** Lets operations in that can wait; subscriptions and what is urgent need not ask. */
  readonly admission: OperationAdmission;
  /** Names errors in the log, and to the client, who is told nothing else of them. */
  readonly ids: IdSource;
  readonly log: Log;
}

/** One path of the server. */
export interface Endpoint {
  readonly path: string;
  /** Frames that a client may send in a minute, pings included; one more closes the socket with 1008. */
  readonly messagesPerMinute: number;
  /** Chooses among the subprotocols that the client offers; false for none. */
  readonly selectProtocol: (offered: Set<string>) => string | false;
  /** Takes over a socket that was just accepted. */
  serve(connection: Connection, visit: Visit): void;
  /** The last message before the server shuts down, where there is one: come back after so many milliseconds. */
  farewell?(afterMs: number): string;
}

/** Logs a bug and answers what the client may know of it. */
export function reportBug(error: unknown, { ids, log }: Pick<EndpointDeps, 'ids' | 'log'>): string {
  const errorId = ids.next();
  log.error({ err: error, errorId }, 'A WebSocket failed because of a bug');
  return `Internal error ${errorId}`;
}
