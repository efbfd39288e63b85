/** Where the files lie that come with the program and are read while it runs. */
import { existsSync } from 'node:fs';
import { invariant } from './invariant.ts';

/**
 * A file or folder of the package, e.g. `prisma/sqlite/`: seen from the nearest folder above this code that has a
 * `package.json`, which is the same one from `src/`, from `dist/` and from the one file that the server is built into.
 */
export function packageFile(path: string): URL {
  let folder = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('../', folder);
    invariant(above.href !== folder.href, 'the program lies in its package');
    folder = above;
  }
  return new URL(path, folder);
}
