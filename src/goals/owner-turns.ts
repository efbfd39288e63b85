/**
 * Work for many owners, some of them at a time, so that neither a crowd of them nor a slow one holds up the others: an owner's
 * work is under way once at most, and after a while it takes no place any more.
 */

/** How many, and for how long. */
export interface OwnerTurnsOptions {
  /** Owners at the same time; default 4. */
  readonly places?: number;
  /** After how long work that goes on leaves its place to another owner, in ms; default 5,000. */
  readonly patienceMs?: number;
}

/** See the head of this file. */
export class OwnerTurns {
  readonly #underWay = new Map<number, Promise<unknown>>();
  readonly #patienceMs: number;
  #free: number;

  constructor({ places = 4, patienceMs = 5_000 }: OwnerTurnsOptions = {}) {
    this.#free = places;
    this.#patienceMs = patienceMs;
  }

  /** Owners whose work may begin now. */
  get free(): number {
    return this.#free;
  }

  /** Owners whose work is under way, also for longer than it has a place. */
  get busy(): readonly number[] {
    return [...this.#underWay.keys()];
  }

  /** Begins the work of an owner who is not busy, while there is a free place. Settles as the work does. */
  begin<Result>(ownerId: number, work: () => Promise<Result>): Promise<Result> {
    this.#free -= 1;
    let hasPlace = true;
    const leave = (): void => {
      if (hasPlace) this.#free += 1;
      hasPlace = false;
    };
    const timer = setTimeout(leave, this.#patienceMs);
    const ended = work().finally(() => {
      clearTimeout(timer);
      leave();
      this.#underWay.delete(ownerId);
    });
    this.#underWay.set(ownerId, ended);
    return ended;
  }

  /** Waits for what is under way, however it ends. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }
}
