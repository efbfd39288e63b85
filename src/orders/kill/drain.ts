/** Waiting until nothing that was decided before a halt is on its way to a broker any more, in any process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderBasis } from '../deps.ts';
import { WORKING_STATUSES } from '../order.ts';
import { oldestFirst, withStatus } from '../with-status.ts';

/** How long it is waited for, in ms. */
const DRAIN_MS = 2_000;

/** Pause between two looks at the rows, in ms. */
const POLL_MS = 10;

/** How long one look may take, in ms. */
const LOOK_MS = 200;

/** What came of it. */
export interface Drained {
  /** Whether no order that was decided before the halt can reach a broker from now on. */
  readonly drained: boolean;
  /** Client ids of those that may, as far as they could be read; none when drained. */
  readonly inFlight: readonly string[];
}

/** What is waited for. */
export interface Draining {
  readonly ownerId: number;
  /** Of the halt: what was decided in an older one is waited for. */
  readonly epoch: number;
}

type DrainDeps = Pick<OrderBasis, 'database'>;

/**
 * Waits, for at most 2 s, until no row says that an order, or a change of one, may be on its way: each has its row before it is
 * sent, in whichever process, and the row says so until it is known what came of it. Those that are `unknown` count too:
 * whether they arrived, or still will, nobody here knows.
 */
export async function drain(deps: DrainDeps, draining: Draining): Promise<Drained> {
  const until = performance.now() + DRAIN_MS;
  for (;;) {
    // The last look has its time, too.
    const lookUntil = Math.max(until, performance.now() + LOOK_MS);
    const inFlight = await within(
      readInFlight(deps, draining).catch(() => null),
      lookUntil,
    );
    if (inFlight?.length === 0) return { drained: true, inFlight };
    if (performance.now() >= until) return { drained: false, inFlight: inFlight ?? [] };
    await sleep(POLL_MS);
  }
}

/** Client ids of the orders that may be on their way to a broker. */
async function readInFlight({ database }: DrainDeps, { ownerId, epoch }: Draining): Promise<readonly string[]> {
  const rows = await database.read.order.findMany({
    where: {
      ...withStatus({ ownerId }, WORKING_STATUSES),
      epoch: { lt: epoch },
      // A working order that is claimed is being changed: that may be on its way as well.
      OR: [{ status: { in: ['pending_submit', 'unknown'] } }, { claimedBy: { not: null } }],
    },
    select: { id: true, clientOrderId: true },
  });
  return oldestFirst(rows).map(({ clientOrderId }) => clientOrderId);
}

/** What a promise that does not reject says; null when it says nothing in time (by `performance.now`). */
export async function within<T>(promise: Promise<T>, until: number): Promise<T | null> {
  const cancel = new AbortController();
  const late = sleep(Math.max(0, until - performance.now()), null, { signal: cancel.signal }).catch(() => null);
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel.abort();
  }
}
