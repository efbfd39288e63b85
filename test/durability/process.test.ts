/** How the program starts, refuses to start, drains, and shares a database with others of its kind. */
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eachDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import {
  dataFolder,
  end,
  endServers,
  launch,
  launchCommand,
  request,
  startServer,
  untilServing,
} from '../support/server-process.ts';
import { LONG_JOB, untilRunning } from './jobs.ts';

/** Longest time for draining, in ms. */
const DRAINED_MS = 5000;

afterEach(endServers);

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends an idle server with 0', async (signal) => {
    const server = await startServer({ DATA_DIR: dataFolder() });

    const { code, tookMs } = await end(server, signal);

    expect([code, tookMs < DRAINED_MS]).toEqual([0, true]);
  });

  it('ends it with 0 while a job computes and streams are open; the job goes on after the next start', async () => {
    const settings = { DATA_DIR: dataFolder() };
    const server = await startServer(settings);
    const { body } = await request<{ job_id: number }>(server, 'POST /api/optimize/strategy', { json: LONG_JOB });
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/optimize`);
    const closed = new Promise<number>((resolve) => {
      socket.once('close', resolve);
    });
    const stream = await openStream(server.port);
    await untilRunning(server, body.job_id);

    const { code, tookMs } = await end(server, 'SIGINT');
    const next = await startServer(settings);

    expect([code, tookMs < DRAINED_MS, await closed, await stream.ended]).toEqual([0, true, 1001, 'ended']);
    await untilRunning(next, body.job_id);
    const cancelled = await request<{ status: string }>(next, `DELETE /api/optimize/${body.job_id}`);
    expect(cancelled.body.status).toBe('cancelled');
  });

  it('reaches it through npm start (without building again), as Ctrl-C does, and ends that with 0 too', {
    timeout: 90_000,
  }, async () => {
    const started = launchCommand('npm', ['start', '--ignore-scripts'], { DATA_DIR: dataFolder() });
    await untilServing(started);

    process.kill(-started.pid, 'SIGINT');

    expect(await started.exited).toEqual({ code: 0, signal: null });
  });
});

describe('a start that cannot be', () => {
  it('names each setting that is wrong, and what it may be', async () => {
    const wrong = {
      HOST: '0.0.0.0',
      PORT: '80000',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://x',
      COMPUTE_THREADS: '0',
    };

    const refused = launch({ DATA_DIR: dataFolder(), ...wrong });

    expect((await refused.exited).code).toBe(1);
    expect(refused.stderr()).toMatch(/HOST must be a loopback address/);
    expect(refused.stderr()).toMatch(/PORT must be a whole number from 0 to 65535/);
    expect(refused.stderr()).toMatch(/LOG_LEVEL must be one of: fatal/);
    expect(refused.stderr()).toMatch(/DATABASE_URL must be postgresql:/);
    expect(refused.stderr()).toMatch(/COMPUTE_THREADS must be a whole number from 1/);
  });

  it('says that the port is taken', async () => {
    const { port } = await startServer({ DATA_DIR: dataFolder() });

    const second = launch({ DATA_DIR: dataFolder(), PORT: String(port) });

    expect((await second.exited).code).toBe(1);
    expect(second.stderr()).toContain(String(port));
  });
});

eachDatabase((provider, create) => {
  describe('servers on one database', () => {
    it('all start when four start together, and migrate once', { timeout: 300_000 }, async () => {
      const made = await create({ isEmpty: true });
      const settings = { DATABASE_URL: made.url, DATA_DIR: dataFolder() };

      const servers = await Promise.all(Array.from({ length: 4 }, () => startServer(settings)));

      // One that has just begun to listen may still wait for the database, which all share.
      await eventually(
        'all to be ready',
        async () => {
          const answers = await Promise.all(servers.map((server) => request(server, 'GET /readyz')));
          return answers.every(({ status }) => status === 200) ? true : null;
        },
        90_000,
      );
      await endServers();
      const database = await made.open();
      expect(await database.read.user.count()).toBe(1);
      expect(database.provider).toBe(provider);
    });

    it('see, follow and cancel what another computes', { timeout: 60_000 }, async () => {
      const { url } = await create();
      const settings = { DATABASE_URL: url, DATA_DIR: dataFolder() };
      const [a, b] = [await startServer(settings), await startServer(settings)];
      const { body } = await request<{ job_id: number }>(a, 'POST /api/optimize/strategy', { json: LONG_JOB });
      await untilRunning(b, body.job_id);

      const cancelled = await request<{ status: string }>(b, `DELETE /api/optimize/${body.job_id}`);
      const events = await request<readonly { type: string }[]>(b, 'GET /api/events');

      expect(cancelled.body.status).toBe('cancelled');
      expect(events.body.map(({ type }) => type)).toEqual(['OptimizationStarted', 'OptimizationCancelled']);
    });
  });
});

/** Opens a subscription over server-sent events; `ended` tells how the answer came to its end. */
async function openStream(port: number): Promise<{ readonly ended: Promise<'ended' | 'broken'> }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const sent = httpRequest({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers }, (response) => {
      const ended = new Promise<'ended' | 'broken'>((settle) => {
        response.once('end', () => settle('ended'));
        response.once('error', () => settle('broken'));
      });
      response.resume();
      resolve({ ended });
    });
    sent.once('error', reject);
    sent.end(JSON.stringify({ query: 'subscription { optimizationEvents { cursor } }' }));
  });
}
