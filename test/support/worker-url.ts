/** The entry of a worker thread as `npm run build` makes it; tests run on what production runs. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../src', import.meta.url));
const entry = new URL('../../dist/worker.js', import.meta.url);

let checked = false;

/** @throws {Error} when it was not built, or before the newest change of a source file */
export function builtWorkerUrl(): URL {
  if (!checked) checkAge();
  checked = true;
  return entry;
}

function checkAge(): void {
  const built = existsSync(entry) ? statSync(entry).mtimeMs : 0;
  const newest = Math.max(
    ...readdirSync(source, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && !file.parentPath.includes('generated'))
      .map((file) => statSync(`${file.parentPath}/${file.name}`).mtimeMs),
  );
  if (built < newest) throw new Error('dist/worker.js is missing or older than src: run `npm run build`.');
}
