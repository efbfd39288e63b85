/**
 * LISTEN on a connection of its own, which is opened again when it breaks. What is announced meanwhile is lost, so
 * `heard` is called after each new connection, and by a slow poll besides.
 */
import { Client } from 'pg';
import type { Following, FollowOptions } from './database.ts';

/** Pause before a broken connection is opened again, in ms. */
const RECONNECT_MS = 1_000;

/** Starts following; resolves when the first connection listens. See `Database.follow`. */
export async function followChannel(url: string, options: FollowOptions): Promise<Following> {
  const channel = new Channel(url, options);
  await channel.open();
  return channel;
}

class Channel implements Following {
  readonly #url: string;
  readonly #options: FollowOptions;
  readonly #poll: NodeJS.Timeout;
  #client: Client | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(url: string, options: FollowOptions) {
    this.#url = url;
    this.#options = options;
    this.#poll = setInterval(options.heard, options.pollMs).unref();
  }

  async open(): Promise<void> {
    const client = new Client({ connectionString: this.#url, connectionTimeoutMillis: 10_000, keepAlive: true });
    client.on('notification', this.#options.heard);
    client.on('error', () => this.#reopenLater(client));
    client.on('end', () => this.#reopenLater(client));
    this.#client = client;
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(this.#options.channel)}`);
    this.#options.heard();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#poll);
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#client?.end();
  }

  #reopenLater(broken: Client): void {
    if (this.#isClosed || this.#client !== broken) return;
    this.#client = null;
    this.#retry = setTimeout(() => {
      // A failed attempt ends its client, whose event brings us here again.
      this.open().catch((error: unknown) => this.#failed(error));
    }, RECONNECT_MS).unref();
  }

  #failed(error: unknown): void {
    const client = this.#client;
    if (this.#isClosed || client === null) return;
    process.emitWarning(`Listening for other processes' events failed and is tried again: ${String(error)}`);
    this.#reopenLater(client);
  }
}
