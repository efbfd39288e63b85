/**
 * One turn of deciding: the state that was read once, and what each approved order adds to it, so that the next one is decided
 * as if the ones before it were there already. It is forgotten at the end of the turn: the rows are the truth.
 */
import type { BrokerCapabilities, OrderRequest, TradingMode } from '../broker/index.ts';
import { type Decimal, decimal, decimalText, maxOf, ZERO } from '../core/index.ts';
import type { SafetySettings } from '../safety/index.ts';
import type { OrderRow } from '../storage/index.ts';
import { workingOrder } from './books.ts';
import { decide } from './decision/decide.ts';
import { highestPrice } from './decision/exposure.ts';
import type { AccountView, DecisionView, RecentOrders, Verdict, WorkingOrder } from './decision/view.ts';
import { withOrder } from './decision/working-orders.ts';
import type { Intent, NewTerms } from './intent.ts';
import { sourceKey } from './order-source.ts';
import { type PriceBoard, priceOf } from './price-board.ts';
import type { Recents } from './recents.ts';
import { sessionOf } from './session.ts';

/** What was read at the beginning of a turn, under the locks. */
export interface TurnState {
  /** Epoch ms. */
  readonly now: number;
  readonly settings: SafetySettings;
  readonly effectiveMode: TradingMode;
  readonly capabilities: BrokerCapabilities;
  readonly board: PriceBoard;
  readonly account: Omit<AccountView, 'working'>;
  readonly working: readonly OrderRow[];
  readonly recents: Recents;
  /** Trades by trading day. */
  readonly trades: ReadonlyMap<string, number>;
  /** The `sourceKey`s of sources that are stopped. */
  readonly stopped: ReadonlySet<string>;
}

/** What was decided of one intent, and on what. */
export interface Deliberated {
  readonly view: DecisionView;
  readonly verdict: Verdict;
  /** The trading day on which it takes a place now; null when it needs none or holds one. */
  readonly reservedDay: string | null;
}

/** See the head of this file. */
export class Deliberation {
  readonly #state: TurnState;
  /** What may still be filled, by the id of its row, and what was approved in this turn, which has no row yet. */
  readonly #stored: Map<number, { readonly row: OrderRow; order: WorkingOrder }>;
  readonly #added: WorkingOrder[] = [];
  /** All of it. */
  #working: readonly WorkingOrder[];
  /** What was approved in this turn, with what tells its source and symbol. */
  readonly #approved: { readonly intent: Intent; readonly key: string }[] = [];
  /** What tells the sources and symbols of those that were denied in this turn. */
  readonly #denied: string[] = [];
  readonly #trades: Map<string, number>;
  readonly #stopped: Set<string>;

  constructor(state: TurnState) {
    this.#state = state;
    const orders = state.working.map((row) => ({ row, order: workingOrder(row, priceOf(state.board, row.symbol)) }));
    this.#stored = new Map(orders.map((each) => [each.row.id, each]));
    this.#working = orders.map(({ order }) => order);
    this.#trades = new Map(state.trades);
    this.#stopped = new Set(state.stopped);
  }

  /**
   * The working order that a change is about; null when it cannot be changed: it has ended or is to, is not known to work, or another
   * change is under way, so that these terms are about to be others; or as much as it would be is filled already.
   */
  changeable({ orderId, terms }: NonNullable<Intent['change']>): OrderRow | null {
    const row = this.#stored.get(orderId)?.row ?? null;
    const isAccepted = row?.status === 'accepted' || row?.status === 'partially_filled';
    const isWorking = isAccepted && row.cancelRequestedAt === null;
    const isChanging =
      row?.claimedBy != null || this.#approved.some(({ intent }) => intent.change?.orderId === orderId);
    return isWorking && !isChanging && terms.quantity.gt(row.filledQuantity) ? row : null;
  }

  /** Decides the next intent of the turn. One that changes an order is about a `changeable` one. */
  decide(intent: Intent): Deliberated {
    const old = intent.change === undefined ? null : this.changeable(intent.change);
    const view = this.#viewOf(intent, old);
    const verdict = decide(view);
    if (verdict.kind === 'denied') {
      if (verdict.denial.code !== 'RUNAWAY') this.#denied.push(intentKey(intent));
      if (verdict.denial.consequence === 'stop_source') this.#stopped.add(intentKey(intent));
      return { view, verdict, reservedDay: null };
    }
    const needsPlace = !verdict.isReducing && old?.reservedDay == null;
    const reservedDay = needsPlace ? (view.session?.tradingDay ?? null) : null;
    if (reservedDay !== null) this.#trades.set(reservedDay, view.tradesToday + 1);
    this.#approve(intent, old);
    return { view, verdict, reservedDay };
  }

