/** Starts scripted brokers, in this process or in one of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type BrokerControl, CONTROL_COMMANDS } from './control.ts';
import type { ScriptedBrokerOptions } from './options.ts';
import { ScriptedBrokerServer } from './server.ts';

/** A broker that runs somewhere on this machine. */
export interface StartedBroker {
  /** Where it takes orders, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly control: BrokerControl;
  /** Where other processes control it; null when it runs in this one. */
  readonly controlUrl: string | null;
  close(): Promise<void>;
}

const script = fileURLToPath(new URL('process.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A broker in this process. */
export async function startScriptedBroker(options: ScriptedBrokerOptions = {}): Promise<StartedBroker> {
  const server = new ScriptedBrokerServer(options);
  await server.listen();
  return { url: server.url, control: server, controlUrl: null, close: () => server.close() };
}

/** A broker in a process of its own: its timestamps do not wait for the test's event loop, and it outlives killed servers. */
export async function startScriptedBrokerProcess(options: ScriptedBrokerOptions = {}): Promise<StartedBroker> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(options)], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const said = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const first = await Promise.race([said, exited.then(() => null)]);
  if (first === null) throw new Error('The scripted broker did not start.');
  const { url, controlUrl } = JSON.parse(first[0]) as { readonly url: string; readonly controlUrl: string };
  return {
    url,
    control: remoteControl(controlUrl),
    controlUrl,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The control of a broker in another process. */
export function remoteControl(url: string): BrokerControl {
  const command =
    (name: string) =>
    async (...args: readonly unknown[]) => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify({ command: name, args }) });
      const { result, error } = (await response.json()) as { readonly result?: unknown; readonly error?: string };
      if (error !== undefined) throw new Error(error);
      return result;
    };
  return Object.fromEntries(CONTROL_COMMANDS.map((name) => [name, command(name)])) as unknown as BrokerControl;
}
