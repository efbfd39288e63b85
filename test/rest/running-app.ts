/** The whole server on a free port with a database of its own, and a client that holds answers against the route table. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { createLogger, REST_ROUTES, type Route } from '../../src/rest/index.ts';

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- Whatever JSON there is; each test says what it expects of it.
  readonly body: any;
}

/** What a request carries beside method and path. */
export interface Sent {
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that runs from the sources. */
export interface RunningApp {
  readonly url: string;
  readonly app: App;
  /** Lines of its log that tell of bugs. */
  readonly bugs: readonly string[];
  /** Sends a request; an answer of success has to be exactly what the table says of it. */
  call(method: string, path: string, sent?: Sent): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a server. `env` changes its configuration. */
export async function startRunningApp(env: Readonly<Record<string, string>> = {}): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-test-'));
  const bugs: string[] = [];
  const log = createLogger('error', { write: (line) => void bugs.push(line) });
  const config = parseConfig({ DATA_DIR: folder, PORT: '0', COMPUTE_THREADS: '1', ...env });
  const app = await startApp(config, { log, workerUrl: new URL('app-worker.mjs', import.meta.url) });
  return {
    url: app.url,
    app,
    bugs,
    async call(method, path, sent = {}) {
      const answer = await send(app.url + path, method, sent);
      if (answer.status < 300) expectAsDescribed(method, path, answer);
      return answer;
    },
    async stop() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function send(url: string, method: string, { body, headers = {} }: Sent): Promise<Answer> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, { method, ...content, headers: { ...type, ...headers } });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** No key more, none less, and every type right. */
function expectAsDescribed(method: string, path: string, { status, body }: Answer): void {
  const row = rowOf(method, path.split('?', 1)[0] ?? '');
  expect(row.response.parse(body), `${row.operationId} answers what it says`).toEqual(body);
  expect(status).toBe(row.status);
}

function rowOf(method: string, path: string): Route {
  const candidates = REST_ROUTES.filter((row) => row.method === method);
  const literal = candidates.find((row) => row.path === path.replace(/\/$/, ''));
  const row =
    literal ?? candidates.find((each) => new RegExp(`^${each.path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`).test(path));
  if (row === undefined) throw new Error(`No row takes ${method} ${path}.`);
  return row;
}

/** Asks until the job has ended. */
export async function endOf(server: RunningApp, jobId: number): Promise<Answer['body']> {
  return await expect
    .poll(async () => (await server.call('GET', `/api/optimize/${jobId}`)).body, { timeout: 20_000, interval: 50 })
    .toMatchObject({ finished_at: expect.any(String) })
    .then(async () => (await server.call('GET', `/api/optimize/${jobId}`)).body);
}
