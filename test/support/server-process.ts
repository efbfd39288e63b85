/**
 * The program as a person runs it: `node dist/main.js` in a process of its own, on a port that the system chooses, with a
 * database of its own. `npm test` builds `dist` first.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEST_POOL_SIZE } from './open-database.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const main = join(root, 'dist', 'main.js');

/** Longest time for a server to be ready, in ms: many start at once on a busy machine. */
const READY_MS = 60_000;

/** How a process ended: one of the two is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that was started, whether it will serve or not. */
export interface Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Everything that it has written so far. */
  stdout(): string;
  stderr(): string;
}

/** A server that has said where it listens. */
export interface ServerProcess extends Launched {
  /** `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  /** From its launch to its banner, in ms. */
  readonly readyMs: number;
}

/** Settings by the names of the environment, e.g. `{ DATA_DIR: '/tmp/x' }`. */
export type Settings = Readonly<Record<string, string>>;

const launched = new Set<Launched>();
const folders: string[] = [];

/** A new folder for a server's data, removed by `endServers`. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-server-'));
  folders.push(folder);
  return folder;
}

/** Starts the program with these settings and nothing else of our environment. */
export function launch(settings: Settings): Launched {
  if (!existsSync(main)) throw new Error('There is no dist/main.js. Build it with: npm run build');
  return launchCommand(process.execPath, [main], settings);
}

/** Starts a command from the root of the repository, as the leader of a process group of its own. */
export function launchCommand(command: string, args: readonly string[], settings: Settings): Launched {
  // The guard of egress comes along, see test/support/egress.ts.
  const { PATH = '', HOME = '', NODE_OPTIONS = '', EGRESS_LOG = '' } = process.env;
  const small = { COMPUTE_THREADS: '1', DATABASE_POOL_SIZE: String(TEST_POOL_SIZE) };
  const env = { PATH, HOME, NODE_OPTIONS, EGRESS_LOG, PORT: '0', LOG_LEVEL: 'warn', ...small, ...settings };
  const child = spawn(command, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started.`);
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const entry = { child, pid, exited, stdout: () => texts.stdout, stderr: () => texts.stderr };
  launched.add(entry);
  void exited.then(() => launched.delete(entry));
  return entry;
}

/** Starts a server and waits for its banner. @throws {Error} with what it wrote, when it ends or takes too long */
export async function startServer(settings: Settings): Promise<ServerProcess> {
  const since = performance.now();
  return untilServing(launch(settings), since);
}

/** Waits for the banner of a process. @throws {Error} as `startServer` */
export async function untilServing(server: Launched, since = performance.now()): Promise<ServerProcess> {
  let hasExited = false;
  void server.exited.then(() => {
    hasExited = true;
  });
  for (;;) {
    const url = /GraphiQL +(http:\S+)\/graphql/.exec(server.stdout())?.[1];
    const readyMs = performance.now() - since;
    if (url !== undefined) return { ...server, url, port: Number(new URL(url).port), readyMs };
    if (hasExited || readyMs > READY_MS) {
      throw new Error(`The server did not become ready.\n${server.stdout()}\n${server.stderr()}`);
    }
    await pause(5);
  }
}

/** Sends a signal and waits for the end. */
export async function end(server: Launched, signal: NodeJS.Signals): Promise<Exit & { readonly tookMs: number }> {
  const since = performance.now();
  server.child.kill(signal);
  return { ...(await server.exited), tookMs: performance.now() - since };
}

/** Kills what still runs, and removes the folders. For `afterEach` and `afterAll`. */
export async function endServers(): Promise<void> {
  await Promise.all(
    [...launched].map(({ pid, exited }) => {
      process.kill(-pid, 'SIGKILL');
      return exited;
    }),
  );
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** An answer whose body was JSON. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** What a request carries. */
export interface RequestOptions {
  readonly json?: unknown;
  readonly csv?: string;
  readonly key?: string;
}

/** Sends a request, e.g. `GET /healthz`; the body is taken to be a `Body`. @throws {TypeError} when the connection breaks */
export async function request<Body = unknown>(
  { url }: Pick<ServerProcess, 'url'>,
  target: string,
  { json, csv, key }: RequestOptions = {},
): Promise<Answer<Body>> {
  const [method = 'GET', path = '/'] = target.split(' ');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(csv !== undefined && { 'content-type': 'text/csv' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(csv !== undefined && { body: csv }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

/** Runs a GraphQL document over HTTP; its data are taken to be `Data`. @throws {Error} for errors and broken connections */
export async function graphql<Data>(
  server: Pick<ServerProcess, 'url'>,
  query: string,
  variables: object = {},
): Promise<Data> {
  const { body } = await request<{ readonly data: Data; readonly errors?: unknown }>(server, 'POST /graphql', {
    json: { query, variables },
  });
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  return body.data;
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
