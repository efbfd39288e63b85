/**
 * Stopping an owner's trading.
 *
 * 1. The gate of this process is closed: from here on it sends nothing more for the owner.
 * 2. The halt is stored, with a new epoch, before all other writes that wait. What was decided in an older epoch and is not
 *    on its way yet is not sent; what is decided from now on is denied. It stays so after a crash.
 * 3. What is on its way, in any process, is waited for.
 * 4. Everything that is open is canceled, and under `flatten` every position is closed.
 *
 * The answer waits at most 2 s for the third, and for the fourth until 400 ms after the kill was asked for, but 100 ms at least
 * when the halt or the drain was slow; the rest goes on here and, if this process dies, in the monitor of any other (see
 * kill-sweep.ts). Killing again does nothing twice and answers the same. How long each part took is logged.
 */
import type { Halt, HaltChange, SafetySettings } from '../../safety/index.ts';
import type { OrderDeps } from '../gateway.ts';
import { CancelRound } from './cancel-open-orders.ts';
import { drain, within } from './drain.ts';
import { flatten } from './flatten.ts';
import { HaltLatch } from './halt-latch.ts';
import { type KillReport, reportClosing, reportOrders, type StandingHalt } from './kill-report.ts';

/**
 * How long an answer waits for cancels, in ms: for those that began with the halt until so long after the kill was asked for, and
 * for those of what was in flight so long after the drain.
 */
const CANCEL_WAIT_MS = 400;
const LATE_CANCEL_WAIT_MS = 100;

/** How long it waits for the rows that it is made of, in ms; without them it says what the brokers said. */
const REPORT_WAIT_MS = 500;

/** A kill that is being carried out. */
interface Run {
  readonly halt: StandingHalt;
  readonly report: Promise<KillReport>;
}

