/**
 * Runs of one order each (invariants O1 to O3): a process places it and is struck somewhere, its client tries again, sometimes
 * through another process at the same time, and a process that comes later finds out what became of it.
 */
import { DomainError } from '../../../src/core/index.ts';
import { type OrderInput, placeOrder } from '../../../src/orders/index.ts';
import { expireClaims, settleUnknown } from '../../../src/orders/settle-unknown.ts';
import { seededRandom } from '../random.ts';
import { DOUBTFUL_FAULTS, type FaultKind } from '../scripted-broker/faults.ts';
import { Life } from './life.ts';
import { BLOWS, POINTS, type Trap } from './points.ts';
import { type Process, type Scene, startProcess } from './scene.ts';

/** What a seed makes of a run. */
export interface Plan {
  readonly seed: number;
  readonly clientOrderId: string;
  readonly input: OrderInput;
  /** Null: nothing strikes. */
  readonly trap: Trap | null;
  readonly fault: FaultKind;
  /** How often the client tries again after it heard nothing, or an error. */
  readonly repeats: number;
  /** Whether another process gets the same order at the same time. */
  readonly hasRival: boolean;
}

/** What became of runs. */
export interface Outcome {
  /** Sentences; empty when the invariants held. */
  readonly violations: readonly string[];
  /** How often each trap struck, by `point blow`. */
  readonly struck: ReadonlyMap<string, number>;
  readonly duplicates: number;
  /** Orders at the broker. */
  readonly accepted: number;
  /** Final states of our rows; `none` where there is no row. */
  readonly ends: ReadonlyMap<string, number>;
}

/** More often than others: orders that come when the broker has said that they are not there. */
const LATE: readonly FaultKind[] = ['late', 'late', 'late', 'late'];
const KEPT_FAULTS: readonly FaultKind[] = ['early_fill', 'partial', 'overfill'];

/** The plan of a seed. The traps take turns, so that each has its share. */
export function planOf(seed: number): Plan {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const turn = seed % (POINTS.length * BLOWS.length + 1);
  const point = POINTS[Math.floor(turn / BLOWS.length)];
  const trap = point === undefined ? null : { point, blow: BLOWS[turn % BLOWS.length] ?? 'crash' };
  const clientOrderId = `run-${seed}`;
  const isMarket = random() < 0.5;
  // Each seed its own quantity: the same order twice within seconds would be denied as a slip.
  const quantity = `0.${String(1 + (seed % 9_999)).padStart(8, '0')}`;
  const faults = trap?.point === 'accepted' ? [...DOUBTFUL_FAULTS, ...KEPT_FAULTS] : [...DOUBTFUL_FAULTS, ...LATE];
  return {
    seed,
    clientOrderId,
    input: {
      symbol: 'BTC-USD',
      side: 'buy',
      quantity,
      orderType: isMarket ? 'market' : 'limit',
      ...(isMarket ? {} : { limitPrice: '99' }),
      timeInForce: 'gtc',
      clientOrderId,
    },
    trap,
    fault: pick(faults),
    repeats: pick([0, 0, 0, 1, 1, 2]),
    hasRival: random() < 0.15,
  };
}

/** Runs as many plans as there are owners, side by side, then settles them all and looks at what is there. */
export async function runTogether(scene: Scene, plans: readonly Plan[]): Promise<Outcome> {
  const lives = await Promise.all(plans.map((plan, index) => placeStruck(scene, plan, ownerOf(scene, index))));
  const early = await rejectedTooEarly(scene, plans, lives);
  await settle(scene, plans[0]?.seed ?? 0);
  const judged = await judge(scene, plans);
  const struck = countBy(
    plans.filter(({ trap }, index) => trap !== null && lives[index]?.some(({ isStruck }) => isStruck) === true),
    ({ trap }) => `${trap?.point} ${trap?.blow}`,
  );
  return {
    ...judged,
    struck,
    violations: [...early, ...lives.flat().flatMap((life) => life.violations), ...judged.violations],
  };
}

/** Phase one: the order is placed, with all that goes wrong. Answers the processes' lives. */
async function placeStruck(scene: Scene, plan: Plan, principal: Scene['owners'][number]): Promise<readonly Life[]> {
  const { started, database, broker } = scene;
  const live = (trap: Trap | null): Life =>
    new Life({
      database,
      broker,
      control: started.control,
      url: started.url,
      ownerId: principal.userId,
      clientOrderId: plan.clientOrderId,
      trap,
      fault: { kind: plan.fault, isDone: trap?.point === 'accepted' },
    });
  const attempt = async (life: Life): Promise<void> => {
    const process = await startProcess(scene, life);
    const placed = placeOrder(process.deps, principal, plan.input).catch(expected);
    const ended = placed.then(() => process.close());
    await Promise.race([ended, life.crashed]);
  };
  const first = live(plan.trap);
  const rival = plan.hasRival ? [live(null)] : [];
  const repeats = Array.from({ length: plan.repeats }, () => live(null));
  await Promise.all([first, ...rival].map(attempt));
  for (const life of repeats) await attempt(life);
  return [first, ...rival, ...repeats];
}

