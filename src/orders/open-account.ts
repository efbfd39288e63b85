/** How our books of an account begin: with what the broker says of it at that moment. */
import type { Broker, BrokerAccount, BrokerPosition } from '../broker/index.ts';
import { dateOf, decimalText, sumOf, unavailable } from '../core/index.ts';
import { isUniqueViolation } from '../storage/index.ts';
import { type AccountKey, lockAccount } from './books.ts';
import { answerOf, BROKER_TIMEOUT_MS } from './broker-answer.ts';
import type { OrderBasis } from './deps.ts';
import { accountEvent } from './events.ts';
import { accountDay } from './session.ts';
import { brokerOf } from './trading-mode.ts';

/** How often the broker is asked again when a fill came while its account was read. */
const MAX_ATTEMPTS = 5;

/** So many pages of fills are read at most: a broker whose fills have no end must not be read for ever. */
const MAX_PAGES = 2_000;

/** The broker's account at one point of its fills. */
interface Opening {
  readonly account: BrokerAccount;
  readonly positions: readonly BrokerPosition[];
  /** Every fill up to here is in the positions and the cash. */
  readonly cursor: string;
}

/**
 * Makes the account's rows unless there are some: cash and positions as the broker has them now. Fills before that are in
 * them and are not booked again. Safe when several processes do it at once.
 *
 * @throws {DomainError} UNAVAILABLE when the broker does not answer, LIVE_DISABLED when there is none
 */
export async function openAccount(deps: OrderBasis, key: AccountKey, timeoutMs = BROKER_TIMEOUT_MS): Promise<void> {
  const existing = await deps.database.read.account.findUnique({
    where: { ownerId_mode: key },
    select: { mode: true },
  });
  if (existing !== null) return;
  const opening = await readOpening({ broker: brokerOf(deps, key.mode), ownerId: key.ownerId, timeoutMs });
  try {
    await storeOpening(deps, key, opening);
  } catch (error) {
    // Another process was first.
    if (!isUniqueViolation(error)) throw error;
  }
}

/** Whose account at which broker, and how long that may take to answer, in ms. */
interface Asked {
  readonly broker: Broker;
  readonly ownerId: number;
  readonly timeoutMs: number;
}

async function readOpening(asked: Asked): Promise<Opening> {
  const { broker, ownerId, timeoutMs } = asked;
  let cursor = await newestCursor(asked, '');
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const [account, positions] = await answerOf(
      (call) => Promise.all([broker.account(ownerId, call), broker.positions(ownerId, call)]),
      timeoutMs,
    );
    const after = await newestCursor(asked, cursor);
    if (after === cursor) return { account, positions, cursor };
    cursor = after;
  }
  throw unavailable('The account could not be read, because it was being filled all the time: try again.');
}

/** Where the fills end for now. */
async function newestCursor({ broker, ownerId, timeoutMs }: Asked, after: string): Promise<string> {
  let cursor = after;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const from = cursor;
    const page = await answerOf((call) => broker.fills(ownerId, from, call), timeoutMs);
    if (page.fills.length === 0) return cursor;
    cursor = page.cursor;
  }
  throw unavailable('The account could not be read, because its fills have no end: try again.');
}

function storeOpening(deps: OrderBasis, key: AccountKey, { account, positions, cursor }: Opening): Promise<void> {
  const { journal, clock, ids } = deps;
  return journal.write(async ({ db, append }) => {
    if ((await lockAccount(db, clock, key)) !== null) return;
    const updatedAt = dateOf(clock);
    const cash = decimalText(account.cash);
    // Until it is measured at prices, what was paid stands for what is held.
    const equity = decimalText(account.cash.plus(sumOf(positions.map(({ costBasis }) => costBasis))));
    const row = await db.account.create({
      data: {
        ...key,
        currency: account.currency,
        initialCash: cash,
        cash,
        realizedPnl: '0',
        peakEquity: equity,
        day: accountDay(clock.now()),
        dayStartEquity: equity,
        lastEquity: equity,
        fillCursor: cursor,
        updatedAt,
      },
    });
    await db.position.createMany({
      data: positions.map(({ symbol, quantity, costBasis }) => ({
        ...key,
        symbol,
        quantity: decimalText(quantity),
        costBasis: decimalText(costBasis),
        realizedPnl: '0',
        updatedAt,
      })),
    });
    await append(accountEvent(row, ids.next()));
  });
}
