/** The entry of a worker thread as `npm run build` makes it: tests run on what production runs, and build it first (before-all.ts). */
export const builtWorkerUrl = new URL('../../dist/worker.js', import.meta.url);
