/** A job begins with the transaction that stores it, where there is a place for it and nobody is before it. */
import { expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { type Bars, type BarsRequest, MarketData, SimulatedProvider } from '../../src/market/index.ts';
import { OptimizationRunner, startStrategyOptimization } from '../../src/optimize/index.ts';
import type { OptimizationRow } from '../../src/storage/index.ts';
import type { TestServices } from '../support/compose.ts';
import { eachDatabase, type TestDatabase } from '../support/database.ts';
import { afterEveryTest } from '../support/endings.ts';
import { ENDLESS, EXAMPLE, ended, eventually, readJob, submit } from '../support/jobs.ts';
import { startServices } from '../support/services.ts';

/** A place where something waits until it is let go on. */
class Gate {
  readonly opened: Promise<void>;
  readonly reached: Promise<void>;
  #open: () => void = () => undefined;
  #reach: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  async pass(): Promise<void> {
    this.#reach();
    await this.opened;
  }

  open(): void {
    this.#open();
  }
}

/** Stops at a gate, if there is one, when a job is stored and before it is begun. It looks for jobs only when it is woken. */
class StoppedRunner extends OptimizationRunner {
  gate: Gate | null = null;
  /** Whether each job might be taken where it was stored. */
  readonly mightTake: boolean[] = [];

  override submit(...[data, store]: Parameters<OptimizationRunner['submit']>): Promise<OptimizationRow> {
    const { gate } = this;
    this.gate = null;
    return super.submit(data, async (taker) => {
      this.mightTake.push(taker !== null);
      const stored = await store(taker);
      await gate?.pass();
      return stored;
    });
  }
}

const runners: OptimizationRunner[] = [];
afterEveryTest(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.close()));
});

/** A process that takes jobs only as they are submitted and when it is woken, and one that takes none. */
async function twoProcesses(on: TestDatabase, maxRunningJobs: number) {
  const other = await startServices(on, { maxRunningJobs: 0 });
  const runner = new StoppedRunner({ ...other, maxRunningJobs });
  runners.push(runner);
  return { other, runner, here: { ...other, runner } };
}

async function overwrite({ database }: TestServices, id: number, data: object): Promise<void> {
  await database.transaction((db) => db.optimization.update({ where: { id }, data }));
}

