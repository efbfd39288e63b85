import { describe, expect, it } from 'vitest';
import { describedServer } from './described.ts';

const { call, server } = describedServer();

const config = { strategy_type: 'momentum', symbols: ['SPY'], params: { short_window: 7 } };
const scan = { job_type: 'market_scan', schedule: '0 9 * * 1-5', timezone: 'America/New_York', config };

describe('scheduled jobs', () => {
  it('are created with their next five runs, read, changed by PUT and PATCH alike, and deleted', async () => {
    const created = await call('POST', '/api/scheduler', { body: scan });
    const path = created.headers.get('location') ?? 'none';
    const patched = await call('PATCH', path, { body: { name: 'Open', calendar: 'XNYS', schedule: '0 10 * * *' } });
    const put = await call('PUT', path, { body: { calendar: null, overlap_policy: 'buffer_one', enabled: false } });
    const read = await call('GET', path);
    const deleted = await call('DELETE', path);

    expect(created.body).toMatchObject({
      ...scan,
      name: 'market_scan 0 9 * * 1-5',
      calendar: null,
      session_policy: 'skip_closed',
      config: { ...config, params: { short_window: 7, long_window: 50 }, interval: '1d' },
      enabled: true,
      overlap_policy: 'skip',
      catchup_policy: 'skip',
      catchup_window_seconds: 3600,
      timeout_seconds: 600,
      status: 'scheduled',
      pause_reason: null,
      last_run: null,
      last_result: null,
    });
    expect(created.body.next_runs).toHaveLength(5);
    expect(created.body.next_run).toBe(created.body.next_runs[0]);
    expect(patched.body).toMatchObject({ name: 'Open', calendar: 'XNYS', config: created.body.config });
    expect(put.body).toMatchObject({ calendar: null, overlap_policy: 'buffer_one', status: 'disabled', next_runs: [] });
    expect(read.body).toEqual(put.body);
    expect(deleted.body).toEqual({ id: created.body.id, status: 'deleted' });
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('POST', `${path}/run`)).status).toBe(404);
    expect((await call('GET', `${path}/runs`)).status).toBe(404);
  });

  it('run at once when asked, and remember what came of it', async () => {
    const { body: job } = await call('POST', '/api/scheduler', { body: scan });
    const run = await call('POST', `/api/scheduler/${job.id}/run`);
    const { body: after } = await call('GET', `/api/scheduler/${job.id}`);
    const runs = await call('GET', `/api/scheduler/${job.id}/runs`);

    expect(run.body).toMatchObject({ status: 'succeeded', trigger: 'manual', attempt: 1, reason: null, error: null });
    expect(run.body.output.signals).toMatchObject([{ symbol: 'SPY', signal: expect.any(String) }]);
    expect(Object.keys(run.body.output.signals[0])).toContain('previous_target');
    expect(runs.body).toEqual([run.body]);
    expect(after.last_result).toMatchObject({ run_id: run.body.run_id, status: 'succeeded', output: run.body.output });
    expect(after.last_run).toBe(run.body.started_at);
  });

  it('scan a strategy without orders, whatever its mode, and not while it is not enabled', async () => {
    const saved = { strategy_type: 'momentum', symbols: ['SPY'], mode: 'auto_trade' };
    const { body: strategy } = await call('POST', '/api/strategies', { body: { ...saved, name: 'Trader' } });
    const { body: job } = await call('POST', '/api/scheduler', {
      body: { job_type: 'market_scan', schedule: '0 0 1 1 *', config: { strategy_id: strategy.id } },
    });
    const run = async () => (await call('POST', `/api/scheduler/${job.id}/run`)).body;

    const traded = await run();
    await call('PATCH', `/api/strategies/${strategy.id}`, { body: { mode: 'monitor' } });
    const monitored = await run();
    await call('PATCH', `/api/strategies/${strategy.id}`, { body: { enabled: false } });
    const disabled = await run();

    expect(traded.summary).toBe(`Signals only, no orders: ${monitored.summary}`);
    expect(traded.output).toEqual({ ...monitored.output, signals_only: true });
    expect((await call('GET', '/api/broker/orders')).body).toEqual([]);
    expect(disabled).toMatchObject({
      ...{ status: 'succeeded', summary: 'Trader is not enabled: nothing was scanned.', output: { signals: [] } },
    });
  });

  it('fail, naming it, when a goal that they check is gone', async () => {
    const goal = async (name: string) =>
      (await call('POST', '/api/portfolio/goals', { body: { name, target_weights: { SPY: 0.5 } } })).body.id;
    const [gone, kept] = [await goal('Gone'), await goal('Kept')];
    const check = async (goal_ids: readonly number[]) =>
      (
        await call('POST', '/api/scheduler', {
          body: { job_type: 'portfolio_check', schedule: '0 0 1 1 *', config: { goal_ids } },
        })
      ).body.id;
    const jobs = [await check([gone]), await check([gone, kept])];
    await call('DELETE', `/api/portfolio/goals/${gone}`);

    for (const job of jobs) {
      const { body: run } = await call('POST', `/api/scheduler/${job}/run`);
      expect(run).toMatchObject({
        status: 'failed',
        error: `Could not be checked: There is no goal ${gone} any more.`,
      });
    }
    const { body: checked } = await call('GET', `/api/portfolio/goals/${kept}`);
    expect(checked.last_checked_at).not.toBeNull();
  });

  it('run on their schedule, to the second', async () => {
    const { body: job } = await call('POST', '/api/scheduler', { body: { ...scan, schedule: '* * * * * *' } });
    const read = async () => (await call('GET', `/api/scheduler/${job.id}/runs?limit=500`)).body;
    await expect.poll(async () => (await read()).length, { timeout: 10_000 }).toBeGreaterThan(2);
    await call('POST', `/api/scheduler/${job.id}/stop`);
    const runs = await read();

    const times = runs.map((run: { scheduled_for: string }) => run.scheduled_for);
    expect(new Set(times).size).toBe(times.length);
    expect(times.toSorted().toReversed()).toEqual(times);
    const second = await call('GET', `/api/scheduler/${job.id}/runs?limit=2`);
    const rest = await call('GET', /<(.+)>/.exec(second.headers.get('link') ?? '')?.[1] ?? 'none');
    expect(rest.body[0].run_id).toBeLessThan(second.body[1].run_id);
  });

  it('are enabled and disabled, again without a change', async () => {
    const { body: job } = await call('POST', '/api/scheduler', { body: scan });
    const answers = [];
    for (const verb of ['stop', 'stop', 'start', 'start']) {
      answers.push((await call('POST', `/api/scheduler/${job.id}/${verb}`)).body);
    }

    expect(answers.map(({ enabled, status }) => `${enabled} ${status}`)).toEqual([
      'false disabled',
      'false disabled',
      'true scheduled',
      'true scheduled',
    ]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[3]).toEqual(answers[2]);
  });

  it('are all paused by the scheduler’s own switch, also after a restart', async () => {
    const { body: job } = await call('POST', '/api/scheduler', { body: scan });
    const stopped = await call('POST', '/api/scheduler/stop');
    await call('POST', '/api/scheduler/stop');
    await server().restart();
    const { body: paused } = await call('GET', `/api/scheduler/${job.id}`);
    const status = await call('GET', '/api/scheduler/status');
    const started = await call('POST', '/api/scheduler/start');
    await call('POST', '/api/scheduler/start');

    expect(paused).toMatchObject({
      enabled: true,
      status: 'paused',
      pause_reason: 'scheduler_stopped',
      next_run: null,
    });
    expect(stopped.body).toMatchObject({ running: false, next_run: null });
    expect(status.body).toEqual(stopped.body);
    expect(started.body).toMatchObject({ running: true, next_run: expect.any(String), running_jobs: 0 });
    expect((await call('GET', `/api/scheduler/${job.id}`)).body.status).toBe('scheduled');
    const events = await call('GET', '/api/events?types=SchedulerStarted,SchedulerStopped');
    expect(events.body).toHaveLength(2);
  });

  it('are ready: nothing is overdue', async () => {
    const ready = await fetch(`${server().url}/readyz`);
    const metrics = await (await fetch(`${server().url}/metrics`)).text();

    expect(await ready.json()).toMatchObject({ status: 'ready', checks: { database: 'ok', scheduler: 'ok' } });
    expect(metrics).toMatch(/scheduler_runs_running \d/);
  });
});

