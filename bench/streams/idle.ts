/** What 2,000 idle subscriptions hold (G1), and how soon one event reaches all of them (G2). Prints a row. */

import { quantile } from '../measure.ts';
import { openFleet, type Subscriber } from './fleet.ts';
import { pause, startServer } from './server.ts';

const SUBSCRIBERS = 2000;
const EVENTS = 20;

const server = await startServer();
try {
  // The first ones make what all share.
  await openFleet(server.url, 50);
  await pause(500);
  const before = await server.held();
  const fleet = await openFleet(server.url, SUBSCRIBERS);
  await pause(500);
  const after = await server.held();
  const perSubscription = (after.heapUsed + after.external - before.heapUsed - before.external) / SUBSCRIBERS / 1024;
  const times: number[] = [];
  const { cpuMs } = await server.held();
  for (let event = 0; event < EVENTS; event += 1) times.push(...(await deliver(fleet, event)));
  const spent = (await server.held()).cpuMs - cpuMs;
  console.log(
    JSON.stringify({
      subscribers: SUBSCRIBERS,
      'KiB each, heap': Math.round(10 * perSubscription) / 10,
      'KiB each, resident': Math.round((10 * (after.rss - before.rss)) / SUBSCRIBERS / 1024) / 10,
      'delivered %': (100 * times.length) / (EVENTS * SUBSCRIBERS),
      'server’s CPU ms per event': Math.round(spent / EVENTS),
      'p50 ms': quantile(times, 0.5),
      'p99 ms': quantile(times, 0.99),
    }),
  );
} finally {
  server.stop();
  process.exit();
}

/** Changes a limit, and answers how long it took until each has heard of it, from before it was asked for. */
async function deliver(fleet: readonly Subscriber[], round: number): Promise<readonly number[]> {
  for (const { heard } of fleet) heard.clear();
  const since = performance.now();
  await server.send('PATCH /api/safety', { max_daily_trades: 100 + round });
  for (let waited = 0; waited < 5000 && fleet.some(({ heard }) => heard.size === 0); waited += 10) await pause(10);
  return fleet.flatMap(({ heard }) => [...heard.values()].map((at) => at - since));
}