/**
 * When it is looked what became of orders, in s after the time before: with a broker that answers badly, then with one that
 * answers, until a minute after it has first said that there is no such order.
 */
const LOOK_UPS = [2, 2, 10, 61];

/** Phase two: a process that comes later. The broker answers its questions badly at first. */
export async function settle(scene: Scene, seed: number): Promise<void> {
  const { clock, started, owners } = scene;
  const process = await startProcess(scene, scene);
  await started.control.seed({
    seed,
    operations: ['order', 'fills'],
    probabilities: { reset: 0.08, gateway_timeout: 0.08, html: 0.04, other_order: 0.04, missing_ids: 0.04 },
  });
  clock.advance(62_000);
  await expireClaims(process.deps);
  for (const [round, seconds] of LOOK_UPS.entries()) {
    if (round === 2) {
      await started.control.seed(null);
      await started.control.releaseLate();
    }
    clock.advance(seconds * 1_000);
    await settleAll(process);
  }
  for (const { userId } of owners) await process.deps.gateway.book({ ownerId: userId, mode: 'paper' });
  await process.close();
}

/** Looks up what is due, of which only so many are taken at once. */
async function settleAll({ deps }: Process): Promise<void> {
  while ((await settleUnknown(deps)) > 0);
}

/** O3: nothing is rejected before the broker has said so, and it has not been asked yet. */
async function rejectedTooEarly(
  { database }: Scene,
  plans: readonly Plan[],
  lives: readonly (readonly Life[])[],
): Promise<readonly string[]> {
  const rejected = await database.read.order.findMany({
    where: { clientOrderId: { in: plans.map(({ clientOrderId }) => clientOrderId) }, status: 'rejected' },
  });
  return rejected
    .filter(({ clientOrderId }) => {
      const index = plans.findIndex((plan) => plan.clientOrderId === clientOrderId);
      return lives[index]?.some(({ isRefused }) => isRefused) !== true;
    })
    .map(({ clientOrderId }) => `${clientOrderId} was rejected before the broker had said so`);
}

/** Compares our rows with what the broker took, and the positions. */
export async function judge(scene: Scene, plans: readonly Plan[]): Promise<Omit<Outcome, 'struck'>> {
  const { database, started } = scene;
  const { accepted } = await started.control.log();
  const rows = await database.read.order.findMany({
    where: { clientOrderId: { in: plans.map(({ clientOrderId }) => clientOrderId) } },
  });
  const statuses = new Map(rows.map(({ clientOrderId, status }) => [clientOrderId, status]));
  const taken = countBy(accepted, ({ message }) => message.client_id);
  const found = plans.map((plan) => {
    const atBroker = taken.get(plan.clientOrderId) ?? 0;
    return { plan, atBroker, status: statuses.get(plan.clientOrderId) ?? 'none' };
  });
  const wrong = found.filter(({ atBroker, status }) => !agree(atBroker, status));
  return {
    violations: [
      ...wrong.map(({ plan, atBroker, status }) => `${describePlan(plan)}: ${atBroker} at the broker, ${status} here`),
      ...(await differentPositions(scene)),
    ],
    duplicates: found.filter(({ atBroker }) => atBroker > 1).length,
    accepted: found.filter(({ atBroker }) => atBroker > 0).length,
    ends: countBy(found, ({ status }) => status),
  };
}

/** At most one order, and our row says whether there is one. */
function agree(atBroker: number, status: string): boolean {
  if (atBroker > 1) return false;
  const isThere = ['accepted', 'partially_filled', 'filled'].includes(status);
  const isNot = ['none', 'rejected', 'canceled'].includes(status);
  return atBroker === 1 ? isThere : isNot;
}

/** What is held here and at the broker, after all fills were booked. */
async function differentPositions({ database, broker, owners }: Scene): Promise<readonly string[]> {
  const ours = await database.read.position.findMany({ where: { mode: 'paper' } });
  const byOwner = new Map(ours.map(({ ownerId, quantity }) => [ownerId, quantity]));
  const differences: string[] = [];
  for (const { userId } of owners) {
    const [position] = await broker.positions(userId);
    const [there, here] = [position?.quantity.toFixed() ?? '0', byOwner.get(userId) ?? '0'];
    if (there !== here) differences.push(`owner ${userId} holds ${there} at the broker and ${here} here`);
  }
  return differences;
}

function describePlan({ seed, trap, fault, repeats, hasRival }: Plan): string {
  return `seed ${seed} (${trap?.point} ${trap?.blow}, ${fault}, ${repeats} repeats${hasRival ? ', a rival' : ''})`;
}

function ownerOf({ owners }: Scene, index: number): Scene['owners'][number] {
  const owner = owners[index];
  if (owner === undefined) throw new Error('There are more plans than owners.');
  return owner;
}

/** Clients hear errors; bugs are not for them. */
function expected(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
