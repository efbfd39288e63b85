/** Clients that are cut 100 times under load, by the network and by a server that is killed: `npm run test:soak -- streams`. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { cutStreams } from '../support/cut-streams.ts';
import { dataFolder, end, endServers, startServer } from '../support/server-process.ts';
import { report } from './report.ts';

const CUTS = 100;
const SEED = process.env['SEED'] ?? 'cuts-1';

afterAll(endServers);

it(`a client that is cut ${CUTS} times under load hears every event once, in order (seed ${SEED})`, async () => {
  const settings = { DATA_DIR: dataFolder(), PORT: String(await freePort()) };
  let server = await startServer(settings);
  const { heard, events, cuts } = await cutStreams({
    url: server.url,
    cuts: CUTS,
    seed: SEED,
    halfway: async () => {
      await end(server, 'SIGKILL');
      server = await startServer(settings);
    },
  });

  report('Cut streams', { transports: Object.keys(heard).join(', '), cuts, events: events.length });
  for (const [transport, cursors] of Object.entries(heard)) expect([transport, cursors]).toEqual([transport, events]);
});

/** A port that nobody listens at: the server comes back at the same one. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  probe.close();
  await once(probe, 'close');
  return address.port;
}
