/**
 * Mixed load for some time (G11): subscribers who come and go, queries, writes, hostile documents. What the server holds after
 * half of it is compared with what it holds at the end. Called with the minutes; prints a row.
 */
import { openFleet } from './fleet.ts';
import { Gun, graphqlShot } from './requests.ts';
import { type BenchServer, type Held, pause, startServer } from './server.ts';

const minutes = Number(process.argv[2] ?? '2');
const SHOTS = [
  graphqlShot('{ strategyTypes { name } }'),
  { method: 'GET', path: '/api/scheduler' },
  { method: 'PATCH', path: '/api/safety', body: '{"max_daily_trades": 100}' },
  { method: 'PATCH', path: '/api/safety', body: '{"max_daily_trades": 101}' },
  graphqlShot(`{ ${'__typename '.repeat(900)} }`),
  { method: 'GET', path: '/api/nothing' },
];

const server = await startServer();
try {
  await load(server, minutes / 2);
  const half = await settled(server);
  await load(server, minutes / 2);
  const end = await settled(server);
  const mib = (bytes: number): number => Math.round((10 * bytes) / 2 ** 20) / 10;
  console.log(
    JSON.stringify({
      minutes,
      'heap MiB': `${mib(half.heapUsed)} -> ${mib(end.heapUsed)}`,
      'resident MiB': `${mib(half.rss)} -> ${mib(end.rss)}`,
      descriptors: `${half.descriptors} -> ${end.descriptors}`,
      timers: `${half.timers} -> ${end.timers}`,
      listeners: `${half.listeners} -> ${end.listeners}`,
    }),
  );
} finally {
  server.stop();
  process.exit();
}

async function load({ url }: BenchServer, forMinutes: number): Promise<void> {
  const gun = new Gun(url, 8);
  const until = performance.now() + 60_000 * forMinutes;
  while (performance.now() < until) {
    const fleet = await openFleet(url, 50);
    await gun.volley(SHOTS, { lanes: 8, ms: 1000 });
    for (const { socket } of fleet) socket.terminate();
  }
  gun.close();
}

async function settled(of: BenchServer): Promise<Held> {
  await pause(2000);
  return await of.held();
}
