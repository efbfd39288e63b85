/**
 * The gate that every send of this process passes, kept in memory so that a kill shuts it at once, whatever the database does.
 *
 * A send passes with the epoch in which it was decided. A kill (1) closes the gate, (2) stores the halt, which is a new epoch,
 * and (3) opens the gate for that epoch, which shuts it for every older one for ever. What was decided before the halt cannot
 * pass after that, in this process; what has passed is waited for through the rows of the claims, those of other processes too.
 */

/** The gate of one owner. */
interface OwnerGate {
  isClosed: boolean;
  /** Sends of an older epoch do not pass. */
  epoch: number;
}

/** See the head of this file. */
export class SendGate {
  readonly #gates = new Map<number, OwnerGate>();

  /** Lets no send of the owner pass until `open`. Those that have passed finish. */
  close(ownerId: number): void {
    this.#gateOf(ownerId).isClosed = true;
  }

  /** Whether a kill has closed it whose halt is not stored yet. */
  isClosed(ownerId: number): boolean {
    return this.#gateOf(ownerId).isClosed;
  }

  /** For the kill, once its halt is stored: from now on what is decided in this epoch or a newer one may pass, nothing older. */
  open(ownerId: number, epoch: number): void {
    this.observe(ownerId, epoch);
    this.#gateOf(ownerId).isClosed = false;
  }

  /** A decision has read this epoch: what was decided in an older one is late. Opens nothing. */
  observe(ownerId: number, epoch: number): void {
    const gate = this.#gateOf(ownerId);
    gate.epoch = Math.max(gate.epoch, epoch);
  }

  /** Whether what was decided in this epoch may be sent now. */
  admits(ownerId: number, epoch: number): boolean {
    const gate = this.#gateOf(ownerId);
    return !gate.isClosed && epoch >= gate.epoch;
  }

  #gateOf(ownerId: number): OwnerGate {
    const known = this.#gates.get(ownerId);
    if (known !== undefined) return known;
    const gate: OwnerGate = { isClosed: false, epoch: 0 };
    this.#gates.set(ownerId, gate);
    return gate;
  }
}
