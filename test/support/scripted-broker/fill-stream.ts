/** Listens to the broker's stream of changed accounts, and comes back when the connection breaks. */
import { type ClientRequest, get } from 'node:http';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** From one attempt to the next. */
const RETRY_MS = 50;

const line = z.object({ account: z.number().int().optional() });

type Heard = (ownerId: number) => void;

/** One connection for all listeners, while there are any. */
export class FillStream {
  readonly #url: string;
  readonly #listeners = new Set<Heard>();
  /** Accounts that were told of: after a gap any of them may have changed. */
  readonly #accounts = new Set<number>();
  #request: ClientRequest | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(url: string) {
    this.#url = `${url}/stream`;
  }

  /** Answers how to stop. */
  listen(heard: Heard): () => void {
    const entry: Heard = (ownerId) => heard(ownerId);
    this.#listeners.add(entry);
    this.#connect();
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size === 0) this.#disconnect();
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#disconnect();
  }

  #connect(): void {
    if (this.#isClosed || this.#request !== null || this.#retry !== null) return;
    const request = get(this.#url, { agent: false });
    this.#request = request;
    request.once('response', (response) => {
      for (const account of this.#accounts) this.#tell(account);
      const lines = createInterface({ input: response });
      lines.on('line', (text) => this.#read(text));
      lines.on('error', () => request.destroy());
    });
    request.on('error', () => request.destroy());
    request.once('close', () => {
      if (this.#request !== request) return;
      this.#request = null;
      this.#comeBack();
    });
  }

  #comeBack(): void {
    if (this.#listeners.size === 0) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect();
    }, RETRY_MS);
  }

  #disconnect(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const request = this.#request;
    this.#request = null;
    request?.destroy();
  }

  #read(text: string): void {
    const account = accountIn(text);
    if (account === undefined) return;
    this.#accounts.add(account);
    this.#tell(account);
  }

  #tell(account: number): void {
    for (const heard of this.#listeners) heard(account);
  }
}

/** `undefined` for a line that names none, and for what is no line. */
function accountIn(text: string): number | undefined {
  try {
    return line.parse(JSON.parse(text)).account;
  } catch {
    return undefined;
  }
}