/** See the head of this file. One per process. */
export class KillSwitch {
  readonly #deps: OrderDeps;
  readonly #latch: HaltLatch;
  /** Of each owner the newest that has not been answered: kills of the same halt share it. */
  readonly #runs = new Map<number, Run>();
  /** The cancels of each owner's newest halt: what a broker has canceled our rows may not say yet, and is not asked for again. */
  readonly #cancels = new Map<number, { readonly eventId: number; readonly round: CancelRound }>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(deps: OrderDeps) {
    this.#deps = deps;
    this.#latch = new HaltLatch(deps, (ownerId, change, haltMs) => this.#stored(ownerId, change, haltMs));
  }

  /**
   * Halts the owner's trading and does what the policy asks for.
   *
   * @throws {DomainError} UNAVAILABLE when the halt could not be stored within 2 s: this process sends nothing more and goes on
   * trying, others may send until then
   */
  async kill(ownerId: number, halt: Halt): Promise<KillReport> {
    this.#deps.gateway.gate.close(ownerId);
    const change = await this.#latch.halt(ownerId, halt);
    return this.#run(standingHalt(change)).report;
  }

  /** Whether a halt of the owner is still to be stored. */
  isWaiting(ownerId: number): boolean {
    return this.#latch.isWaiting(ownerId);
  }

  /** Gives up what could not be stored, and waits until nothing that was begun is under way. */
  async close(): Promise<void> {
    await this.#latch.close();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #stored(ownerId: number, change: HaltChange, haltMs: number): void {
    // The epoch keeps out what was decided before the halt; the closing orders of the kill itself have to pass.
    this.#deps.gateway.gate.open(ownerId, change.settings.epoch);
    this.#track(this.#run(standingHalt(change), haltMs).report);
  }

  /** `haltMs`: how long storing the halt took. */
  #run(halt: StandingHalt, haltMs = 0): Run {
    const { ownerId } = halt;
    const current = this.#runs.get(ownerId);
    if (current?.halt.eventId === halt.eventId && current.halt.policy === halt.policy) return current;
    const run = { halt, report: this.#carryOut(halt, haltMs) };
    this.#runs.set(ownerId, run);
    this.#track(
      run.report.finally(() => {
        if (this.#runs.get(ownerId) === run) this.#runs.delete(ownerId);
      }),
    );
    return run;
  }

  async #carryOut(halt: StandingHalt, haltMs: number): Promise<KillReport> {
    const phases = new Phases();
    const cancelUntil = performance.now() - haltMs + CANCEL_WAIT_MS;
    const cancels = this.#cancelsOf(halt);
    const draining = drain(this.#deps, halt);
    const asked = halt.policy === 'block' ? Promise.resolve() : this.#cancel(cancels, draining);
    this.#track(asked.then(() => this.#close(halt, cancels)));
    const drained = await draining;
    const drainMs = phases.next();
    await within(settled(asked), Math.max(cancelUntil, performance.now() + LATE_CANCEL_WAIT_MS));
    const cancelMs = phases.next();
    const report = await this.#report(halt, { drained, cancels });
    const { ownerId, eventId, policy } = halt;
    const counts = { orders: report.orders.length, inFlight: report.inFlight.length };
    const times = { haltMs: Math.round(haltMs), drainMs, cancelMs, reportMs: phases.next() };
    this.#deps.log.info(
      { ownerId, eventId, policy, drained: report.drained, ...counts, ...times },
      'Trading was killed',
    );
    return report;
  }

  #cancelsOf({ ownerId, eventId, epoch }: StandingHalt): CancelRound {
    const known = this.#cancels.get(ownerId);
    if (known?.eventId === eventId) {
      known.round.askAgain();
      return known.round;
    }
    const round = new CancelRound(this.#deps, { ownerId, epoch });
    this.#cancels.set(ownerId, { eventId, round });
    return round;
  }

  /** Cancels at once what is open, and afterwards what was on its way. */
  async #cancel(cancels: CancelRound, draining: Promise<unknown>): Promise<void> {
    await cancels.run();
    await draining;
    await cancels.run();
  }

  async #close(halt: StandingHalt, cancels: CancelRound): Promise<void> {
    await cancels.recorded();
    if (halt.policy === 'flatten') await flatten(this.#deps, halt);
  }

  async #report(
    halt: StandingHalt,
    { drained, cancels }: { readonly drained: Awaited<ReturnType<typeof drain>>; readonly cancels: CancelRound },
  ): Promise<KillReport> {
    const { policy, at, eventId } = halt;
    const rows = Promise.all([reportOrders(this.#deps, halt, cancels.outcomes), reportClosing(this.#deps, halt)]);
    const read = await within(
      rows.catch(() => null),
      performance.now() + REPORT_WAIT_MS,
    );
    const orders = read?.[0] ?? [...cancels.outcomes].map(([clientOrderId, outcome]) => ({ clientOrderId, outcome }));
    return { ...drained, policy, orders, positionsClosing: read?.[1] ?? [], at, eventId };
  }

  /** What fails here is done again by the monitor. */
  #track(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work
      .catch((error: unknown) =>
        this.#deps.log.error({ err: error }, 'A part of a kill failed; the monitor goes on with it'),
      )
      .finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

/** Measures one thing after the other. */
class Phases {
  #since = performance.now();

  /** Whole milliseconds since the start, or the last call. */
  next(): number {
    const now = performance.now();
    const ms = Math.round(now - this.#since);
    this.#since = now;
    return ms;
  }
}

function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(() => undefined);
}

/** The halt that a change left standing. */
function standingHalt({ settings, eventId }: HaltChange): StandingHalt {
  return { ...haltOf(settings), eventId };
}

/** The halt that halted settings tell of. */
export function haltOf(settings: SafetySettings): Omit<StandingHalt, 'eventId'> {
  const { ownerId, epoch, killPolicy, haltedAt } = settings;
  // A halt without readable policy or time is one of settings that cannot be read: the weakest thing is to only refuse.
  return { ownerId, epoch, policy: killPolicy ?? 'block', at: haltedAt ?? new Date(0) };
}
