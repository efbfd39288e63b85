/** A client that holds every answer against the route table: no key more than it says, none less, every type right. */
import { afterAll, beforeAll, expect } from 'vitest';
import { REST_ROUTES, type Route } from '../../src/rest/index.ts';
import { type RestAnswer, type RestRequest, rest } from '../api/rest-client.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

/** An answer of the server. */
export interface Answer extends Omit<RestAnswer, 'body'> {
  // oxlint-disable-next-line typescript/no-explicit-any -- Whatever JSON there is; each test says what it expects of it.
  readonly body: any;
}

/** What a request carries beside method and path. */
export interface Sent extends Omit<RestRequest, 'body'> {
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** Sends a request; an answer of success has to be exactly what the table says of it. */
export type Call = (method: string, path: string, sent?: Sent) => Promise<Answer>;

/** The server of a file of tests, and its client. */
interface DescribedServer {
  readonly call: Call;
  /** Once the first `beforeAll` is over. */
  readonly server: () => TestApp;
}

/** Starts a server before the tests of this file and ends it after them; a bug in its log is a failure. */
export function describedServer(options: Parameters<typeof startTestApp>[0] = {}): DescribedServer {
  let running: TestApp | undefined;
  const server = (): TestApp => {
    if (running === undefined) throw new Error('The server was not started.');
    return running;
  };
  beforeAll(async () => {
    running = await startTestApp(options);
  });
  afterAll(async () => {
    await server().stop();
    expect(server().bugs()).toEqual([]);
  });
  return { server, call: describedCalls(server) };
}

function describedCalls(server: () => TestApp): Call {
  return async (method, path, { body, ...sent } = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await rest(server().url, `${method} ${path}`, {
      ...sent,
      ...(text === undefined ? {} : { body: text }),
    });
    if (answer.status < 300) expectAsDescribed(method, path, answer);
    return answer;
  };
}

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
export async function endOf(call: Call, jobId: number): Promise<Answer['body']> {
  const job = async () => (await call('GET', `/api/optimize/${jobId}`)).body;
  await expect.poll(job, { timeout: 60_000, interval: 50 }).toMatchObject({ finished_at: expect.any(String) });
  return await job();
}
