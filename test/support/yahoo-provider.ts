/** A Yahoo provider on a stand-in, at an instant from which its clock runs on. */
import { type Clock, seededRandom } from '../../src/core/index.ts';
import { type YahooOptions, YahooProvider } from '../../src/market/index.ts';
import { afterEveryTest } from './endings.ts';
import type { Listing } from './yahoo-listing.ts';
import { YahooStandIn } from './yahoo-stand-in.ts';

/** A clock that runs from an instant, and can be moved. */
export class RunningClock implements Clock {
  #offset: number;

  constructor(start: string) {
    this.#offset = Date.parse(start) - performance.now();
  }

  now(): number {
    return Math.floor(this.#offset + performance.now());
  }

  /** Moves it on. */
  advanceTo(instant: string): void {
    this.#offset = Date.parse(instant) - performance.now();
  }
}

const NEW_YORK = 'America/New_York';

/** What the stand-in lists unless told otherwise. */
export const LISTINGS: readonly Listing[] = [
  { symbol: 'SPY', timeZone: NEW_YORK, listed: Date.UTC(1993, 0, 29), book: [99.9, 100.1] },
  { symbol: 'QQQ', timeZone: NEW_YORK, listed: Date.UTC(1999, 2, 10) },
  { symbol: 'BRK-B', timeZone: NEW_YORK, listed: Date.UTC(1996, 4, 9) },
  { symbol: 'BTC-USD', timeZone: 'UTC', listed: Date.UTC(2014, 8, 17) },
  { symbol: 'EURUSD=X', timeZone: 'UTC', listed: Date.UTC(2003, 11, 1) },
];

/** Fast enough for a test, with the waits of the real thing in miniature. */
const PACE = { spacingMs: 0, timeoutMs: 2000, backoffMs: 10 };

/** A provider and what it talks to. */
export interface YahooBench {
  readonly clock: RunningClock;
  readonly standIn: YahooStandIn;
  readonly provider: YahooProvider;
  readonly close: () => Promise<void>;
}

/** Opens both; the caller closes them. */
export async function openYahoo(
  now: string,
  options: { readonly listings?: readonly Listing[]; readonly pace?: YahooOptions['pace'] } = {},
): Promise<YahooBench> {
  const clock = new RunningClock(now);
  const standIn = new YahooStandIn(options.listings ?? LISTINGS, () => clock.now());
  await standIn.listen();
  const random = seededRandom('yahoo tests');
  const provider = new YahooProvider({ clock, random, fetch: standIn.fetch, pace: { ...PACE, ...options.pace } });
  const close = async (): Promise<void> => {
    provider.close();
    await standIn.close();
  };
  return { clock, standIn, provider, close };
}

const opened: YahooBench[] = [];

/** Opens both; they are closed after the test. */
export async function startYahoo(...args: Parameters<typeof openYahoo>): Promise<YahooBench> {
  const bench = await openYahoo(...args);
  opened.push(bench);
  return bench;
}

afterEveryTest(async () => {
  await Promise.all(opened.splice(0).map((bench) => bench.close()));
});
