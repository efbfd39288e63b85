/**
 * One accepted WebSocket. What it adds to `ws`: sending that waits for a slow reader, a meter on what comes in, a
 * heartbeat, and closing that always ends. Time is counted in the server's ticks, so a changed clock closes nobody.
 */
import type { RawData, WebSocket } from 'ws';

/** Codes that we close with; the reason beside them says what to do. */
export const CLOSE_CODES = {
  goingAway: 1001,
  unsupportedData: 1003,
  policyViolation: 1008,
  internalError: 1011,
  tryAgainLater: 1013,
} as const;

/** How patient the server is, in ticks. */
export interface Patience {
  /** Between two pings. */
  readonly pingTicks: number;
  /** Without a sign of life, after which the socket is dropped. */
  readonly deadTicks: number;
  /** Without any progress of what waits to be sent, after which the reader counts as stalled. */
  readonly stallTicks: number;
  /** For the client to answer our closing, after which the socket is dropped. */
  readonly closeTicks: number;
  /** Over which incoming messages are counted. */
  readonly meterTicks: number;
}

/** Up to here messages are handed to the system without waiting; beyond, sending waits until the reader catches up. */
const SEND_WINDOW_BYTES = 64 * 1024;
/** A socket that has more than this waiting is destroyed: its reader has stopped, and its senders do not wait. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** The protocol's bound on a close reason. */
const MAX_REASON_BYTES = 123;

/** See the head of this file. */
export class Connection {
  /** The subprotocol agreed in the handshake, empty without one. */
  readonly protocol: string;
  readonly #socket: WebSocket;
  readonly #patience: Patience;
  readonly #messagesPerMeter: number;
  readonly #closed = new AbortController();
  #ticksSinceHeard = 0;
  #ticksSincePing = 0;
  #ticksSinceProgress = 0;
  #ticksSinceClosing = 0;
  #ticksOfMeter = 0;
  #messages = 0;
  #unsent = 0;

  /** `messagesPerMeter`: how many frames may come in `patience.meterTicks`. */
  constructor(socket: WebSocket, options: { readonly patience: Patience; readonly messagesPerMeter: number }) {
    this.protocol = socket.protocol;
    this.#socket = socket;
    this.#patience = options.patience;
    this.#messagesPerMeter = options.messagesPerMeter;
    socket.on('ping', () => this.#admit());
    socket.on('pong', () => this.#admit());
    // `ws` closes the socket by itself, with the code that fits (1002, 1007, 1009).
    socket.on('error', () => this.#closed.abort());
    socket.on('close', () => this.#closed.abort());
  }

  /** Aborts when the socket has ended, whoever ended it. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Hears each text message, as long as the socket is open and its client keeps to the limits. */
  onText(listener: (text: string) => void): void {
    this.#socket.on('message', (data: RawData, isBinary: boolean) => {
      if (!this.#admit()) return;
      if (isBinary) this.close(CLOSE_CODES.unsupportedData, 'Send text, not binary messages.');
      else listener(textOf(data));
    });
  }

  /**
   * Sends a text message. Resolves when more may be sent: at once while little waits, else when the reader has caught up.
   * Never rejects; once the socket has ended it does nothing.
   */
  send(text: string): Promise<void> {
    if (!this.#isOpen()) return Promise.resolve();
    if (this.#socket.bufferedAmount + text.length > MAX_WAITING_BYTES) {
      this.#socket.terminate();
      return Promise.resolve();
    }
    if (this.#unsent === 0) this.#ticksSinceProgress = 0;
    this.#unsent += 1;
    const sent = new Promise<void>((resolve) => {
      this.#socket.send(text, () => {
        this.#unsent -= 1;
        this.#ticksSinceProgress = 0;
        resolve();
      });
    });
    return this.#socket.bufferedAmount <= SEND_WINDOW_BYTES ? Promise.resolve() : sent;
  }

  /** Starts the closing handshake; a client that does not answer it is dropped. */
  close(code: number, reason: string): void {
    if (this.#isOpen()) this.#socket.close(code, shortened(reason));
  }

  /** Ends the socket at once, without the closing handshake. */
  drop(): void {
    this.#socket.terminate();
  }

  /** One beat of the server's timer. */
  tick(): void {
    this.#turnMeter();
    if (!this.#isOpen()) {
      this.#ticksSinceClosing += 1;
      if (this.#ticksSinceClosing > this.#patience.closeTicks) this.#socket.terminate();
      return;
    }
    this.#ticksSinceHeard += 1;
    this.#ticksSinceProgress += 1;
    if (this.#unsent > 0 && this.#ticksSinceProgress > this.#patience.stallTicks) {
      this.close(CLOSE_CODES.tryAgainLater, 'You have stopped reading. Come back and replay from your last cursor.');
    } else if (this.#ticksSinceHeard > this.#patience.deadTicks) {
      this.#socket.terminate();
    } else {
      this.#pingInTime();
    }
  }

  #turnMeter(): void {
    this.#ticksOfMeter += 1;
    if (this.#ticksOfMeter < this.#patience.meterTicks) return;
    this.#ticksOfMeter = 0;
    this.#messages = 0;
  }

  #pingInTime(): void {
    this.#ticksSincePing += 1;
    if (this.#ticksSincePing < this.#patience.pingTicks) return;
    this.#ticksSincePing = 0;
    this.#socket.ping();
  }

  /** Counts an incoming frame; false when the client is over its limit, or is being closed. */
  #admit(): boolean {
    this.#ticksSinceHeard = 0;
    if (!this.#isOpen()) return false;
    this.#messages += 1;
    if (this.#messages <= this.#messagesPerMeter) return true;
    this.close(CLOSE_CODES.policyViolation, `At most ${this.#messagesPerMeter} messages a minute are accepted here.`);
    return false;
  }

  #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }
}

/** With `ws`'s default of node buffers a message is one buffer; the other forms are of other settings. */
function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString();
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString();
}

/** Cut by whole characters until it fits. */
function shortened(reason: string): string {
  let fitting = reason;
  while (Buffer.byteLength(fitting) > MAX_REASON_BYTES) fitting = fitting.slice(0, -1);
  return fitting;
}
