/**
 * A stand-in of Yahoo Finance on loopback, over real HTTP: charts, quotes, the cookie and the crumb, the limits on ranges, and
 * whatever misbehaviour a test scripts. `fetch` leads any request for a Yahoo host to it; other hosts are refused.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DAY_MS } from '../../src/core/index.ts';
import { type ChartRow, currentSession, dailyRows, intradayRows, type Listing } from './yahoo-listing.ts';

/** What a scripted answer does instead of the right one. */
export type Misbehaviour =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | 'reset'
  | 'truncate'
  | 'stall'
  | 'cut';

/** A request that arrived. */
export interface Arrival {
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly at: number;
}

const LIMIT_DAYS: Readonly<Record<string, number>> = { '1m': 30, '5m': 60, '15m': 60, '30m': 60, '1h': 730 };
const MINUTES: Readonly<Record<string, number>> = { '1m': 1, '5m': 5, '15m': 15, '30m': 30, '1h': 60 };
const HOST_HEADER = 'x-meant-for';

/** A running stand-in. */
export class YahooStandIn {
  /** Every request, in the order of arrival. */
  readonly arrivals: Arrival[] = [];
  readonly #server: Server;
  readonly #listings: Map<string, Listing>;
  readonly #now: () => number;
  #script: { readonly path: RegExp; readonly misbehaviour: Misbehaviour }[] = [];
  #crumb = 'crumb/1';
  /** Requests that are being answered, and the most at one time. */
  #open = 0;
  mostOpen = 0;
  /** By which fraction every price is off, as of a service that computes in single precision. */
  noise = 0;
  /** Seconds by which the times of charts are moved. */
  shiftSeconds = 0;

  constructor(listings: readonly Listing[], now: () => number) {
    this.#listings = new Map(listings.map((listing) => [listing.symbol, listing]));
    this.#now = now;
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  /** Starts listening. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** What the provider is given to talk HTTP with. */
  readonly fetch: typeof globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!url.hostname.endsWith('.yahoo.com')) throw new Error(`The provider calls ${url.hostname}.`);
    const headers = new Headers(init?.headers);
    headers.set(HOST_HEADER, url.hostname);
    const { port } = this.#server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, { ...init, headers });
  };

  /** Lets the next requests whose path matches misbehave, one after the other. */
  misbehave(path: RegExp, ...misbehaviours: readonly Misbehaviour[]): void {
    this.#script.push(...misbehaviours.map((misbehaviour) => ({ path, misbehaviour })));
  }

  /** Replaces what is known of an instrument, as when it splits. */
  relist(listing: Listing): void {
    this.#listings.set(listing.symbol, listing);
  }

  /** Makes the crumb that is out there invalid. */
  changeCrumb(): void {
    this.#crumb = `${this.#crumb}+`;
  }

  /** Paths that have arrived, e.g. `/v8/finance/chart/SPY`. */
  get paths(): readonly string[] {
    return this.arrivals.map(({ path }) => path);
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const host = String(request.headers[HOST_HEADER]);
    this.arrivals.push({ host, path: url.pathname, query: url.searchParams, at: performance.now() });
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    response.once('close', () => {
      this.#open -= 1;
    });
    const next = this.#script.findIndex(({ path }) => path.test(url.pathname));
    if (next === -1) {
      setTimeout(() => this.#answer({ url, host, cookie: request.headers.cookie ?? '' }, response), 2);
      return;
    }
    const [scripted] = this.#script.splice(next, 1);
    if (scripted !== undefined) misbehave(scripted.misbehaviour, response);
  }

  #answer({ url, host, cookie }: { url: URL; host: string; cookie: string }, response: ServerResponse): void {
    if (host === 'finance.yahoo.com') {
      response.setHeader(
        'set-cookie',
        'A3=d=AQABBK; Max-Age=31557600; Domain=.yahoo.com; Path=/; SameSite=None; Secure; HttpOnly',
      );
      sendText(response, 200, '<html>Apple Inc. (AAPL)</html>');
      return;
    }
    const isKnown = cookie.includes('A3=d=AQABBK');
    if (url.pathname === '/v1/test/getcrumb') {
      sendText(response, isKnown ? 200 : 401, isKnown ? this.#crumb : 'Unauthorized');
      return;
    }
    if (url.pathname === '/v7/finance/quote') {
      if (!isKnown || url.searchParams.get('crumb') !== this.#crumb) {
        sendJson(response, 401, failure('finance', 'Unauthorized', 'Invalid Crumb'));
      } else sendJson(response, 200, this.#quotes(url.searchParams));
      return;
    }
    this.#chart(url, response);
  }

  #quotes(query: URLSearchParams): unknown {
    const now = this.#now();
    const result = (query.get('symbols') ?? '').split(',').flatMap((symbol) => {
      const listing = this.#listings.get(symbol);
      if (listing === undefined) return [];
      const price = dailyRows(listing, { from: now - 10 * DAY_MS, until: now, now }).at(-1)?.[4];
      const [bid, ask] = listing.book ?? [0, 0];
      const regularMarketTime = Math.floor(Math.min(now / 1000, currentSession(listing, now).end));
      return [
        { language: 'en-US', quoteType: 'EQUITY', symbol, regularMarketPrice: price, regularMarketTime, bid, ask },
      ];
    });
    return { quoteResponse: { result, error: null } };
  }

  #chart(url: URL, response: ServerResponse): void {
    const listing = this.#listings.get(decodeURIComponent(url.pathname.replace('/v8/finance/chart/', '')));
    if (listing === undefined) {
      sendJson(response, 404, failure('chart', 'Not Found', 'No data found, symbol may be delisted'));
      return;
    }
    const now = this.#now();
    const [period1, period2] = ['period1', 'period2'].map((name) => Number(url.searchParams.get(name)));
    const interval = url.searchParams.get('interval') ?? '';
    const refusal = refusedRange(interval, Number(period1), Number(period2), now / 1000);
    if (refusal !== undefined) {
      sendJson(response, 422, failure('chart', 'Unprocessable Entity', refusal));
      return;
    }
    const range = { from: Number(period1) * 1000, until: Number(period2) * 1000, now };
    const minutes = MINUTES[interval];
    const rows = minutes === undefined ? dailyRows(listing, range) : intradayRows(listing, { ...range, minutes });
    if (rows.length === 0) {
      const message = `Data doesn't exist for startDate = ${period1}, endDate = ${period2}`;
      sendJson(response, 400, failure('chart', 'Bad Request', message));
      return;
    }
    sendJson(
      response,
      200,
      chartOf(listing, rows, { now, isDaily: minutes === undefined, noise: this.noise, shift: this.shiftSeconds }),
    );
  }
}

