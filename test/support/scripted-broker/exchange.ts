import { amount, amountText, mulDiv, UNIT } from './amounts.ts';
import { Books } from './books.ts';
import type { Hours } from './hours.ts';
import type { ChangeMessage, FillReport, OrderMessage, OrderReport, OrderState } from './messages.ts';

/** What the market of the scripted broker is like. */
export interface ExchangeOptions {
  readonly initialCash: string;
  readonly hours: Hours;
  /** Whether positions may be negative. */
  readonly short: boolean;
  /** Whether orders are taken while the market is closed. */
  readonly extendedHours: boolean;
  /** Per fill. */
  readonly fee: string;
  /** The broker's clock, epoch ms. */
  readonly now: () => number;
  /** Called for an account with new fills or an order that ended. */
  readonly changed: (account: number) => void;
}

/** A refusal by the broker. */
export class Refused extends Error {
  readonly code: 'unknown_order' | 'ended' | 'refused';
  readonly order: OrderReport | undefined;

  constructor(code: Refused['code'], message: string, order?: OrderReport) {
    super(message);
    this.code = code;
    this.order = order;
  }
}

/** An order in the broker's books. */
export interface Entry {
  readonly account: number;
  report: OrderReport;
  isTriggered: boolean;
}

interface Account {
  readonly books: Books;
  /** By client id the newest, because a duplicate makes a second order. */
  readonly byClientId: Map<string, Entry>;
  readonly entries: Entry[];
  readonly fills: FillReport[];
}

