/** Everything of alerts that runs by itself in a process: the prices that they watch, what holds them against it, and reactions to events. */
import type { JournalConsumer } from '../events/index.ts';
import { QuoteFeed } from '../market/index.ts';
import { AlertWatch, type WatchPauses } from './alert-watch.ts';
import type { AlertDeps } from './deps.ts';
import { alertReactions } from './reactions.ts';

export interface AlertServiceOptions extends AlertDeps {
  /** How often the prices are asked for, in ms. Default: depends on the provider, see `QuoteFeed`. */
  readonly quotesEveryMs?: number;
  readonly pauses?: Partial<WatchPauses>;
}

/** See the head of this file. One per process; any number of them can share a database. */
export class AlertService {
  readonly feed: QuoteFeed;
  readonly watch: AlertWatch;
  readonly reactions: JournalConsumer;

  constructor(options: AlertServiceOptions) {
    const { market, clock, log, quotesEveryMs } = options;
    this.feed = new QuoteFeed({
      market,
      clock,
      log,
      ...(quotesEveryMs === undefined ? {} : { everyMs: quotesEveryMs }),
    });
    this.watch = new AlertWatch({ ...options, feed: this.feed });
    this.reactions = alertReactions(options);
  }

  /** Resolves when the alerts are known, or could not be read and are tried again. */
  async start(): Promise<void> {
    await this.reactions.start();
    await this.watch.start();
    this.feed.start();
  }

  /** Waits for what is under way; what was not stored is found again by the next process. */
  async close(): Promise<void> {
    await this.feed.close();
    await this.watch.close();
    await this.reactions.close();
  }
}