eachDatabase((_provider, create) => {
  it('is stored as taken, and answered and told as submitted', async () => {
    const { here, runner } = await twoProcesses(await create(), 1);
    const gate = new Gate();
    runner.gate = gate;

    const submitting = submit(here);
    await gate.reached;
    const [stored] = await here.database.read.optimization.findMany();
    const [started] = await here.database.read.event.findMany();
    gate.open();
    const submitted = await submitting;

    expect(stored).toMatchObject({ status: 'running', attempt: 1 });
    expect(Number(stored?.startedAt)).toBeGreaterThanOrEqual(Number(stored?.createdAt));
    expect(Number(stored?.leaseUntil)).toBe(Number(stored?.startedAt) + 10_000);
    const untaken = { status: 'pending', attempt: 0, startedAt: null, leaseOwner: null, leaseUntil: null };
    expect(submitted).toEqual({ ...stored, ...untaken });
    expect(JSON.parse(started?.payload ?? '')).toMatchObject({ status: 'pending' });
    expect(await ended(here, submitted.id)).toMatchObject({ status: 'complete', attempt: 1 });
  });

  it('reads no bars a second time', async () => {
    const services = await startServices(await create(), { maxRunningJobs: 0 });
    const provider = new CountingProvider({ clock: systemClock, seed: 'tests' });
    const market = new MarketData({ ...services, provider });
    const runner = new StoppedRunner({ ...services, market, maxRunningJobs: 1 });
    runners.push(runner);

    const { id } = await startStrategyOptimization({ ...services, market, runner }, services.user, EXAMPLE);

    expect((await ended(services, id)).status).toBe('complete');
    expect(provider.asked).toBe(1);
  });

  it('keeps its place while it is stored: neither another nor one that waits gets it', async () => {
    const { here, other, runner } = await twoProcesses(await create(), 1);
    const gate = new Gate();
    runner.gate = gate;
    const first = submit(here, ENDLESS);
    await gate.reached;

    const waiting = await submit(other);
    const second = await submit(here);
    expect(await readJob(here, waiting.id)).toMatchObject({ status: 'pending' });
    expect(await readJob(here, second.id)).toMatchObject({ status: 'pending' });
    gate.open();
    await first;

    expect(runner.mightTake).toEqual([true, false]);
    expect(runner.runningCount).toBe(1);
  });

  it('gives its place back to those that wait, when it cannot be stored', async () => {
    const { here, other, runner } = await twoProcesses(await create(), 1);
    const gate = new Gate();
    const failing = runner.submit(await bars(here), async () => {
      await gate.pass();
      throw new Error('The disk is full.');
    });
    const waiting = await submit(other);
    // It finds no place.
    runner.wake();
    await settled(here);
    expect((await readJob(here, waiting.id)).status).toBe('pending');

    gate.open();

    await expect(failing).rejects.toThrow('The disk is full.');
    expect((await ended(here, waiting.id)).status).toBe('complete');
    await eventually('the place to be free', () => (runner.runningCount === 0 ? true : null));
    // It looks for the next one, and keeps the place meanwhile.
    await settled(here);
    const next = await submit(here);
    expect(runner.mightTake).toEqual([true, true]);
    expect((await ended(here, next.id)).status).toBe('complete');
  });

  it('waits for its turn behind one that waits', async () => {
    const { here, other, runner } = await twoProcesses(await create(), 1);
    const waiting = await submit(other);

    const submitted = await submit(here);
    const [first, second] = await Promise.all([ended(here, waiting.id), ended(here, submitted.id)]);

    expect(runner.mightTake).toEqual([true]);
    expect([first.status, second.status]).toEqual(['complete', 'complete']);
    expect(Number(second.startedAt)).toBeGreaterThanOrEqual(Number(first.finishedAt));
  });

  it('waits for its turn behind one whose process died', async () => {
    const { here, other } = await twoProcesses(await create(), 1);
    const left = await submit(other);
    await overwrite(other, left.id, {
      status: 'running',
      leaseOwner: 'a dead one',
      leaseUntil: new Date(systemClock.now() - 60_000),
    });

    const submitted = await submit(here);
    const [first, second] = await Promise.all([ended(here, left.id), ended(here, submitted.id)]);

    expect(Number(second.startedAt)).toBeGreaterThanOrEqual(Number(first.finishedAt));
  });

  it('does not wait for one that another process computes', async () => {
    const { here, other, runner } = await twoProcesses(await create(), 1);
    const theirs = await submit(other);
    const leaseUntil = new Date(systemClock.now() + 60_000);
    await overwrite(other, theirs.id, { status: 'running', leaseOwner: 'a living one', leaseUntil });

    const { id } = await submit(here, ENDLESS);

    expect(runner.runningCount).toBe(1);
    expect(await readJob(here, id)).toMatchObject({ status: 'running', attempt: 1 });
  });

  it('is given back when this process closes while it is stored', async () => {
    const { here, runner } = await twoProcesses(await create(), 1);
    const gate = new Gate();
    runner.gate = gate;
    const submitting = submit(here, ENDLESS);
    await gate.reached;

    const closed = runner.close();
    gate.open();
    await closed;
    const { id } = await submitting;

    expect(await readJob(here, id)).toMatchObject({ status: 'pending', leaseOwner: null, attempt: 0 });
    expect(runner.runningCount).toBe(0);
  });

  it('waits for another process when this one has closed', async () => {
    const { here, runner } = await twoProcesses(await create(), 1);
    await runner.close();

    const { id } = await submit(here);

    expect(runner.mightTake).toEqual([false]);
    expect(await readJob(here, id)).toMatchObject({ status: 'pending', attempt: 0 });
  });
});

/** Counts the requests. */
class CountingProvider extends SimulatedProvider {
  asked = 0;

  override bars(request: BarsRequest): Promise<Bars> {
    this.asked += 1;
    return super.bars(request);
  }
}

function bars({ market, user }: TestServices) {
  const { symbols, start, end } = EXAMPLE;
  return market.alignedBars(user.userId, { symbols, start, end, interval: '1d' });
}

/** As long as a look for jobs takes, and longer: three transactions. */
async function settled({ database }: TestServices): Promise<void> {
  for (let i = 0; i < 3; i += 1) await database.transaction((db) => db.optimization.count());
}
