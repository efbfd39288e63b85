/** Optimization jobs for tests on the simulated market, which is the same in every process: short ones and long ones. */
import { pause, request } from '../support/server-process.ts';

/** A job as `POST /api/optimize/strategy` takes it. */
export interface JobBody {
  readonly strategy_type: string;
  readonly symbols: readonly string[];
  readonly start: string;
  readonly end: string;
  readonly n_splits: number;
  readonly param_grid: Readonly<Record<string, readonly number[]>>;
}

/** Numbers from `first` on. */
const range = (first: number, count: number): readonly number[] => Array.from({ length: count }, (_, i) => first + i);

/** `shortWindows` x `longWindows` combinations over 11 years and 5 windows. */
export function job(shortWindows: number, longWindows: number): JobBody {
  return {
    strategy_type: 'momentum',
    symbols: ['SPY'],
    start: '2013-01-01',
    end: '2023-12-29',
    n_splits: 5,
    param_grid: { short_window: range(5, shortWindows), long_window: range(60, longWindows) },
  };
}

/** Jobs that take from milliseconds to a second. */
export const SHORT_JOBS: readonly JobBody[] = [job(2, 2), job(5, 10), job(10, 40), job(20, 50)];

/** 10,000 combinations, the most there may be, of the slowest type: it takes long enough for anything to happen meanwhile. */
export const LONG_JOB: JobBody = {
  ...job(0, 0),
  strategy_type: 'market_making',
  symbols: ['SPY', 'QQQ', 'IWM', 'DIA'],
  param_grid: { spread_bps: range(2, 100), max_inventory: range(50, 100) },
};

/** Waits until a job runs. @throws {Error} when it ends before, or does not begin within a quarter of a minute */
export async function untilRunning(server: { readonly url: string }, id: number): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    const { body } = await request<{ status: string }>(server, `GET /api/optimize/${id}`);
    if (body.status === 'running') return;
    if (body.status !== 'pending') throw new Error(`The job is ${body.status}.`);
    await pause(10);
  }
  throw new Error('The job did not begin to run.');
}
