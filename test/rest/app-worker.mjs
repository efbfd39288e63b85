/** The worker's entry for servers that run from the sources: tsx reads them. */
import { register } from 'tsx/esm/api';

register();

const { default: server } = await import('../../src/worker.ts');

// oxlint-disable-next-line import/no-default-export -- The pool calls the default export of a worker's entry.
export default server;
