/** Strategies that follow a stored model: one that was tuned, on real threads, from the backtest to the live signal. */
import { describe, expect, it } from 'vitest';
import { backtestStrategy, marketScan, strategySignals } from '../../src/backtest/index.ts';
import { parseFeatureConfig } from '../../src/features/index.ts';
import { readTuningFindings, startStrategyOptimization } from '../../src/optimize/index.ts';
import { predictModel } from '../../src/predictions/index.ts';
import { createStrategy, updateStrategy } from '../../src/strategies/index.ts';
import { eachDatabase } from '../support/database.ts';
import { cutBarsOf, dayOf, EDGE, heldBy, saidOf, tuneOnEdge } from '../support/followed.ts';
import { createOwner } from '../support/owner.ts';
import { importSeries, startServices } from '../support/services.ts';

const THRESHOLDS = { enter_above: 0.55, exit_below: 0.5 };
const WARM_UP = 103;

eachDatabase((_provider, create) => {
  describe('a strategy that follows a model', () => {
    it('holds what predict says, whatever the range, and says what it knew', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      const known = EDGE.time.findIndex((time) => time > model.trainedUntil.getTime());

      for (const first of [0, 217, 701]) {
        const range = [dayOf(first), dayOf(999)] as const;
        const said = await saidOf(services, model.id, range);
        const backtest = await backtestStrategy(services, services.user, {
          strategyType: 'model',
          params: { model_id: model.id, ...THRESHOLDS },
          symbols: ['EDGE'],
          start: range[0],
          end: range[1],
        });

        expect([...said.keys()]).toEqual(
          Array.from({ length: 1000 - first - WARM_UP }, (_, t) => dayOf(first + WARM_UP + t)),
        );
        // A change after a bar is traded at the next one's open.
        const held = [...heldBy(said, { enter: 0.55, exit: 0.5 }).values()];
        const fills = held.flatMap((target, t) =>
          target !== (held[t - 1] ?? 0) && t + 1 < held.length ? [dayOf(first + WARM_UP + t + 1)] : [],
        );
        const day = (time: number) => new Date(time).toISOString().slice(0, 10);
        const traded = backtest.trades.flatMap(({ entryTime, exitTime }) => [day(entryTime), day(exitTime)]);
        expect(backtest.trades.length).toBeGreaterThan(5);
        expect(traded).toEqual(fills.slice(0, traded.length));
        expect(fills.length - traded.length).toBeLessThan(2);
        const inSampleBars = Math.max(0, known - first - WARM_UP);
        expect(backtest.model).toEqual({
          id: model.id,
          checksum: model.checksum,
          trainedUntil: model.trainedUntil,
          predictedBars: 1000 - first - WARM_UP,
          inSampleBars,
          firstUnknown: dayOf(known),
        });
        const scoredBars = 1000 - Math.max(known, first + WARM_UP);
        expect(backtest.warnings).toEqual([
          ...(inSampleBars === 0
            ? []
            : [expect.stringContaining(`${inSampleBars} of the ${1000 - first - WARM_UP} bars`)]),
          expect.stringContaining(
            `scored by a hold-out up to ${dayOf(999)}: ${scoredBars} of the ${1000 - first - WARM_UP} bars`,
          ),
        ]);
      }
    });

    it('is told the same of a bar wherever the bars begin, and whatever comes after it', {
      timeout: 60_000,
    }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      await importSeries(services, cutBarsOf(EDGE, 'CUT', [0, 800]));
      const whole = await saidOf(services, model.id, [dayOf(0), dayOf(999)]);

      for (const [first, last] of [
        [1, 999],
        [350, 999],
        [640, 900],
      ] as const) {
        const part = await saidOf(services, model.id, [dayOf(first), dayOf(last)]);
        expect(part.size).toBe(last - first + 1 - WARM_UP);
        for (const [date, value] of part) expect(value, `${date}, from bar ${first}`).toBe(whole.get(date));
      }
      const early = await saidOf(services, model.id, [dayOf(0), dayOf(999)], 'CUT');
      expect(early.size).toBe(800 - WARM_UP);
      for (const [date, value] of early) expect(value, date).toBe(whole.get(date));
    });

    it('trades by default what the tuning has judged', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      for (const allowShort of [false, true]) {
        const { job, model } = await tuneOnEdge(services, { allowShort });
        const findings = readTuningFindings(job);
        const { start = '', end = '' } = findings?.cuts.holdout.test ?? {};
        const first = Array.from({ length: 1000 }, (_, bar) => dayOf(bar)).indexOf(start);

        const backtest = await backtestStrategy(services, services.user, {
          strategyType: 'model',
          params: { model_id: model.id },
          symbols: ['EDGE'],
          // Its first prediction is that of the first bar of the hold-out.
          start: dayOf(first - WARM_UP),
          end,
          allowShort,
        });

        expect(backtest.metrics.trades).toBe(findings?.holdout.trades);
        expect(backtest.metrics.trades).toBeGreaterThan(10);
        expect(backtest.metrics.totalReturn).toBeCloseTo(findings?.holdout.totalReturn ?? Number.NaN, 12);
        expect(backtest.metrics.maxDrawdown).toBeCloseTo(findings?.holdout.maxDrawdown ?? Number.NaN, 12);
        expect(backtest.model?.inSampleBars).toBe(0);
      }
    });

    it('predicts on the hold-out what it was scored by', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { job, model } = await tuneOnEdge(services);
      const { cuts, holdout } = readTuningFindings(job) ?? {};
      const said = await saidOf(services, model.id, [dayOf(300), dayOf(999)]);

      const { start = '', bars = 0 } = cuts?.holdout.test ?? {};
      const first = Array.from({ length: 1000 }, (_, bar) => dayOf(bar)).indexOf(start);
      let loss = 0;
      for (let bar = first; bar < first + bars; bar++) {
        const rose = (EDGE.close[bar + 1] ?? 0) > (EDGE.close[bar] ?? 0);
        const probability = said.get(dayOf(bar)) ?? Number.NaN;
        loss -= Math.log(rose ? probability : 1 - probability) / bars;
      }
      expect(loss).toBeCloseTo(holdout?.loss ?? Number.NaN, 12);
    });

    it('says now what its backtest says of the same bars', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      const targets: number[] = [];

      for (const last of [983, 986, 989, 992, 995, 998]) {
        const symbol = `E${last}`;
        await importSeries(services, cutBarsOf(EDGE, symbol, [0, last + 1]));
        const { id } = await createStrategy(services, services.user, {
          name: symbol,
          strategyType: 'model',
          params: { model_id: model.id, ...THRESHOLDS },
          symbols: [symbol],
        });
        const [signal] = await strategySignals(services, services.user, id);
        const [previousTarget, target] = [last - 1, last].map(async (newest) => {
          const first = newest - (504 + WARM_UP) + 1;
          const said = await saidOf(services, model.id, [dayOf(first), dayOf(newest)], symbol);
          expect(said.size).toBe(504);
          return heldBy(said, { enter: 0.55, exit: 0.5 }).get(dayOf(newest));
        });

        expect(signal).toMatchObject({
          symbol,
          date: dayOf(last),
          target: await target,
          previousTarget: await previousTarget,
        });
        targets.push(signal?.target ?? Number.NaN);
      }
      expect(new Set(targets)).toEqual(new Set([0, 1]));
    });

    it('announces the end of a position that began before its window', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      const said = [...(await saidOf(services, model.id, [dayOf(0), dayOf(999)])).values()];
      // A prediction that none of the 504 after it exceeds.
      const entry = said.findIndex((value, bar) => said.slice(bar + 1, bar + 505).every((later) => later < value));
      const newest = WARM_UP + entry + 504;
      expect(newest).toBeLessThan(1000);
      const signals: string[] = [];

      for (const last of [newest - 1, newest, newest + 1]) {
        const symbol = `E${last}`;
        await importSeries(services, cutBarsOf(EDGE, symbol, [0, last + 1]));
        const { id } = await createStrategy(services, services.user, {
          name: symbol,
          strategyType: 'model',
          params: { model_id: model.id, enter_above: (said[entry] ?? 0) - 1e-9, exit_below: 0 },
          symbols: [symbol],
        });
        signals.push(...(await strategySignals(services, services.user, id)).map(({ signal }) => signal));
      }

      expect(signals).toEqual(['hold', 'sell', 'hold']);
    });

    it('is refused, or warns, where the model has nothing to say', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      const strategy = { strategyType: 'model', params: { model_id: model.id } };
      for (const length of [WARM_UP, WARM_UP + 1]) {
        await importSeries(services, cutBarsOf(EDGE, `S${length}`, [0, length]));
      }
      const [short, enough] = await Promise.all(
        [WARM_UP, WARM_UP + 1].map(async (length) => {
          const input = { name: `${length}`, ...strategy, symbols: [`S${length}`] };
          return (await createStrategy(services, services.user, input)).id;
        }),
      );

      await expect(strategySignals(services, services.user, short ?? 0)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: `Model ${model.id} says nothing of the first 103 bars, and there are 103: it takes 104 or more.`,
      });
      expect(await strategySignals(services, services.user, enough ?? 0)).toHaveLength(1);
      const range = { start: dayOf(0), end: dayOf(WARM_UP - 1) };
      const { warnings } = await backtestStrategy(services, services.user, {
        ...strategy,
        symbols: ['EDGE'],
        ...range,
      });
      expect(warnings).toEqual([
        `Model ${model.id} was asked about no bar: it says nothing of the first 103, and there are 103. Start earlier.`,
      ]);
    });

    it('is refused where the features of its model would take too long', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      const { id } = await createStrategy(services, services.user, {
        name: 'Slow',
        strategyType: 'model',
        params: { model_id: model.id },
        symbols: ['EDGE'],
      });
      // 9,000 terms each: of 1,000 bars 1.8e11.
      const slow = { name: 'macd', family: 'macd', params: { fast: 999, slow: 1000, signal: 1001 } };
      const featureConfig = JSON.stringify({
        ...parseFeatureConfig({}, { symbols: 1 }),
        features: Array.from({ length: 20_000 }, () => slow),
      });
      await services.database.transaction((db) =>
        db.trainedModel.update({ where: { id: model.id }, data: { featureConfig } }),
      );
      const range = { start: dayOf(0), end: dayOf(999) };
      const asked = { strategyType: 'model', symbols: ['EDGE'], ...range };
      const grid = { model_id: model.id, enter_above: [0.5, 0.6] };

      for (const [path, refused] of [
        ['start', () => predictModel(services, services.user, { modelId: model.id, ...range })],
        ['start', () => backtestStrategy(services, services.user, { ...asked, params: { model_id: model.id } })],
        ['start', () => startStrategyOptimization(services, services.user, { ...asked, paramGrid: grid, nSplits: 2 })],
        ['symbols', () => strategySignals(services, services.user, id)],
      ] as const) {
        await expect(refused()).rejects.toMatchObject({
          code: 'VALIDATION',
          message: expect.stringContaining('180000000 × 1000 rows = 180000000000;'),
          fields: [{ path: [path] }],
        });
      }
    });

    it('is scanned for on a schedule', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      const scan = marketScan(services);
      const inline = { strategy_type: 'model', params: { model_id: model.id }, symbols: ['EDGE'] };

      const config = await scan.parseConfig(inline, services.user);
      const { output } = await scan.run({
        principal: services.user,
        config,
        signal: new AbortController().signal,
        correlationId: 'test',
        causationId: 0n,
      } as Parameters<typeof scan.run>[0]);

      expect(output).toMatchObject({ signals: [{ symbol: 'EDGE', date: dayOf(999) }] });
      for (const [path, wrong] of [
        ['config.params.model_id', { ...inline, params: { model_id: 99 } }],
        ['config.params.model_id', { ...inline, params: {} }],
        ['config.interval', { ...inline, interval: '1h' }],
      ] as const) {
        const refusal = Promise.resolve(scan.parseConfig(wrong, services.user));
        await expect(refusal).rejects.toMatchObject({ code: 'VALIDATION', fields: [{ path: path.split('.') }] });
      }
    });

    it('is refused without its model, and says what is wrong', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      const stranger = await createOwner(services.database);
      await importSeries(services, EDGE, stranger);
      const strategy = { strategyType: 'model', params: { model_id: model.id }, symbols: ['EDGE'] };
      const backtest = { ...strategy, start: dayOf(0), end: dayOf(999) };

      for (const [path, principal, change] of [
        ['params.model_id', services.user, { params: { model_id: model.id + 1 } }],
        ['params.model_id', services.user, { params: {} }],
        ['params.model_id', stranger, {}],
        ['interval', services.user, { interval: '1wk' }],
        ['interval', services.user, { interval: '1h' }],
      ] as const) {
        const wrong = { code: 'VALIDATION', fields: [{ path: path.split('.') }] };
        await expect(backtestStrategy(services, principal, { ...backtest, ...change })).rejects.toMatchObject(wrong);
        const saved = { name: 'Wrong', ...strategy, ...change };
        await expect(createStrategy(services, principal, saved)).rejects.toMatchObject(wrong);
      }
      expect(await services.database.read.strategy.count()).toBe(0);
    });

    it('warns of what the model has not learned from', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);

      const { warnings, model: followed } = await backtestStrategy(services, services.user, {
        strategyType: 'model',
        params: { model_id: model.id },
        symbols: ['AAPL'],
        start: '2020-01-02',
        end: '2020-12-31',
      });

      expect(followed).toMatchObject({ id: model.id, inSampleBars: 0, firstUnknown: '2020-01-02' });
      expect(warnings).toEqual([
        `Model ${model.id} has learned from EDGE, not from AAPL.`,
        `Model ${model.id} has learned from prices of csv; these are of simulated.`,
      ]);
    });

    it('ends clearly when its model is gone or damaged', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      const { model } = await tuneOnEdge(services);
      const { id } = await createStrategy(services, services.user, {
        name: 'Follower',
        strategyType: 'model',
        params: { model_id: model.id },
        symbols: ['EDGE'],
      });
      const change = (data: object) =>
        services.database.transaction((db) => db.trainedModel.update({ where: { id: model.id }, data }));

      await change({ bytes: Uint8Array.from(model.bytes, (byte, at) => (at === 900 ? byte ^ 1 : byte)) });
      // Its bytes may be 128 MiB: they are read and checked where it predicts, and nowhere else.
      const follower = { strategyType: 'model', params: { model_id: model.id }, symbols: ['EDGE'] };
      expect(await updateStrategy(services, services.user, { id, ...follower })).toMatchObject({ id });
      expect(await createStrategy(services, services.user, { name: 'Other', ...follower })).toMatchObject({
        name: 'Other',
      });
      const { strategyType: strategy_type, ...scanned } = follower;
      expect(await marketScan(services).parseConfig({ strategy_type, ...scanned }, services.user)).toMatchObject(
        scanned,
      );
      const range = { start: dayOf(0), end: dayOf(999) };
      for (const asked of [
        () => predictModel(services, services.user, { modelId: model.id, ...range }),
        () => backtestStrategy(services, services.user, { ...follower, ...range }),
      ]) {
        await expect(asked()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('damaged') });
      }
      await expect(strategySignals(services, services.user, id)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('its bytes are not those that were stored'),
      });
      await change({ bytes: model.bytes, engineVersion: '2-trees-1' });
      await expect(strategySignals(services, services.user, id)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('defined otherwise today'),
      });
      // The bytes are today's: what refuses it is the version of the row, before anybody reads them.
      const engineVersion = model.engineVersion.replace(/-trees-\d+-/, '-trees-1-');
      await change({ engineVersion });
      const searched = { strategyType: 'model', symbols: ['EDGE'], paramGrid: { model_id: [model.id] } };
      for (const asked of [
        () => createStrategy(services, services.user, { name: 'Late', ...follower }),
        () => updateStrategy(services, services.user, { id, ...follower }),
        () => marketScan(services).parseConfig({ strategy_type, ...scanned }, services.user),
        () => startStrategyOptimization(services, services.user, { ...searched, ...range }),
        () => predictModel(services, services.user, { modelId: model.id, ...range }),
        () => backtestStrategy(services, services.user, { ...follower, ...range }),
        () => strategySignals(services, services.user, id),
      ]) {
        await expect(asked()).rejects.toMatchObject({
          code: 'CONFLICT',
          message: `Model ${model.id} was trained when trees grew otherwise than today (${engineVersion}). Tune it again.`,
        });
      }
      await services.database.transaction((db) => db.trainedModel.delete({ where: { id: model.id } }));
      await expect(strategySignals(services, services.user, id)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: `There is no model ${model.id}. The strategy that follows it can do nothing without it.`,
      });
      expect(await updateStrategy(services, services.user, { id, enabled: false, name: 'Orphan' })).toMatchObject({
        enabled: false,
      });
      await expect(updateStrategy(services, services.user, { id, symbols: ['AAPL'] })).rejects.toMatchObject({
        code: 'VALIDATION',
      });
    });
  });

  describe('a model that compares symbols', () => {
    it('takes all of its symbols and no others', { timeout: 120_000 }, async () => {
      const services = await startServices(await create());
      await importSeries(services, cutBarsOf(EDGE, 'TWIN', [0, 1000]));
      const { model } = await tuneOnEdge(services, {
        symbols: ['EDGE', 'TWIN'],
        featureConfig: { features: ['gap', 'relative_strength'] },
      });
      const range = { start: dayOf(0), end: dayOf(999) };
      const strategy = { strategyType: 'model', params: { model_id: model.id }, ...range };

      const both = await backtestStrategy(services, services.user, { ...strategy, symbols: ['TWIN', 'EDGE'] });
      expect(both.model?.predictedBars).toBe(980);

      for (const symbols of [['EDGE'], ['EDGE', 'AAPL']]) {
        const wrong = {
          code: 'VALIDATION',
          fields: [{ path: ['symbols'] }],
          message: expect.stringContaining('EDGE, TWIN together'),
        };
        await expect(backtestStrategy(services, services.user, { ...strategy, symbols })).rejects.toMatchObject(wrong);
        await expect(
          predictModel(services, services.user, { modelId: model.id, symbols, ...range }),
        ).rejects.toMatchObject(wrong);
      }
    });
  });
});
