/** What our books and the broker's do not agree on. Pure. */
import type { BrokerAccount, BrokerPosition } from '../../broker/index.ts';
import { decimal, decimalText, type JsonObject, ZERO } from '../../core/index.ts';
import type { AccountRow, OrderRow, PositionRow } from '../../storage/index.ts';

/** One difference. Decimals are texts; `ours` and `theirs` are quantities of a symbol, or cash. */
export type Difference =
  | { readonly kind: 'position'; readonly symbol: string; readonly ours: string; readonly theirs: string }
  | { readonly kind: 'cash'; readonly ours: string; readonly theirs: string }
  /** An order that works for us, and that the broker says it does not have. */
  | { readonly kind: 'missing_order'; readonly clientOrderId: string; readonly symbol: string }
  /** An order that was placed elsewhere: it has a row now. */
  | { readonly kind: 'foreign_order'; readonly clientOrderId: string; readonly symbol: string };

/** Two books of one account, of the same moment. */
export interface TwoBooks {
  readonly account: AccountRow;
  readonly positions: readonly PositionRow[];
  readonly theirAccount: BrokerAccount;
  readonly theirPositions: readonly BrokerPosition[];
}

/** Where positions and cash differ, by symbol. */
export function differencesOf({ account, positions, theirAccount, theirPositions }: TwoBooks): readonly Difference[] {
  const ours = new Map(positions.map(({ symbol, quantity }) => [symbol, decimal(quantity)]));
  const theirs = new Map(theirPositions.map(({ symbol, quantity }) => [symbol, quantity]));
  const symbols = [...new Set([...ours.keys(), ...theirs.keys()])].toSorted();
  const differences = symbols.flatMap((symbol): Difference[] => {
    const our = ours.get(symbol) ?? ZERO;
    const their = theirs.get(symbol) ?? ZERO;
    if (our.eq(their)) return [];
    return [{ kind: 'position', symbol, ours: decimalText(our), theirs: decimalText(their) }];
  });
  const cash = decimal(account.cash);
  if (cash.eq(theirAccount.cash)) return differences;
  return [...differences, { kind: 'cash', ours: decimalText(cash), theirs: decimalText(theirAccount.cash) }];
}

/** The difference that an order of ours is which the broker does not have. */
export function missingOrder({ clientOrderId, symbol }: OrderRow): Difference {
  return { kind: 'missing_order', clientOrderId, symbol };
}

/** The difference that an order was which we did not have. */
export function foreignOrder({ clientOrderId, symbol }: OrderRow): Difference {
  return { kind: 'foreign_order', clientOrderId, symbol };
}

/** Those that are there until somebody does something about them, as the text by which two comparisons are told apart. */
export function standingText(differences: readonly Difference[]): string {
  return JSON.stringify(differences.filter(({ kind }) => kind !== 'foreign_order'));
}

/** As JSON documents have it. */
export function differenceList(differences: readonly Difference[]): JsonObject[] {
  return differences.map((difference) => ({ ...difference }));
}
