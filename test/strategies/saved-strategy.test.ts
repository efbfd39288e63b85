import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { strategySignals } from '../../src/backtest/index.ts';
import { DomainError } from '../../src/core/index.ts';
import { startStrategyOptimization } from '../../src/optimize/index.ts';
import {
  createStrategy,
  deleteStrategy,
  findStrategy,
  type ModelSource,
  type StrategyInput,
  savedStrategy,
  type TradedModel,
  updateStrategy,
} from '../../src/strategies/index.ts';
import { eachDatabase } from '../support/database.ts';
import { EXAMPLE, readJob } from '../support/jobs.ts';
import { createOwner } from '../support/owner.ts';
import { startServices } from '../support/services.ts';
import { withRead } from '../support/with-read.ts';

const TREND = {
  name: 'Trend',
  strategyType: 'momentum',
  params: { short_window: 10 },
  symbols: ['aapl'],
} satisfies StrategyInput;

const WITHOUT_JOBS = { maxRunningJobs: 0, pool: { threads: 1 } };

async function refusalOf(command: Promise<unknown>): Promise<DomainError> {
  const error = await command.then(
    () => new Error('expected a refusal'),
    (reason: unknown) => reason,
  );
  if (error instanceof DomainError) return error;
  throw error;
}

eachDatabase((_provider, create) => {
  describe('a saved strategy', () => {
    it('is created with defaults filled in, read, changed and deleted, and says so each time', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user, database } = services;

      const { id } = await createStrategy(services, user, TREND);
      const created = await findStrategy(database, user, id);
      await updateStrategy(services, user, { id, name: ' Slow trend ', enabled: false });
      const updated = await findStrategy(database, user, id);
      const deleted = await deleteStrategy(services, user, id);

      expect(created).toEqual({
        id,
        name: 'Trend',
        strategyType: 'momentum',
        symbols: ['AAPL'],
        interval: '1d',
        mode: 'monitor',
        enabled: true,
        params: { short_window: 10, long_window: 50, ma_type: 'sma', signal_threshold: 0 },
      });
      expect(updated).toEqual({ ...created, name: 'Slow trend', enabled: false });
      expect(deleted).toBe(id);
      expect(await refusalOf(findStrategy(database, user, id))).toMatchObject({ code: 'NOT_FOUND' });
      const events = await database.read.event.findMany({ orderBy: { cursor: 'asc' } });
      expect(events.map(({ type, subjectId }) => [type, subjectId])).toEqual([
        ['StrategyCreated', id],
        ['StrategyUpdated', id],
        ['StrategyDeleted', id],
      ]);
    });

    it('replaces all parameters when some are given, and takes the defaults of another type', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user } = services;
      const { id } = await createStrategy(services, user, TREND);

      const replaced = savedStrategy(await updateStrategy(services, user, { id, params: { long_window: 80 } }));
      const retyped = savedStrategy(await updateStrategy(services, user, { id, strategyType: 'mean_reversion' }));

      expect(replaced.params).toEqual({ short_window: 20, long_window: 80, ma_type: 'sma', signal_threshold: 0 });
      expect(retyped.params).toEqual({ window: 20, num_std: 2, zscore_entry: -2, zscore_exit: null });
    });

    it('is validated as a whole when it is changed, and then stays as it was', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user, database } = services;
      const before = await createStrategy(services, user, TREND);

      const refusal = await refusalOf(updateStrategy(services, user, { id: before.id, strategyType: 'stat_arb' }));

      expect(refusal).toMatchObject({ code: 'VALIDATION', fields: [{ path: ['symbols'] }] });
      expect(await database.read.strategy.findUniqueOrThrow({ where: { id: before.id } })).toEqual(before);
      expect(await database.read.event.count()).toBe(1);
    });

    it('hears of all that is wrong with it at once', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);

      const refusal = await refusalOf(
        createStrategy(services, services.user, {
          name: '  ',
          strategyType: 'momentum',
          params: { short_window: 0, speed: 1 },
          symbols: ['?'],
          interval: '2d',
          mode: 'live',
        }),
      );

      expect(refusal.fields.map(({ path }) => path.join('.'))).toEqual([
        'name',
        'symbols',
        'params.speed',
        'interval',
        'mode',
      ]);
      expect(await services.database.read.strategy.count()).toBe(0);
    });

    it.each([
      ['nothing but its type', { name: null, symbols: null }, ['name', 'symbols']],
      ['an unknown type', { strategyType: 'magic' }, ['strategyType']],
      ['no type', { strategyType: null }, ['strategyType']],
      ['averages that make no sense together', { params: { short_window: 60 } }, ['params.short_window']],
      ['a name of 101 characters', { name: 'x'.repeat(101) }, ['name']],
      ['a name with a null character', { name: 'a\u0000b' }, ['name']],
      ['a name with half a character', { name: 'a\ud800' }, ['name']],
    ])('is refused with %s', async (_what, change, paths) => {
      const services = await startServices(await create(), WITHOUT_JOBS);

      const refusal = await refusalOf(createStrategy(services, services.user, { ...TREND, ...change }));

      expect(refusal.code).toBe('VALIDATION');
      expect(refusal.fields.map(({ path }) => path.join('.'))).toEqual(paths);
    });

    it('knows the older spelling of a mode', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);

      const row = await createStrategy(services, services.user, { ...TREND, mode: 'auto-trade' });

      expect(row.mode).toBe('auto_trade');
    });

    it('is not there for another user', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const stranger = await createOwner(services.database);
      const { id } = await createStrategy(services, services.user, TREND);

      const refusals = await Promise.all([
        refusalOf(findStrategy(services.database, stranger, id)),
        refusalOf(updateStrategy(services, stranger, { id, name: 'Mine' })),
        refusalOf(deleteStrategy(services, stranger, id)),
      ]);

      expect(refusals.map(({ code, message }) => [code, message])).toEqual(
        refusals.map(() => ['NOT_FOUND', `There is no strategy ${id}.`]),
      );
      expect((await findStrategy(services.database, services.user, id)).name).toBe('Trend');
    });

    it('keeps both of two changes at the same time', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user, database } = services;
      const { id } = await createStrategy(services, user, TREND);

      for (let round = 0; round < 5; round += 1) {
        await Promise.all([
          updateStrategy(services, user, { id, name: `Name ${round}` }),
          updateStrategy(services, user, { id, params: { short_window: 2 + round } }),
        ]);

        const after = await findStrategy(database, user, id);
        expect([after.name, after.params['short_window']]).toEqual([`Name ${round}`, 2 + round]);
      }
    });

    it('is checked against its model outside of any transaction, and again when it has changed meanwhile', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user, database } = services;
      const model = {
        id: 1,
        interval: '1d',
        symbols: ['AAPL'],
        isOfGroup: false,
      } as Partial<TradedModel> as TradedModel;
      let asked = 0;
      const models: ModelSource = {
        find: async () => {
          asked += 1;
          // Another change while the model is looked for: it would wait for a transaction that waits for it.
          if (asked === 2) await updateStrategy(services, user, { id, name: 'Meanwhile' });
          return model;
        },
      };
      const follower = { ...TREND, strategyType: 'model', params: { model_id: 1 } };
      const { id } = await createStrategy({ ...services, models }, user, follower);

      await updateStrategy({ ...services, models }, user, { id, params: { model_id: 1, enter_above: 0.6 } });

      expect(asked).toBe(3);
      expect(await findStrategy(database, user, id)).toMatchObject({ name: 'Meanwhile', params: { enter_above: 0.6 } });
    });

    it('is deleted once when two ask for it; its optimizations stay and lead to it, and nothing else does', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user, database } = services;
      const { id } = await createStrategy(services, user, TREND);
      const job = await startStrategyOptimization(services, user, { ...EXAMPLE, strategyId: id });

      const answers = await Promise.allSettled([1, 2].map(() => deleteStrategy(services, user, id)));

      expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await readJob(services, job.id)).strategyId).toBe(id);
      expect(await database.read.strategy.findUnique({ where: { id } })).toMatchObject({
        name: 'Trend',
        enabled: false,
        deletedAt: expect.any(Date),
      });
      for (const command of [
        () => findStrategy(database, user, id),
        () => updateStrategy(services, user, { id, name: 'Other' }),
        () => deleteStrategy(services, user, id),
        () => startStrategyOptimization(services, user, { ...EXAMPLE, strategyId: id }),
        () => strategySignals(services, user, id),
      ]) {
        expect(await refusalOf(command()), String(command)).toMatchObject({ code: 'NOT_FOUND' });
      }
    });

    it('leaves nothing behind when nothing leads to it, and its name to others', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user, database } = services;
      const { id } = await createStrategy(services, user, TREND);

      await deleteStrategy(services, user, id);
      const next = await createStrategy(services, user, TREND);

      expect(await database.read.strategy.findMany()).toEqual([next]);
    });

    it('stays for what began to lead to it while it was being deleted', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user, database } = services;
      const { id } = await createStrategy(services, user, TREND);
      const job = await startStrategyOptimization(services, user, EXAMPLE);

      let refer = (): void => undefined;
      const referred = new Promise<void>((resolve) => {
        refer = resolve;
      });
      const referring = database.transaction(async (db) => {
        await db.optimization.update({ where: { id: job.id }, data: { strategyId: id } });
        refer();
        await sleep(200);
      });
      await referred;
      await Promise.all([referring, deleteStrategy(services, user, id)]);

      expect((await readJob(services, job.id)).strategyId).toBe(id);
    });

    it.each(['changed', 'optimized'])('is not %s when it was deleted after it was looked at', async (what) => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { user, database } = services;
      const { id } = await createStrategy(services, user, TREND);
      await startStrategyOptimization(services, user, { ...EXAMPLE, strategyId: id });
      const before = await database.read.strategy.findUniqueOrThrow({ where: { id } });
      await deleteStrategy(services, user, id);
      let reads = 0;
      const late = withRead(services, 'strategy', {
        findFirst: (query: Parameters<typeof database.read.strategy.findFirst>[0]) => {
          reads += 1;
          return reads === 1 ? Promise.resolve(before) : database.read.strategy.findFirst(query);
        },
      });

      const command =
        what === 'changed'
          ? updateStrategy(late, user, { id, name: 'Late' })
          : startStrategyOptimization(late, user, { ...EXAMPLE, strategyId: id });

      expect(await refusalOf(command)).toMatchObject({ code: 'NOT_FOUND' });
      expect((await database.read.strategy.findUniqueOrThrow({ where: { id } })).name).toBe('Trend');
      expect(await database.read.optimization.count()).toBe(1);
    });

    it('takes the scope trade to be changed', async () => {
      const services = await startServices(await create(), WITHOUT_JOBS);
      const { id } = await createStrategy(services, services.user, TREND);
      const reader = { ...services.user, scopes: new Set(['read'] as const) };

      for (const command of [
        () => createStrategy(services, reader, TREND),
        () => updateStrategy(services, reader, { id, name: 'Other' }),
        () => deleteStrategy(services, reader, id),
      ]) {
        expect(await refusalOf(command())).toMatchObject({ code: 'FORBIDDEN' });
      }
    });
  });
});
