import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/rest/index.ts';
import { startLibrary } from './library.ts';

type Server = Awaited<ReturnType<typeof startLibrary>>;
let server: Server | undefined;
afterEach(() => server?.stop());

describe('/healthz', () => {
  it('is 200 as long as the process answers, whatever else is broken', async () => {
    server = await startLibrary({ readiness: { database: () => Promise.reject(new Error('gone')) } });

    const response = await fetch(`${server.url}/healthz`);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok' });
  });
});

describe('/readyz', () => {
  it('is 200 when every check resolves', async () => {
    server = await startLibrary({ readiness: { database: async () => 'fine', migrations: async () => undefined } });

    const response = await fetch(`${server.url}/readyz`);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ready', checks: { database: 'ok', migrations: 'ok' } });
  });

  it('is 503 naming the checks that reject or do not end, and tells no reason', async () => {
    const readiness = {
      database: () => Promise.reject(new Error('password authentication failed for user admin')),
      migrations: async () => undefined,
      worker: () => new Promise(() => undefined),
    };
    server = await startLibrary({ readiness });

    const response = await fetch(`${server.url}/readyz`);
    const text = await response.text();

    expect(response.status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      code: 'UNAVAILABLE',
      detail: 'Not ready: database, worker.',
      checks: { database: 'failed', migrations: 'ok', worker: 'failed' },
    });
    expect(text).not.toContain('password');
  });
});

describe('/metrics', () => {
  it('has the process, the answers by route, and the gauges of other parts', async () => {
    server = await startLibrary({ gauges: [{ name: 'jobs_running', help: 'Jobs under way.', read: () => 3 }] });
    await fetch(`${server.url}/api/books/17`);
    await fetch(`${server.url}/nowhere`);

    const response = await fetch(`${server.url}/metrics`);
    const text = await response.text();

    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/api/books/:id",status="404"} 1');
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="none",status="404"} 1');
    expect(text).toContain('jobs_running 3');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  });
});

describe('the log', () => {
  it('writes no secret in clear that somebody hands it', () => {
    const lines: string[] = [];
    const log = createLogger('info', { write: (line) => void lines.push(line) });

    log.info(
      { password: 'canary-1', headers: { authorization: 'canary-2' }, request: { headers: { cookie: 'canary-3' } } },
      'x',
    );

    expect(lines.join('')).toContain('[redacted]');
    expect(lines.join('')).not.toContain('canary');
  });

  it('has a line per answer with the id of the request, and nothing that could be a secret', async () => {
    server = await startLibrary();
    const headers = { authorization: 'Bearer canary-1', 'x-request-id': 'r-1', 'content-type': 'application/json' };
    await fetch(`${server.url}/api/books?token=canary-2`, { method: 'POST', headers, body: '{"title": "canary-3"}' });

    const lines = server.log.filter((line) => line.includes('"r-1"'));

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      method: 'POST',
      route: '/api/books',
      status: 422,
    });
    expect(server.log.join('')).not.toContain('canary');
  });
});