describe('a job that cannot be', () => {
  it.each([
    ['schedule', { schedule: '0 0 30 2 *' }],
    ['schedule', { schedule: '* * * * * * *' }],
    ['schedule', { schedule: '*/0 * * * *' }],
    ['schedule', { schedule: '@reboot' }],
    ['schedule', { schedule: '' }],
    ['schedule', { schedule: '0 3 * * *', calendar: 'XNYS' }],
    ['timezone', { timezone: 'Mars/Phobos' }],
    ['timezone', { timezone: '../../etc/passwd' }],
    ['calendar', { calendar: 'XLON' }],
    ['name', { name: '' }],
    ['config.goal_ids', { job_type: 'portfolio_check', config: { goal_ids: [99] } }],
    ['config.strategy_id', { job_type: 'portfolio_check', config: { strategy_id: 1 } }],
    ['schedule', { job_type: 'portfolio_check', config: {}, schedule: '* * * * * *' }],
    ['config.alert_ids', { job_type: 'alert_check', config: { alert_ids: [99] } }],
    ['config.goal_ids', { job_type: 'alert_check', config: { goal_ids: [1] } }],
    ['job_type', { job_type: 'ai_analysis', config: {} }],
    ['job_type', { job_type: 'reboot' }],
    ['catchup_policy', { catchup_policy: 'always' }],
    ['catchup_window_seconds', { catchup_window_seconds: -1 }],
    ['timeout_seconds', { timeout_seconds: 0 }],
    ['timeout_seconds', { timeout_seconds: 1.5 }],
    ['config.strategy_id', { config: { strategy_id: 99 } }],
    ['config.strategy_id', { config: { strategy_id: '1' } }],
    ['config', { config: {} }],
    ['config.strategy_type', { config: { symbols: ['SPY'] } }],
    ['config.strategy_type', { config: { strategy_type: 'market_making', symbols: ['SPY'] } }],
    ['config.symbols', { config: { strategy_type: 'momentum' } }],
    ['config.params.short_window', { config: { ...config, params: { short_window: -1 } } }],
    ['config.interval', { config: { ...config, interval: '7q' } }],
    ['config.extra', { config: { ...config, extra: 1 } }],
    ['config', { config: [] }],
    ['surprise', { surprise: 1 }],
  ])('is refused with 422 at %s: %j', async (path, changes) => {
    const jobs = (await call('GET', '/api/scheduler')).body.length;
    const answer = await call('POST', '/api/scheduler', { body: { ...scan, ...changes } });

    expect(answer.status).toBe(422);
    const paths = answer.body.errors.map((error: { path: unknown }) =>
      Array.isArray(error.path) ? error.path.join('.') : error.path,
    );
    expect(paths).toContain(path);
    expect((await call('GET', '/api/scheduler')).body).toHaveLength(jobs);
  });

  it('keeps its settings when it is to be of a type that they do not suit', async () => {
    const { body: job } = await call('POST', '/api/scheduler', { body: scan });
    const path = `/api/scheduler/${job.id}`;
    const refused = await call('PATCH', path, { body: { job_type: 'alert_check' } });
    const { body: kept } = await call('GET', path);
    const changed = await call('PATCH', path, { body: { job_type: 'alert_check', config: {} } });

    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ path: expect.stringMatching(/^config\./) }]);
    expect(kept).toEqual(job);
    expect(changed.body).toMatchObject({ job_type: 'alert_check', config: {} });
  });

  it('is told everything that is wrong with it at once', async () => {
    const body = { ...scan, schedule: '61 * * * *', timezone: 'Nowhere', timeout_seconds: 0 };
    const answer = await call('POST', '/api/scheduler', { body });

    expect(answer.body.errors).toHaveLength(3);
    expect(answer.body.detail).toMatch(/IANA.*minute field.*timeout_seconds/s);
  });

  it('says why a type is absent', async () => {
    const answer = await call('POST', '/api/scheduler', { body: { ...scan, job_type: 'ai_analysis', config: {} } });

    expect(answer.body.detail).toBe('This server cannot run ai_analysis: it has no agent yet.');
  });
});