function chartOf(
  listing: Listing,
  rows: readonly ChartRow[],
  { now, isDaily, noise, shift }: { now: number; isDaily: boolean; noise: number; shift: number },
): unknown {
  const column = (index: number): unknown[] =>
    rows.map((row) =>
      index === 0 || index === 6 ? row[index] : typeof row[index] === 'number' ? row[index] * (1 + noise) : null,
    );
  const session = currentSession(listing, now);
  const regular = { timezone: 'EST', ...session, gmtoffset: -18_000 };
  const quote = { open: column(1), high: column(2), low: column(3), close: column(4), volume: column(6) };
  const result = {
    meta: {
      currency: 'USD',
      symbol: listing.symbol,
      exchangeTimezoneName: listing.timeZone,
      gmtoffset: -18_000,
      currentTradingPeriod: { pre: regular, regular, post: regular },
      ...(isDaily ? {} : { tradingPeriods: [[regular]] }),
    },
    timestamp: rows.map(([seconds]) => seconds + shift),
    indicators: { quote: [quote], ...(isDaily ? { adjclose: [{ adjclose: column(5) }] } : {}) },
  };
  return { chart: { result: [result], error: null } };
}

function refusedRange(interval: string, period1: number, period2: number, now: number): string | undefined {
  const days = LIMIT_DAYS[interval];
  if (days === undefined) return undefined;
  if (period1 < now - days * 86_400) {
    return `${interval} data not available for startTime=${period1} and endTime=${period2}. The requested range must be within the last ${days} days.`;
  }
  if (interval !== '1m' || period2 - period1 <= 8 * 86_400) return undefined;
  return 'Only 8 days worth of 1m granularity data are allowed to be fetched per request.';
}

function failure(key: string, code: string, description: string): unknown {
  return { [key]: { result: null, error: { code, description } } };
}

function misbehave(misbehaviour: Misbehaviour, response: ServerResponse): void {
  if (typeof misbehaviour === 'object') {
    const { status, body = '', headers = {} } = misbehaviour;
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
    return;
  }
  switch (misbehaviour) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'truncate':
      sendText(response, 200, '{"chart":{"result":[{"meta":{"currency":"USD"},"timestamp":[1577975400,15780');
      return;
    case 'cut':
      response.writeHead(200, { 'content-length': '100000', 'content-type': 'application/json' });
      response.write('{"chart":{"result":[');
      setTimeout(() => response.socket?.destroy(), 5);
      return;
    case 'stall':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"chart":');
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
