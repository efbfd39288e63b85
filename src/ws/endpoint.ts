/** What stands behind one path. The server knows paths and sockets; endpoints know what is said over them. */

import type { Connection } from './connection.ts';
import type { Caller, SocketPipeline } from './pipeline.ts';

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
  /** Hears bugs; what the client is told says nothing of them. */
  readonly onError: (error: unknown) => void;
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
}
