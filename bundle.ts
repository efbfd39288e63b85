/**
 * `npm run build`: writes the entries, `dist/main.js` and `dist/worker.js`, each as one file of what it needs. Node takes longer to
 * find and read some 1,500 modules than to run them; what is loaded later (a driver, a page) is beside `main.js`, in `main/`.
 * Folders are entered through their `index.ts`, behind which are the database and the network as well: a worker thread that
 * loaded all of that would take ten times as long to start, and four times the memory.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('./', import.meta.url));

const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  write: false,
} satisfies BuildOptions;

/** Packages that stay where they are: they look for files of theirs, or only some servers load them. */
const OUTSIDE = [
  ...['better-sqlite3', 'piscina', 'swagger-ui-dist', '@prisma/client/runtime/query_compiler*'],
  ...['pg', '@prisma/adapter-pg', 'yahoo-finance2', '@graphql-yoga/render-graphiql'],
];

const server = {
  ...common,
  entryPoints: ['src/main.ts'],
  splitting: true,
  chunkNames: 'main/[name]-[hash]',
  external: OUTSIDE,
  // Of graphql's two builds, CommonJS and ES, only one may be loaded: "from another module or realm".
  alias: { graphql: 'graphql/index.mjs' },
  // Two packages may have classes of one name, which errors and logs tell.
  keepNames: true,
  // CommonJS packages ask for Node's modules with `require`, which an ES module lacks.
  banner: {
    js: `import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);`,
  },
} satisfies BuildOptions;

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

const worker = {
  ...common,
  entryPoints: ['src/worker.ts'],
  packages: 'external',
  plugins: [leaveOutUnused],
  logOverride: { 'ignored-bare-import': 'error' },
} satisfies BuildOptions;

for (const options of [server, worker]) {
  const { outputFiles } = await build(options);
  // A server that starts or runs from here may load them at any time: each appears whole, and the entry after what it imports.
  for (const { path, contents } of outputFiles.toReversed()) {
    await mkdir(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, contents);
    renameSync(`${path}.new`, path);
  }
}
