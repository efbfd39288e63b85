/** A scripted broker in a process of its own, and the door through which its test moves it. Its options are the argument. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { CONTROL_COMMANDS } from './control.ts';
import type { ScriptedBrokerOptions } from './options.ts';
import { ScriptedBrokerServer } from './server.ts';

const broker = new ScriptedBrokerServer(JSON.parse(process.argv[2] ?? '{}') as ScriptedBrokerOptions);
await broker.listen();

const door = createServer((request, response) => {
  void (async () => {
    const { command, args } = JSON.parse(await text(request)) as { command: string; args: unknown[] };
    const name = CONTROL_COMMANDS.find((known) => known === command);
    const perform = name === undefined ? undefined : (broker[name] as (...given: unknown[]) => Promise<unknown>);
    try {
      if (perform === undefined) throw new Error(`There is no command '${command}'.`);
      response.end(JSON.stringify({ result: await perform.apply(broker, args) }));
    } catch (error) {
      response.end(JSON.stringify({ error: String(error) }));
    }
  })();
});
await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
const { port } = door.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ url: broker.url, controlUrl: `http://127.0.0.1:${port}` })}\n`);
// The test that started it is gone: so is its end of the pipe.
process.stdin.once('close', () => process.exit(0)).resume();
