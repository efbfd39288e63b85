/**
 * The gate that every send of this process passes, kept in memory so that a kill shuts it at once, whatever the database does.
 *
 * A send enters with the epoch in which it was decided and leaves when the broker has answered. A kill (1) closes the gate,
 * (2) stores the halt, which is a new epoch, (3) opens the gate for that epoch, which shuts it for every older one for
 * ever, and (4) waits until nobody is inside. What was decided before the halt cannot enter after that, in this process; the
 * other processes are waited for through the rows of their claims.
 */

/** The gate of one owner. */
interface OwnerGate {
  isClosed: boolean;
  /** Sends of an older epoch do not enter. */
  epoch: number;
  inside: number;
  /** Who waits until nobody is inside. */
  waiting: (() => void)[];
}

/** See the head of this file. */
export class SendGate {
  readonly #gates = new Map<number, OwnerGate>();

  /** Lets no send of the owner in until `open`. Those that are inside finish. */
  close(ownerId: number): void {
    this.#gateOf(ownerId).isClosed = true;
  }

  /** Whether a kill has closed it whose halt is not stored yet. */
  isClosed(ownerId: number): boolean {
    return this.#gateOf(ownerId).isClosed;
  }

  /** For the kill, once its halt is stored: from now on what is decided in this epoch or a newer one may enter, nothing older. */
  open(ownerId: number, epoch: number): void {
    this.observe(ownerId, epoch);
    this.#gateOf(ownerId).isClosed = false;
  }

  /** A decision has read this epoch: what was decided in an older one is late. Opens nothing. */
  observe(ownerId: number, epoch: number): void {
    const gate = this.#gateOf(ownerId);
    gate.epoch = Math.max(gate.epoch, epoch);
  }

  /** Enters with the epoch of the decision; answers how to leave (again does nothing), null when it may not be sent. */
  enter(ownerId: number, epoch: number): (() => void) | null {
    const gate = this.#gateOf(ownerId);
    if (gate.isClosed || epoch < gate.epoch) return null;
    gate.inside += 1;
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      gate.inside -= 1;
      if (gate.inside === 0) for (const gone of gate.waiting.splice(0)) gone();
    };
  }

  /** Resolves when no send of the owner is inside, at once when none is. */
  whenIdle(ownerId: number): Promise<void> {
    const gate = this.#gateOf(ownerId);
    if (gate.inside === 0) return Promise.resolve();
    return new Promise((resolve) => gate.waiting.push(resolve));
  }

  #gateOf(ownerId: number): OwnerGate {
    const known = this.#gates.get(ownerId);
    if (known !== undefined) return known;
    const gate: OwnerGate = { isClosed: false, epoch: 0, inside: 0, waiting: [] };
    this.#gates.set(ownerId, gate);
    return gate;
  }
}
