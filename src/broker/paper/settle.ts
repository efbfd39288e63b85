/** Matching the orders of one account with quotes, and ending those whose time is over: one transaction. */
import { type Decimal, dateOf, decimal, decimalText, sumOf, toMoney, ZERO } from '../../core/index.ts';
import type { Quote } from '../../market/index.ts';
import type { Db } from '../../storage/index.ts';
import type { Books } from './books.ts';
import { type LockedAccount, lockAccount, readBooks, writeBooks } from './ledger.ts';
import { hasExpired, matchOrder } from './match.ts';
import type { PaperDeps } from './paper-deps.ts';
import { OPEN_STATUSES, type PaperOrder, paperOrderOf } from './paper-order.ts';
import { type Step, stepOf } from './step.ts';

const MINUTE_MS = 60_000;
/** How many of the newest fills are looked through for those of the running minute. */
const RECENT_FILLS = 10_000;

/** The prices of one round. */
export interface MarketView {
  readonly quotes: ReadonlyMap<string, Quote>;
  /** Units of the latest minute, by symbol; where there is none, quantities are not bounded. */
  readonly volumes: ReadonlyMap<string, number>;
}

/** Whether anything happens to the order now. */
export function isDue(order: PaperOrder, { quotes }: MarketView, now: number): boolean {
  if (hasExpired(order, now)) return true;
  const quote = quotes.get(order.symbol);
  return quote !== undefined && matchOrder(order, quote, { slippageBps: ZERO, available: null }) !== null;
}

/**
 * Does to the orders what the prices and the time say. They are read again behind the account's lock, so of several
 * processes that match the same order with the same quote one does it and the others find it done.
 */
export function settleAccount(
  deps: PaperDeps,
  { ownerId, orderIds }: { readonly ownerId: number; readonly orderIds: readonly number[] },
  market: MarketView,
): Promise<void> {
  return deps.database.transaction(async (tx) => {
    const account = await lockAccount(tx, deps.settings, { ownerId, now: dateOf(deps.clock) });
    const now = dateOf(deps.clock);
    const books = await readBooks(tx, deps.settings, account);
    const rows = await tx.paperOrder.findMany({
      where: { id: { in: [...orderIds] }, ownerId, status: { in: [...OPEN_STATUSES] } },
      orderBy: { id: 'asc' },
    });
    const bounds = await VolumeBounds.read(tx, deps, { account, market, now });
    const steps: Step[] = [];
    for (const order of rows.map(paperOrderOf)) {
      const terms = { slippageBps: deps.settings.slippageBps, available: bounds.of(order.symbol) };
      const step = stepOf(order, { quote: market.quotes.get(order.symbol), terms, books, now });
      if (step === null) continue;
      steps.push(step);
      bounds.take(order.symbol, step.fill?.quantity ?? ZERO);
    }
    await writeSteps(tx, { account, books, now }, steps);
  });
}

async function writeSteps(
  tx: Db,
  { account, books, now }: { readonly account: LockedAccount; readonly books: Books; readonly now: Date },
  steps: readonly Step[],
): Promise<void> {
  let fillCount = account.fillCount;
  const { ownerId } = account;
  const fills = steps.flatMap(({ order: { id, symbol, side }, fill }) => {
    if (fill === null) return [];
    fillCount++;
    const texts = {
      quantity: decimalText(fill.quantity),
      price: decimalText(fill.price),
      commission: decimalText(fill.commission),
    };
    return [{ ownerId, sequence: fillCount, paperOrderId: id, symbol, side, ...texts, at: now }];
  });
  for (const { order } of steps) await writeOrder(tx, order, now);
  if (fills.length === 0) return;
  await tx.paperFill.createMany({ data: fills });
  const symbols = new Set(fills.map(({ symbol }) => symbol));
  await writeBooks(tx, { account, books }, { fillCount, symbols, now });
}

async function writeOrder(tx: Db, order: PaperOrder, now: Date): Promise<void> {
  const { id, status, reason, triggeredAt, quotedAt } = order;
  await tx.paperOrder.update({
    where: { id },
    data: {
      ...{ status, reason, triggeredAt, quotedAt, updatedAt: now },
      filledQuantity: decimalText(order.filledQuantity),
      filledValue: decimalText(order.filledValue),
    },
  });
}

/** How much of each symbol the account may still get in the running minute. */
class VolumeBounds {
  readonly #left: Map<string, Decimal>;

  private constructor(left: Map<string, Decimal>) {
    this.#left = left;
  }

  static async read(
    tx: Db,
    { settings: { maxVolumeShare } }: PaperDeps,
    { account, market, now }: { readonly account: LockedAccount; readonly market: MarketView; readonly now: Date },
  ): Promise<VolumeBounds> {
    if (maxVolumeShare === null || market.volumes.size === 0) return new VolumeBounds(new Map());
    const { ownerId, fillCount } = account;
    const minute = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS);
    const fills = await tx.paperFill.findMany({
      where: { ownerId, sequence: { gt: fillCount - RECENT_FILLS }, at: { gte: minute } },
      select: { symbol: true, quantity: true },
    });
    const takenOf = (symbol: string): Decimal =>
      sumOf(fills.filter((fill) => fill.symbol === symbol).map(({ quantity }) => decimal(quantity)));
    const left = Array.from(market.volumes, ([symbol, volume]): [string, Decimal] => [
      symbol,
      toMoney(decimal(volume).times(maxVolumeShare)).minus(takenOf(symbol)),
    ]);
    return new VolumeBounds(new Map(left));
  }

  /** Null: no bound. */
  of(symbol: string): Decimal | null {
    return this.#left.get(symbol) ?? null;
  }

  take(symbol: string, quantity: Decimal): void {
    const left = this.#left.get(symbol);
    if (left !== undefined) this.#left.set(symbol, left.minus(quantity));
  }
}
