/**
 * Derives the schema of each database from schema.prisma, then generates the Prisma clients and the Pothos types.
 * The Prisma CLI insists on an engine binary that it never runs here, so it is given Node itself.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { deriveSchema, PROVIDERS, type Provider, readSource } from './derive.ts';

const here = new URL('./', import.meta.url);

async function generateClient(provider: Provider): Promise<void> {
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const schema = fileURLToPath(new URL(`${provider}/schema.prisma`, here));
  const child = spawn(process.execPath, [cli, 'generate', '--schema', schema], {
    cwd: fileURLToPath(new URL('../', here)),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [status, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  if (status !== 0) throw new Error(`prisma generate failed for ${provider}:\n${stdout}\n${stderr}`);
}

const source = readSource();
for (const provider of PROVIDERS) {
  writeFileSync(new URL(`${provider}/schema.prisma`, here), deriveSchema(source, provider));
}
await Promise.all(PROVIDERS.map(generateClient));
