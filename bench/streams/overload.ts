/**
 * A server that is asked for five times what it can do (G13): how much of its capacity it still serves, how soon the rest is
 * refused, and whether kills and cancellations pass. Capacity is what 16 clients get that wait for their answers. Prints a row.
 */

import { quantile } from '../measure.ts';
import { Gun, graphqlShot, type Outcome, type Shot } from './requests.ts';
import { startServer } from './server.ts';

const SECONDS = 8;
/** An answer that comes later is worth nothing. */
const IN_TIME_MS = 1000;
const OVERLOAD = 5;

/** Reads of a list with a durable write now and then: some milliseconds each. */
const LIST = { method: 'GET', path: '/api/broker/orders?limit=100' };
const WRITE = {
  method: 'POST',
  path: '/api/strategies',
  body: JSON.stringify({ name: 'bench', strategy_type: 'momentum', symbols: ['SPY'] }),
};
const SHOTS: readonly Shot[] = [LIST, LIST, LIST, WRITE];
const URGENT: readonly Shot[] = [
  { method: 'POST', path: '/api/safety/kill', body: '{}' },
  { method: 'DELETE', path: '/api/broker/orders/1' },
  graphqlShot('mutation { cancelOrder(input: { id: "1" }) { errors { code } } }'),
];

const server = await startServer();
/** Who wants to stop everything has no connection yet. */
const guns = [new Gun(server.url, 400), new Gun(server.url, 4, { keepAlive: false })] as const;
try {
  for (let order = 0; order < 100; order += 1) {
    const body = { symbol: 'SPY', side: 'buy', order_type: 'limit', quantity: 1 + order / 100, limit_price: 1 };
    await server.send('POST /api/broker/orders', body);
  }
  const [crowd, few] = guns;
  await crowd.volley(SHOTS, { lanes: 16, ms: 3000 });
  const lastingMs = 1000 * SECONDS;
  const alarm = () => few.volley(URGENT, { lanes: 1, ms: lastingMs, paceMs: 20 });
  // Beside the same kills and cancellations as later, which are work that is not counted.
  const [served] = await Promise.all([crowd.volley(SHOTS, { lanes: 16, ms: lastingMs }), alarm()]);
  const capacity = served.length / SECONDS;
  const [answers, urgent] = await Promise.all([
    crowd.stream(SHOTS, { perSecond: OVERLOAD * capacity, ms: lastingMs }),
    alarm(),
  ]);
  const good = answers.filter(({ status, ms }) => status > 0 && status < 400 && ms <= IN_TIME_MS);
  const refused = answers.filter(({ status }) => status === 503 || status === 429);
  const times = (outcomes: readonly Outcome[]) => outcomes.map(({ ms }) => ms);
  console.log(
    JSON.stringify({
      'capacity/s': Math.round(capacity),
      'asked/s': Math.round(answers.length / SECONDS),
      'goodput %': Math.round((100 * good.length) / SECONDS / capacity),
      'refused %': Math.round((100 * refused.length) / answers.length),
      'other %': Math.round((100 * (answers.length - good.length - refused.length)) / answers.length),
      'p99 ms served': quantile(times(good), 0.99),
      'p99 ms refused': quantile(times(refused), 0.99),
      'urgent refused': urgent.filter(({ status }) => status === 503).length,
      'p99 ms urgent': quantile(times(urgent), 0.99),
    }),
  );
} finally {
  server.stop();
  process.exit();
}
