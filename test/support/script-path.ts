/**
 * What tests start as processes and threads of their own is JavaScript on top of the built program, which build-scripts.ts makes of
 * this folder: loaded by Node itself it starts in a third of the time, and there are hundreds.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';

/** As deep in the repository as `test/support`, so that paths from there hold here too. */
export const SCRIPTS = fileURLToPath(new URL('../../dist/test-support/', import.meta.url));

/** The path of a script of `test/support`, e.g. `job-child.ts`, for `node`. */
export function scriptPath(name: string): string {
  return `${SCRIPTS}${name.replace(/\.ts$/, '.js')}`;
}

/** The same as a URL, for a thread. */
export function scriptUrl(name: string): URL {
  return pathToFileURL(scriptPath(name));
}
