/**
 * Streams of server-sent events that are open. What goes through them is made elsewhere; this adds `retry:`, the time after
 * which a client comes back when its stream breaks off, and breaks them off when the server shuts down: `complete` would tell
 * clients that there is nothing more to come.
 */
import { Readable } from 'node:stream';
import type { ReadableStreamDefaultReader } from 'node:stream/web';
import { comeBackMs, type Random } from '../core/index.ts';

/** See the head of this file. */
export class EventStreams {
  readonly #random: Random;
  readonly #open = new Set<EventStream>();
  #isClosed = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The body as it is sent; one that begins after `close` ends at once. */
  send(body: { getReader(): ReadableStreamDefaultReader<Uint8Array> }): Readable {
    const stream = new EventStream(body.getReader());
    this.#open.add(stream);
    stream.once('close', () => this.#open.delete(stream));
    if (this.#isClosed) stream.breakOff(this.#retry());
    else stream.tell(this.#retry());
    return stream;
  }

  /** Ends all of them, and those that are still to come. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#open) stream.breakOff(this.#retry());
  }

  #retry(): string {
    return `retry: ${comeBackMs(this.#random)}\n\n`;
  }
}

/** One body; reads its source as fast as the client does, and ends it when the client leaves. */
class EventStream extends Readable {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  #isOver = false;

  constructor(source: ReadableStreamDefaultReader<Uint8Array>) {
    super();
    this.#source = source;
  }

  /** Sends a text of ours between two events. */
  tell(text: string): void {
    this.push(text);
  }

  /** Sends a last text and ends. */
  breakOff(text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.push(text);
    this.push(null);
  }

  override _read(): void {
    this.#source.read().then(
      ({ done, value }) => {
        if (this.#isOver) return;
        this.#isOver = done;
        this.push(done ? null : value);
      },
      (error: unknown) =>
        this.destroy(error instanceof Error ? error : new Error('The stream failed.', { cause: error })),
    );
  }

  override _destroy(reason: Error | null, done: (reason?: Error | null) => void): void {
    this.#isOver = true;
    void this.#leave();
    done(reason);
  }

  /** Whoever makes the events is told that nobody listens; how he takes it is his affair. */
  async #leave(): Promise<void> {
    await Promise.allSettled([this.#source.cancel()]);
  }
}