  #viewOf(intent: Intent, old: OrderRow | null): DecisionView {
    const { now, settings, effectiveMode, capabilities, board, account } = this.#state;
    const { origin } = intent;
    const request = old === null ? intent.request : restOf(intent.request, old);
    const known = board.get(request.symbol);
    const session = sessionOf(request, known, now);
    const trades = this.#trades.get(session?.tradingDay ?? '') ?? 0;
    return {
      now,
      request,
      origin,
      settings,
      effectiveMode,
      capabilities,
      session,
      quote: known?.kind === 'priced' ? { price: known.price, at: known.at } : null,
      account: { ...account, working: old === null ? this.#working : this.#workingBeside(old.id) },
      recent: this.#recent(intent),
      // A change keeps the place that its order holds.
      tradesToday: old?.reservedDay == null ? trades : trades - 1,
      isStopped: this.#stopped.has(intentKey(intent)),
    };
  }

  /** All that may still be filled, without one. */
  #workingBeside(exceptId: number | null): readonly WorkingOrder[] {
    const stored = [...this.#stored.values()].filter(({ row }) => row.id !== exceptId);
    return [...stored.map(({ order }) => order), ...this.#added];
  }

  /** The rows of the last minute and what this turn has approved. */
  #recent(intent: Intent): RecentOrders {
    const { now, recents } = this.#state;
    const stored = recents.of(intent.request, intent.origin, intent.change?.orderId);
    const key = intentKey(intent);
    const alike = this.#approved.filter((each) => each.key === key).map((each) => each.intent);
    const ofSource = alike.filter(({ change }) => change === undefined);
    const denied = this.#denied.filter((each) => each === key);
    return {
      inLastMinute: stored.inLastMinute + this.#approved.length,
      ofSourceAndSymbolInLastMinute: stored.ofSourceAndSymbolInLastMinute + ofSource.length,
      deniedOfSourceAndSymbolInLastMinute: stored.deniedOfSourceAndSymbolInLastMinute + denied.length,
      sameAt: ofSource.some(({ request }) => isSame(request, intent.request)) ? now : stored.sameAt,
    };
  }

  #approve(intent: Intent, old: OrderRow | null): void {
    this.#approved.push({ intent, key: intentKey(intent) });
    const last = priceOf(this.#state.board, intent.request.symbol);
    const changed = old === null ? undefined : this.#stored.get(old.id);
    if (intent.change !== undefined && old !== null && changed !== undefined) {
      changed.order = workingOrder({ ...old, ...greaterTerms(old, intent.change.terms) }, last);
      this.#working = this.#workingBeside(null);
      return;
    }
    const { symbol, side, quantity } = intent.request;
    const order = { symbol, side, remaining: quantity, price: highestPrice(intent.request, last) ?? ZERO };
    this.#added.push(order);
    this.#working = withOrder(this.#working, order);
  }
}

/** Of a changed order what is left to fill. */
function restOf(request: OrderRequest, { filledQuantity }: OrderRow): OrderRequest {
  return { ...request, quantity: request.quantity.minus(filledQuantity) };
}

/** What tells the source and the symbol of an intent. */
function intentKey({ origin, request }: Intent): string {
  return sourceKey({ ...origin, symbol: request.symbol });
}

/**
 * What an order may become while the broker is asked to change it: of the old and the new terms the greater ones, so that
 * whichever of the two it turns out to be, it was counted. As columns.
 */
export function greaterTerms(row: OrderRow, terms: NewTerms): Pick<OrderRow, 'quantity' | 'limitPrice' | 'stopPrice'> {
  return {
    quantity: decimalText(maxOf(decimal(row.quantity), terms.quantity)),
    limitPrice: greaterPrice(row.limitPrice, terms.limitPrice),
    stopPrice: greaterPrice(row.stopPrice, terms.stopPrice),
  };
}

function greaterPrice(old: string | null, next: Decimal | null): string | null {
  return old === null || next === null ? old : decimalText(maxOf(decimal(old), next));
}

function isSame(a: OrderRequest, b: OrderRequest): boolean {
  return a.side === b.side && a.quantity.eq(b.quantity);
}
