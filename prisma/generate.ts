/**
 * Derives the schema of each database from schema.prisma, then generates the Prisma clients and the Pothos types.
 * The Prisma CLI insists on an engine binary that it never runs here, so it is given Node itself.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = new URL('./', import.meta.url);

export const PROVIDERS = ['sqlite', 'postgresql'] as const;

/** The derived schema of one provider: a header, its generators and data source, and the models of the source. */
export function deriveSchema(source: string, provider: (typeof PROVIDERS)[number]): string {
  const pothos = `generator pothos {
  provider          = "prisma-pothos-types"
  clientOutput      = "./sqlite/client.ts"
  output            = "../../src/storage/generated/pothos.ts"
  generateDatamodel = true
}

`;
  return `// Derived from ../schema.prisma by \`npm run generate\`. Do not edit.

generator client {
  provider               = "prisma-client"
  output                 = "../../src/storage/generated/${provider}"
  moduleFormat           = "esm"
  importFileExtension    = "ts"
  generatedFileExtension = "ts"
}

${provider === 'sqlite' ? pothos : ''}datasource db {
  provider = "${provider}"
}

${source.slice(source.indexOf('/// '))}`;
}

function generateClient(provider: string): void {
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const schema = fileURLToPath(new URL(`${provider}/schema.prisma`, here));
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'generate', '--schema', schema], {
    cwd: fileURLToPath(new URL('../', here)),
    encoding: 'utf8',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  if (status !== 0) throw new Error(`prisma generate failed for ${provider}:\n${stdout}\n${stderr}`);
}

const source = readFileSync(new URL('schema.prisma', here), 'utf8');
for (const provider of PROVIDERS) {
  writeFileSync(new URL(`${provider}/schema.prisma`, here), deriveSchema(source, provider));
  generateClient(provider);
}
