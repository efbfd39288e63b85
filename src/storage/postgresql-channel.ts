/**
 * LISTEN on a connection of its own, which is opened again when it breaks. What is announced meanwhile is lost, so
 * `heard` is called after each new connection, and by a slow poll besides.
 */
import type { Client } from 'pg';
import type { Following, FollowOptions } from './database.ts';
import { connectClient } from './postgresql-connections.ts';

/** Pause before a broken connection is opened again, in ms. */
const RECONNECT_MS = 1_000;

/** Starts following; resolves when the first connection listens. See `Database.follow`. */
export async function followChannel(url: string, options: FollowOptions): Promise<Following> {
  const channel = new Channel(url, options);
  await channel.open().catch(async (error: unknown) => {
    await channel.close();
    throw error;
  });
  return channel;
}

class Channel implements Following {
  readonly #url: string;
  readonly #options: FollowOptions;
  readonly #poll: NodeJS.Timeout;
  #client: Client | null = null;
  #retry: NodeJS.Timeout | null = null;
  readonly #closing = new AbortController();

  constructor(url: string, options: FollowOptions) {
    this.#url = url;
    this.#options = options;
    this.#poll = setInterval(options.heard, options.pollMs).unref();
  }

  async open(): Promise<void> {
    const { signal } = this.#closing;
    const client = await connectClient({ connectionString: this.#url }, signal);
    client.on('notification', this.#options.heard);
    client.on('error', () => this.#reopenLater(client));
    client.on('end', () => this.#reopenLater(client));
    this.#client = client;
    if (signal.aborted) return client.end();
    await client.query(`LISTEN ${client.escapeIdentifier(this.#options.channel)}`);
    this.#options.heard();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#poll);
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#client?.end();
  }

  /** @param broken the connection that is no more, null when there was none; its later ends mean nothing */
  #reopenLater(broken: Client | null): void {
    if (this.#closing.signal.aborted || this.#client !== broken || this.#retry !== null) return;
    this.#client = null;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.open().catch((error: unknown) => this.#failed(error));
    }, RECONNECT_MS).unref();
  }

  #failed(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    process.emitWarning(`Listening for other processes' events failed and is tried again: ${String(error)}`);
    this.#reopenLater(this.#client);
  }
}
