import { amount, amountText, mulDiv, UNIT } from './amounts.ts';
import type { FillReport, PositionReport } from './messages.ts';

interface Held {
  size: bigint;
  cost: bigint;
}

/** The cash and the positions of one account, by the fills that the broker made. */
export class Books {
  #cash: bigint;
  readonly #held = new Map<string, Held>();

  constructor(cash: string) {
    this.#cash = amount(cash);
  }

  get cash(): bigint {
    return this.#cash;
  }

  /** What is held of an instrument. */
  sizeOf(instrument: string): bigint {
    return this.#held.get(instrument)?.size ?? 0n;
  }

  positions(): readonly PositionReport[] {
    return [...this.#held].map(([instrument, { size, cost }]) => ({
      instrument,
      size: amountText(size),
      cost: amountText(cost),
    }));
  }

  book(fill: FillReport): void {
    const signed = fill.direction === 'B' ? amount(fill.size) : -amount(fill.size);
    const value = mulDiv(signed, amount(fill.price), UNIT);
    this.#cash -= value + amount(fill.fee);
    const held = this.#held.get(fill.instrument) ?? { size: 0n, cost: 0n };
    held.cost = costAfter(held, signed, value);
    held.size += signed;
    if (held.size === 0n) this.#held.delete(fill.instrument);
    else this.#held.set(fill.instrument, held);
  }
}

/** Average cost: closing takes its part of the cost away, what goes beyond 0 opens at its own price. */
function costAfter({ size, cost }: Held, signed: bigint, value: bigint): bigint {
  const isClosing = size !== 0n && size < 0n !== signed < 0n;
  if (!isClosing) return cost + value;
  const rest = size + signed;
  if (rest === 0n) return 0n;
  const isBeyond = rest < 0n !== size < 0n;
  return isBeyond ? mulDiv(value, rest, signed) : mulDiv(cost, rest, size);
}
