/**
 * Small queries of one client while another sends hostile GraphQL without a pause (G4), against the same queries on the idle
 * server. The attacker is a process of its own. Called with its number of connections; prints a row.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { quantile } from '../measure.ts';
import { Gun, graphqlShot, type Outcome } from './requests.ts';
import { startServer } from './server.ts';

const SECONDS = 8;
const QUERY = graphqlShot('{ strategyTypes { name } }');

const connections = process.argv[2] ?? '1';
const server = await startServer();
const gun = new Gun(server.url, 1);
try {
  await latencies(3);
  const idle = await latencies(SECONDS);
  const attacker = fork(fileURLToPath(new URL('attacker.ts', import.meta.url)), [server.url, connections], {
    execArgv: ['--import', 'tsx'],
  });
  await once(attacker, 'message');
  await latencies(2);
  const attacked = await latencies(SECONDS);
  attacker.kill('SIGKILL');
  const times = (outcomes: readonly Outcome[]) => outcomes.map(({ ms }) => ms);
  const [before, during] = [quantile(times(idle), 0.99), quantile(times(attacked), 0.99)];
  console.log(
    JSON.stringify({
      'attacker’s connections': Number(connections),
      'p50 ms, idle': quantile(times(idle), 0.5),
      'p50 ms, attacked': quantile(times(attacked), 0.5),
      'p99 ms, idle': before,
      'p99 ms, attacked': during,
      ratio: Math.round((100 * during) / before) / 100,
      'answered %': Math.round((100 * attacked.filter(({ status }) => status === 200).length) / attacked.length),
    }),
  );
} finally {
  server.stop();
  process.exit();
}

function latencies(seconds: number): Promise<readonly Outcome[]> {
  return gun.volley([QUERY], { lanes: 1, ms: 1000 * seconds, paceMs: 2 });
}