/** Orders, fills and books of the scripted broker. Nothing is recognised as a repetition. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #accounts = new Map<number, Account>();
  readonly #quotes = new Map<string, bigint>();
  #count = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Takes an order and lets the market have it. @throws {Refused} */
  submit(account: number, message: OrderMessage): Entry {
    const { books, entries, byClientId } = this.accountOf(account);
    this.#refuse(message, books);
    this.#count += 1;
    const id = `S-${this.#count}`;
    const received_at = new Date(this.#options.now()).toISOString();
    const report: OrderReport = { ...message, id, state: 'WORKING', done_size: '0', remark: null, received_at };
    const entry: Entry = { account, report, isTriggered: false };
    entries.push(entry);
    byClientId.set(message.client_id, entry);
    return entry;
  }

  /** @throws {Refused} for one that is unknown or has ended */
  cancel(account: number, clientId: string): OrderReport {
    const entry = this.#working(account, clientId);
    this.#end(entry, 'CANCELLED', 'Canceled on request.');
    return entry.report;
  }

  /** @throws {Refused} for one that is unknown or has ended, and for less than was filled */
  replace(account: number, clientId: string, change: ChangeMessage): OrderReport {
    const entry = this.#working(account, clientId);
    if (change.size !== undefined && amount(change.size) <= amount(entry.report.done_size)) {
      throw new Refused('refused', 'The size is not above what was filled.', entry.report);
    }
    entry.report = { ...entry.report, ...change };
    this.#match(entry);
    return entry.report;
  }

  find(account: number, clientId: string): OrderReport {
    const entry = this.accountOf(account).byClientId.get(clientId);
    if (entry === undefined) throw new Refused('unknown_order', `There is no order ${clientId}.`);
    return entry.report;
  }

  openOrders(account: number): readonly OrderReport[] {
    return this.accountOf(account)
      .entries.filter(isWorking)
      .map(({ report }) => report);
  }

  accountOf(account: number): Account {
    let found = this.#accounts.get(account);
    if (found === undefined) {
      found = { books: new Books(this.#options.initialCash), byClientId: new Map(), entries: [], fills: [] };
      this.#accounts.set(account, found);
    }
    return found;
  }

  setQuote(instrument: string, price: string): void {
    this.#quotes.set(instrument, amount(price));
    this.matchAll();
  }

  /** Has the prices of another. */
  takeQuotes(other: Exchange): void {
    for (const [instrument, price] of other.#quotes) this.#quotes.set(instrument, price);
  }

  /** What the broker says of the money of an account. */
  balance(account: number): { readonly currency: string; readonly cash: string } {
    return { currency: 'USD', cash: amountText(this.accountOf(account).books.cash) };
  }

  /** Looks at every working order again: the price or the hour is another. */
  matchAll(): void {
    for (const { entries } of this.#accounts.values()) for (const entry of entries) this.#match(entry);
  }

  /** Gives the market an order that was just taken. */
  match(entry: Entry): void {
    this.#match(entry);
  }

  /** Ends orders for the day whose session ended between two instants. */
  closeSessions(from: number, until: number): void {
    for (const { entries } of this.#accounts.values()) {
      for (const entry of entries) {
        const { validity, instrument } = entry.report;
        const hasEnded = validity === 'DAY' && this.#options.hours.hasClosed(instrument, from, until);
        if (hasEnded && isWorking(entry)) this.#end(entry, 'LAPSED', 'The session ended.');
      }
    }
  }

  /** Fills an order, whatever the market says; also more than is left, and what has ended. */
  fill(account: number, clientId: string, size: string, price?: string): FillReport {
    const entry = this.accountOf(account).byClientId.get(clientId);
    if (entry === undefined) throw new Refused('unknown_order', `There is no order ${clientId}.`);
    const quote = price ?? amountText(this.#quotes.get(entry.report.instrument) ?? 0n);
    return this.#fill(entry, amount(size), amount(quote));
  }

  #working(account: number, clientId: string): Entry {
    const entry = this.accountOf(account).byClientId.get(clientId);
    if (entry === undefined) throw new Refused('unknown_order', `There is no order ${clientId}.`);
    if (!isWorking(entry)) throw new Refused('ended', `The order is ${entry.report.state}.`, entry.report);
    return entry;
  }

  #refuse({ instrument, direction, size, limit, validity }: OrderMessage, books: Books): void {
    const { hours, now, short, extendedHours } = this.#options;
    const price = limit === null ? this.#quotes.get(instrument) : amount(limit);
    if (price === undefined) throw new Refused('refused', `There is no market for ${instrument}.`);
    if (direction === 'B' && mulDiv(amount(size), price, UNIT) > books.cash) {
      throw new Refused('refused', 'The account cannot pay for it.');
    }
    if (direction === 'S' && !short && amount(size) > books.sizeOf(instrument)) {
      throw new Refused('refused', 'Short sales are not possible.');
    }
    if (validity !== 'OPEN' && !extendedHours && !hours.isOpen(instrument, now())) {
      throw new Refused('refused', 'The market is closed.');
    }
  }

  #match(entry: Entry): void {
    const { hours, now } = this.#options;
    const { report } = entry;
    const quote = this.#quotes.get(report.instrument);
    if (!isWorking(entry) || quote === undefined || !hours.isOpen(report.instrument, now())) return;
    // An order for the opening that came during a session waits for the next one.
    if (report.validity === 'OPEN' && !hours.hasClosed(report.instrument, Date.parse(report.received_at), now()))
      return;
    if (isTouched(entry, quote)) this.#fill(entry, amount(report.size) - amount(report.done_size), quote);
  }

  #fill(entry: Entry, size: bigint, price: bigint): FillReport {
    const { report, account } = entry;
    const { fills, books } = this.accountOf(account);
    this.#count += 1;
    const { id: order_id, client_id, instrument, direction } = report;
    const fill: FillReport = {
      execution: `X-${this.#count}`,
      order_id,
      client_id,
      instrument,
      direction,
      size: amountText(size),
      price: amountText(price),
      fee: this.#options.fee,
      time: new Date(this.#options.now()).toISOString(),
    };
    fills.push(fill);
    books.book(fill);
    const done = amount(report.done_size) + size;
    const isDone = done >= amount(report.size);
    const state = isDone ? 'DONE' : isWorking(entry) ? 'PART_FILLED' : report.state;
    entry.report = { ...report, done_size: amountText(done), state };
    this.#options.changed(account);
    return fill;
  }

  #end(entry: Entry, state: OrderState, remark: string): void {
    entry.report = { ...entry.report, state, remark };
    this.#options.changed(entry.account);
  }
}

function isWorking({ report }: Entry): boolean {
  return report.state === 'WORKING' || report.state === 'PART_FILLED' || report.state === 'NEW';
}

/** Whether the order would be filled at the price; remembers that a stop was touched. */
function isTouched(entry: Entry, quote: bigint): boolean {
  const { direction, limit, trigger } = entry.report;
  const reaches = (bound: string, isAbove: boolean): boolean =>
    isAbove ? quote >= amount(bound) : quote <= amount(bound);
  if (trigger !== null && !entry.isTriggered) {
    if (!reaches(trigger, direction === 'B')) return false;
    entry.isTriggered = true;
  }
  return limit === null || reaches(limit, direction === 'S');
}
