/**
 * The package yahoo-finance2, kept on a short leash: it builds the addresses, has the cookies and the crumb that quotes
 * need, and nothing else. Its answers are checked by us, it logs nothing, shows no notices, and never asks npm whether there
 * is a newer version of it. It is loaded with the first request, because that takes a quarter of a second.
 */
import type { Interval } from '../interval.ts';
import { asFault } from './fault.ts';

/** What one chart holds; see `chart.ts` for its shape. */
export interface ChartRequest {
  /** In Yahoo's form. */
  readonly symbol: string;
  readonly interval: Exclude<Interval, '1w' | '1mo'>;
  /** Instants, epoch milliseconds: from <= start of a bar < until. */
  readonly from: number;
  readonly until: number;
}

/** Asks Yahoo; the answers are of unknown shape. */
export interface Client {
  /** @throws {YahooFault} */
  chart(request: ChartRequest): Promise<unknown>;
  /** @throws {YahooFault} */
  quotes(symbols: readonly string[]): Promise<unknown>;
}

const silent = (): void => undefined;
const UNCHECKED = { validateResult: false } as const;

/** A client whose requests go through `fetch`, and are made one after the other. */
export function createClient(fetch: typeof globalThis.fetch): Client {
  let loading: ReturnType<typeof loadPackage> | undefined;
  const load = (): ReturnType<typeof loadPackage> => (loading ??= loadPackage(fetch));
  return {
    chart: async ({ symbol, interval, from, until }) => {
      const { yahoo } = await load();
      const range = { period1: new Date(from), period2: new Date(until) };
      // Outside the regular session there are few trades and odd prices.
      const options = { ...range, interval, includePrePost: false, events: 'div|split', return: 'object' } as const;
      return yahoo.chart(symbol, options, UNCHECKED).catch((error: unknown) => {
        throw asFault(error);
      });
    },
    quotes: async (symbols) => {
      const { yahoo, forgetCrumb } = await load();
      return yahoo.quote([...symbols], {}, UNCHECKED).catch(async (error: unknown) => {
        // The package keeps a crumb that is no longer accepted, and even a failed attempt to get one.
        await forgetCrumb();
        throw asFault(error);
      });
    },
  };
}

async function loadPackage(fetch: typeof globalThis.fetch) {
  const [factory, chart, quote, cookies, crumb] = await Promise.all([
    import('yahoo-finance2/createYahooFinance'),
    import('yahoo-finance2/modules/chart'),
    import('yahoo-finance2/modules/quote'),
    import('yahoo-finance2/lib/cookieJar'),
    import('yahoo-finance2/lib/getCrumb'),
  ]);
  const YahooFinance = factory.default({ modules: { chart: chart.default, quote: quote.default } });
  const cookieJar = new cookies.ExtendedCookieJar();
  const yahoo = new YahooFinance({
    fetch,
    cookieJar,
    logger: { info: silent, warn: silent, error: silent, debug: silent, dir: silent },
    suppressNotices: ['yahooSurvey'],
    versionCheck: false,
    validation: { logErrors: false, logOptionsErrors: false },
  });
  return { yahoo, forgetCrumb: () => crumb.getCrumbClear(cookieJar) };
}
