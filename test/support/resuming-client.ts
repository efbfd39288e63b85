/** A client that hears the journal, is cut off again and again, and comes back with the last cursor that it has heard. */
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { type JsonObject, readJson } from '../../src/core/index.ts';

/** One connection: it tells every cursor that it hears until it has ended, for whatever reason. */
type Connect = (url: string, after: string, hear: (cursor: string) => void) => Connected;

interface Connected {
  readonly ended: Promise<void>;
  /** Breaks the connection off, as a failing network does. */
  cut(): void;
}

const EVENTS = 'subscription ($after: Cursor) { events(after: $after) { cursor } }';

/** The ways to hear events. `/ws/orders` does not tell of all of them. */
export const TRANSPORTS = {
  'graphql-ws': (url, after, hear) =>
    socket(`${url}/graphql`, 'graphql-transport-ws', {
      opened: (send) => send({ type: 'connection_init' }),
      heard: ({ type, payload }, send) => {
        if (type === 'connection_ack') {
          send({ id: '1', type: 'subscribe', payload: { query: EVENTS, variables: { after } } });
        }
        if (type === 'next') hear(cursorIn(payload));
      },
    }),
  '/ws/orders': (url, after, hear) =>
    socket(`${url}/ws/orders?after=${after}`, undefined, {
      opened: () => undefined,
      heard: ({ type, cursor }) => {
        if (type !== 'connected' && typeof cursor === 'string') hear(cursor);
      },
    }),
  'server-sent events': (url, after, hear) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const sent = request(`${url}/graphql`, { method: 'POST', headers, agent: false });
    let text = '';
    const ended = new Promise<void>((resolve) => {
      sent.on('error', () => resolve());
      sent.on('response', (response) => {
        response.setEncoding('utf8').on('data', (part: string) => {
          const blocks = (text + part).split('\n\n');
          text = blocks.pop() ?? '';
          for (const block of blocks) {
            const data = /^data: (.+)$/m.exec(block)?.[1];
            if (data !== undefined) hear(cursorIn(readJson<JsonObject>(data)));
          }
        });
        response.on('error', () => resolve());
        response.on('close', () => resolve());
      });
    });
    sent.end(JSON.stringify({ query: EVENTS, variables: { after } }));
    return { ended, cut: () => void sent.destroy() };
  },
} as const satisfies Readonly<Record<string, Connect>>;

interface Talk {
  readonly opened: (send: (message: JsonObject) => void) => void;
  readonly heard: (message: JsonObject, send: (message: JsonObject) => void) => void;
}

function socket(url: string, protocol: string | undefined, { opened, heard }: Talk): Connected {
  const ws = new WebSocket(url.replace('http', 'ws'), protocol === undefined ? [] : [protocol]);
  const send = (message: JsonObject): void => ws.send(JSON.stringify(message));
  ws.on('error', () => undefined);
  ws.on('open', () => opened(send));
  ws.on('message', (data: Buffer) => heard(readJson<JsonObject>(data.toString()), send));
  // Not `once`, which rejects at an error, as of a connection that was cut before it was there.
  const ended = new Promise<void>((resolve) => {
    ws.on('close', () => resolve());
  });
  return { ended, cut: () => ws.terminate() };
}

function cursorIn(payload: unknown): string {
  const cursor = /"cursor":"(\d+)"/.exec(JSON.stringify(payload))?.[1];
  if (cursor === undefined) throw new Error(`An answer without a cursor: ${JSON.stringify(payload)}`);
  return cursor;
}

/** See the head of this file. */
export class ResumingClient {
  /** Cursors in the order in which they were heard, over all connections. */
  readonly heard: string[] = [];
  /** Connections that have ended, whoever ended them. */
  cuts = 0;
  readonly #url: string;
  readonly #connect: Connect;
  #now: Connected | null = null;
  #isLeaving = false;
  #loop: Promise<void> | null = null;

  constructor(url: string, transport: keyof typeof TRANSPORTS) {
    this.#url = url;
    this.#connect = TRANSPORTS[transport];
  }

  /** Connects, and again whenever the connection has ended. */
  start(): void {
    this.#loop = this.#stay();
  }

  /** Breaks the connection off. */
  cut(): void {
    this.#now?.cut();
  }

  /** Ends it. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.cut();
    await this.#loop;
  }

  async #stay(): Promise<void> {
    while (!this.#isLeaving) {
      this.#now = this.#connect(this.#url, this.heard.at(-1) ?? '0', (cursor) => this.heard.push(cursor));
      await this.#now.ended;
      this.cuts += 1;
      // A server that is just starting refuses connections.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
