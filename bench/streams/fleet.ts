/** Many subscribers over `graphql-transport-ws`, each on a socket of its own. */
import { WebSocket } from 'ws';
import { readJson } from '../../src/core/index.ts';

/** What a message of the protocol may have. */
interface Message {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly events: { readonly cursor: string } } };
}

/** One subscriber to all events. */
export class Subscriber {
  readonly socket: WebSocket;
  /** Resolves when the server takes events in for it. */
  readonly ready: Promise<void>;
  /** When each event came, in ms of this process, by its cursor. */
  readonly heard = new Map<string, number>();
  closedWith: number | null = null;

  /** `fields` of each event beside its cursor. */
  constructor(
    url: string,
    { after = null, fields = '' }: { readonly after?: string | null; readonly fields?: string },
  ) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const query = `subscription ($after: Cursor) { events(after: $after) { cursor ${fields} } }`;
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code) => {
      this.closedWith = code;
    });
    this.socket.on('open', () => this.socket.send('{"type":"connection_init"}'));
    this.ready = new Promise((resolve) => {
      this.socket.on('message', (data: Buffer) => {
        const { type, payload } = readJson<Message>(data.toString());
        if (type === 'connection_ack') {
          this.socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { after } } }));
          // The server answers pings after what came before them.
          this.socket.send('{"type":"ping"}');
        }
        if (type === 'pong') resolve();
        const cursor = payload?.data?.events.cursor;
        if (cursor !== undefined) this.heard.set(cursor, performance.now());
      });
    });
  }
}

/** Opens so many, some at a time, and waits until all listen. */
export async function openFleet(url: string, count: number, fields = ''): Promise<readonly Subscriber[]> {
  const fleet: Subscriber[] = [];
  while (fleet.length < count) {
    const some = Array.from({ length: Math.min(50, count - fleet.length) }, () => new Subscriber(url, { fields }));
    await Promise.all(some.map(({ ready }) => ready));
    fleet.push(...some);
  }
  return fleet;
}
