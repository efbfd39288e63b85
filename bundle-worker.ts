/**
 * `npm run build`: writes `dist/worker.js`, the entry of a worker thread, as one file of what its tasks use. Folders are entered
 * through their `index.ts`, behind which are the database and the network as well: a thread that loaded all of that would
 * take ten times as long to start, and four times the memory.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('./', import.meta.url));

/**
 * Our modules do nothing but define things, so that one of which nothing is used can be left out. One that is imported for what
 * it does is an error.
 */
const leaveOutUnused: Plugin = {
  name: 'leave-out-unused',
  setup: (building) =>
    building.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      return { path: resolve(resolveDir, path), sideEffects: false };
    }),
};

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/worker.ts'],
  outfile: 'dist/worker.js',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  plugins: [leaveOutUnused],
  logOverride: { 'ignored-bare-import': 'error' },
  write: false,
});
// A server that runs from here may load it at any time.
for (const { path, contents } of outputFiles) {
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}
