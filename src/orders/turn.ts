/** A turn of deciding: what goes into it, and what comes out before it is stored. */
import type { OrderRow } from '../storage/index.ts';
import type { AccountKey } from './books.ts';
import type { Deliberated } from './deliberation.ts';
import type { OrderBasis } from './deps.ts';
import type { Intent, SendRight } from './intent.ts';
import type { PriceBoard } from './price-board.ts';
import type { Recents } from './recents.ts';

/** What deciding works with, beside what orders do. */
export interface DecidingDeps extends OrderBasis {
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  /** Tells this process from others. */
  readonly processId: string;
  /** How long the right to send lasts, in ms. */
  readonly claimMs: number;
}

/** One turn. */
export interface Turn {
  readonly key: AccountKey;
  readonly intents: readonly Intent[];
  readonly board: PriceBoard;
  readonly recents: Recents;
}

/** An intent that was decided, and the order that it changes. */
export interface Decided extends Deliberated {
  readonly intent: Intent;
  readonly old: OrderRow | null;
}

/** What a turn decided. */
export interface TurnRecord {
  readonly key: AccountKey;
  /** Epoch ms. */
  readonly now: number;
  readonly right: SendRight;
  readonly decided: readonly Decided[];
}
