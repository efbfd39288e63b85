/**
 * `npm run bench [words]`: runs each measurement whose name has one of the words (default: all) in a process of its own,
 * so that neither compiled code nor memory of one is in the figures of another, and prints one table per file.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MODEL_TYPES } from '../src/models/index.ts';
import { POSTGRES_URL } from '../test/support/postgres-server.ts';
import { MODEL_WORKLOADS } from './model-workloads.ts';
import { WORKLOADS } from './workloads.ts';

/** A file that measures, and what it is called with. It prints one JSON object: a row of its table. */
interface Measurement {
  readonly table: string;
  readonly file: string;
  readonly name: string;
  readonly argument: string;
  /** A second argument, for a file that takes one. */
  readonly variant?: string;
}

const MEASUREMENTS: readonly Measurement[] = [
  ...WORKLOADS.map(({ name }) => ({ table: 'Kernel, one core', file: 'kernel.ts', name, argument: name })),
  { table: 'Kernel, two threads', file: 'threads.ts', name: 'W3 threads', argument: 'W3' },
  { table: 'Order intents, 32 senders, SQLite FULL', file: 'orders.ts', name: 'orders', argument: 'sqlite' },
  ...(POSTGRES_URL === undefined ? [] : ['1', '2']).map((variant) => {
    const table = 'Order intents, 32 senders in each process, PostgreSQL: one process, two';
    return { table, file: 'orders.ts', name: `orders postgresql ${variant}`, argument: 'postgresql', variant };
  }),
  { table: '2,000 subscribers', file: 'streams/idle.ts', name: 'streams idle', argument: '' },
  { table: 'Subscribers of whom some stop reading', file: 'streams/stalled.ts', name: 'streams stalled', argument: '' },
  ...['1', '8'].map((argument) => {
    const table = 'Small queries while somebody sends hostile GraphQL';
    return { table, file: 'streams/hostile.ts', name: `load hostile ${argument}`, argument };
  }),
  { table: 'Five times too much', file: 'streams/overload.ts', name: 'load overload', argument: '' },
  { table: 'Mixed load', file: 'streams/steady.ts', name: 'load steady', argument: '2' },
  ...['W1', 'W2', 'W3'].map((argument) => {
    return {
      table: 'Server, from the request to the stored results',
      file: 'server.ts',
      name: `${argument} server`,
      argument,
    };
  }),
  ...['W2', 'W3'].map((argument) => {
    const table = 'Server with one worker thread, from the request to the stored results: a rate per core';
    return { table, file: 'server.ts', name: `${argument} server one thread`, argument, variant: '1' };
  }),
  ...MODEL_TYPES.map((argument) => {
    return {
      table: 'Searching models, one core',
      file: 'model-search.ts',
      name: `models search ${argument}`,
      argument,
    };
  }),
  ...MODEL_WORKLOADS.flatMap(({ name: argument }) =>
    MODEL_TYPES.map((variant) => {
      return {
        table: 'Training models, one core',
        file: 'models.ts',
        name: `models ${argument} ${variant}`,
        argument,
        variant,
      };
    }),
  ),
];

const words = process.argv.slice(2);
const wanted = MEASUREMENTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
for (const table of new Set(wanted.map((each) => each.table))) {
  console.log(`\n${table}`);
  console.table(wanted.filter((each) => each.table === table).map(run));
}

function run({ file, argument, variant }: Measurement): unknown {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const output = execFileSync(
    process.execPath,
    ['--import', 'tsx', path, argument, ...(variant === undefined ? [] : [variant])],
    { encoding: 'utf8' },
  );
  return JSON.parse(output);
}
