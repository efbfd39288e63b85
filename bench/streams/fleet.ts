/** Many subscribers over `graphql-transport-ws`, each on a socket of its own. */
import { WebSocket } from 'ws';
import { readJson } from '../../src/core/index.ts';

/** What a message of the protocol may have. */
interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: { readonly data?: { readonly events: { readonly cursor: string } } };
}

/** The subscription that is listened to; others of the same socket only make it carry more. */
const MAIN = 'main';

/** One subscriber to all events. */
export class Subscriber {
  readonly socket: WebSocket;
  /** Resolves when the server takes events in for it. */
  readonly ready: Promise<void>;
  /** When each event came, in ms of this process, by its cursor. */
  readonly heard = new Map<string, number>();
  closedWith: number | null = null;
  readonly #query: string;

  /** `fields` of each event beside its cursor. */
  constructor(
    url: string,
    { after = null, fields = '' }: { readonly after?: string | null; readonly fields?: string },
  ) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    this.#query = `subscription ($after: Cursor) { events(after: $after) { cursor ${fields} } }`;
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code) => {
      this.closedWith = code;
    });
    this.socket.on('open', () => this.socket.send('{"type":"connection_init"}'));
    this.ready = new Promise((resolve) => {
      this.socket.on('message', (data: Buffer) => {
        const { id, type, payload } = readJson<Message>(data.toString());
        if (type === 'connection_ack') {
          this.#subscribe(MAIN, after);
          // The server answers pings after what came before them.
          this.socket.send('{"type":"ping"}');
        }
        if (type === 'pong') resolve();
        const cursor = payload?.data?.events.cursor;
        if (cursor !== undefined && id === MAIN) this.heard.set(cursor, performance.now());
      });
    });
  }

  /** Asks for all that has happened so many times more, and reads nothing of it. */
  stall(subscriptions: number): void {
    for (let one = 0; one < subscriptions; one += 1) this.#subscribe(String(one), '0');
    this.socket.pause();
  }

  #subscribe(id: string, after: string | null): void {
    const payload = { query: this.#query, variables: { after } };
    this.socket.send(JSON.stringify({ id, type: 'subscribe', payload }));
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
