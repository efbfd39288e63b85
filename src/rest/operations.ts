/** What those who run the server ask: is the process up, is it ready for work, what has it been doing. */
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { unavailable } from '../core/index.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

/** A check resolves when the part works and rejects when it does not. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

/** A figure of another part, read at each scrape. */
export interface GaugeDefinition {
  /** In snake_case with its unit, e.g. `optimize_jobs_running`. */
  readonly name: string;
  readonly help: string;
  read(): number | Promise<number>;
}

/** Longest time in milliseconds that a readiness check may take before it counts as failed. */
const CHECK_TIMEOUT_MS = 2000;

/** Adds `/healthz` (200 as long as the process answers) and `/readyz` (503 naming the parts that are not ready). */
export function addHealth(app: FastifyInstance, checks: ReadinessChecks): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await outcome(check)] as const),
    );
    const failed = results.filter(([, error]) => error !== null);
    if (failed.length === 0)
      return { status: 'ready', checks: Object.fromEntries(results.map(([name]) => [name, 'ok'])) };
    for (const [name, err] of failed) request.log.warn({ err, check: name }, 'A readiness check failed');
    const names = failed.map(([name]) => name).join(', ');
    const problem = problemOf(unavailable(`Not ready: ${names}.`));
    const states = Object.fromEntries(results.map(([name, error]) => [name, error === null ? 'ok' : 'failed']));
    return reply
      .code(problem.status)
      .type(PROBLEM_TYPE)
      .send({ ...problem, checks: states });
  });
}

async function outcome(check: () => Promise<unknown>): Promise<unknown> {
  const limit = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  const late = new Promise((_resolve, reject) => {
    limit.addEventListener('abort', () => reject(new Error(`The check took longer than ${CHECK_TIMEOUT_MS} ms.`)), {
      once: true,
    });
  });
  try {
    await Promise.race([check(), late]);
    return null;
  } catch (error) {
    return error ?? new Error('The check rejected without a reason.');
  }
}

/** Adds `/metrics` in the Prometheus text format: the process, HTTP answers by route, and the gauges given. */
export function addMetrics(app: FastifyInstance, gauges: readonly GaugeDefinition[]): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request line to the end of its answer, in seconds.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  for (const gauge of gauges) {
    const collector = new Gauge({
      name: gauge.name,
      help: gauge.help,
      registers: [],
      async collect() {
        this.set(await gauge.read());
      },
    });
    registry.registerMetric(collector);
  }
  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode };
    durations.observe(labels, reply.elapsedTime / 1000);
  });
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
