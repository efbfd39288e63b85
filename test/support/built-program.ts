/**
 * Has tests run the built program, `dist`, wherever they import from `src`: what production runs, loaded by Node itself. Code
 * that a test runner translates while it is loaded reaches every function through a getter, which takes a numeric kernel ten
 * times as long, and loading hundreds of modules so takes seconds for each test file.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = join(root, 'src');
const built = join(root, 'dist');
const BUILT_BY = ['bundle.ts', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** A plugin of Vite: an import of `src/….ts` becomes one of `dist/….js`. */
export const builtProgram = {
  name: 'dunlin:built-program',
  enforce: 'pre',
  resolveId(wanted: string, importer: string | undefined): string | null {
    if (importer === undefined || !wanted.startsWith('.')) return null;
    const path = relative(source, resolve(dirname(importer), wanted));
    const isOurs = !path.startsWith('..') && path.endsWith('.ts');
    return isOurs ? join(built, path.replace(/\.ts$/, '.js')) : null;
  },
} as const;

/** Builds `dist`, without a check of types, when it is older than the newest file of `src`. @throws {Error} when that fails */
export function buildWhenStale(): void {
  // What is written last.
  const entry = join(built, 'worker.js');
  const age = existsSync(entry) ? statSync(entry).mtimeMs : 0;
  if (age >= newestSource()) return;
  run('tsc', '-p', 'tsconfig.build.json', '--noCheck');
  run('tsx', 'bundle.ts');
}

function run(...command: readonly string[]): void {
  const { status } = spawnSync('npx', command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`src could not be built: npx ${command.join(' ')} failed.`);
}

/** When the newest of what `dist` is built from was changed, in epoch ms. */
function newestSource(): number {
  const sources = readdirSync(source, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const paths = sources.map((file) => join(file.parentPath, file.name));
  return Math.max(...[...paths, ...BUILT_BY.map((name) => join(root, name))].map((path) => statSync(path).mtimeMs));
}
