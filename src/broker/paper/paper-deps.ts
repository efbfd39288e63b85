import type { Clock } from '../../core/index.ts';
import type { Quote } from '../../market/index.ts';
import type { Database } from '../../storage/index.ts';
import type { PaperSettings } from './settings.ts';

/** The prices that orders are filled at. */
export interface PaperPrices {
  /**
   * The quotes of at most 100 symbols.
   *
   * @throws {DomainError} VALIDATION when a symbol is unknown, UNAVAILABLE when the source is down
   */
  quotes(symbols: readonly string[]): Promise<readonly Quote[]>;
  /**
   * Units traded in the latest minute that is over; null where nobody knows. Without it, or with null, `maxVolumeShare`
   * bounds nothing: quotes tell no volume.
   */
  volume?(symbol: string): Promise<number | null>;
}

/** What the parts of the paper broker work with. */
export interface PaperDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly prices: PaperPrices;
  readonly settings: PaperSettings;
}
