/** The server of a measurement, in a process of its own that can be asked what it holds. Needs `dist`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from '../../src/core/index.ts';

/** What a process holds after its garbage was collected. */
export interface Held {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
  readonly timers: number;
  readonly listeners: number;
  readonly descriptors: number;
  /** Processor time used so far, ms. */
  readonly cpuMs: number;
}

/** A server that listens. */
export interface BenchServer {
  readonly url: string;
  held(): Promise<Held>;
  /** Sends JSON and answers the status. */
  send(target: string, body?: object): Promise<number>;
  stop(): void;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Starts it on a new folder. */
export async function startServer(): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'dunlin-bench-'));
  const probe = join(folder, 'probe.json');
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'warn', COMPUTE_THREADS: '1', PROBE: probe };
  const flags = ['--import', join(root, 'bench/streams/probe.mjs'), join(root, 'dist/main.js')];
  const child = spawn(process.execPath, flags, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await addressOf(child);
  return {
    url,
    held: () => held(child, probe),
    async send(target, body) {
      const [method = 'GET', path = '/'] = target.split(' ');
      const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(`${url}${path}`, { method, ...(body === undefined ? {} : json) });
      await answer.arrayBuffer();
      return answer.status;
    },
    stop: () => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The address that a server tells when it listens. @throws {Error} when it ends before */
export async function addressOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const part of stdout?.setEncoding('utf8') ?? []) {
    text += String(part);
    const address = /GraphiQL +(http:\S+)\/graphql/.exec(text)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`The server did not start:\n${text}`);
}

async function held(child: ChildProcess, probe: string): Promise<Held> {
  rmSync(probe, { force: true });
  child.kill('SIGUSR2');
  for (;;) {
    await pause(50);
    try {
      const descriptors = readdirSync(`/proc/${child.pid}/fd`).length;
      return { ...readJson<Omit<Held, 'descriptors'>>(readFileSync(probe, 'utf8')), descriptors };
    } catch {
      // It was not written yet, or not to its end.
    }
  }
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
