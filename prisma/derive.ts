/**
 * One Prisma schema cannot name two providers: schema.prisma holds the models, and the schema of each database is derived
 * from it, with the provider and the generators in its header.
 */
import { readFileSync } from 'node:fs';

/** The databases that the application runs on; each has a folder here with its derived schema and its migrations. */
export const PROVIDERS = ['sqlite', 'postgresql'] as const;

/** One of `PROVIDERS`. */
export type Provider = (typeof PROVIDERS)[number];

/** The text of schema.prisma. */
export function readSource(): string {
  return readFileSync(new URL('schema.prisma', import.meta.url), 'utf8');
}

/** The derived schema of one provider: a header, its generators and data source, and the models of the source. */
export function deriveSchema(source: string, provider: Provider): string {
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

${provider === 'sqlite' ? pothos : ''}${dataSource(provider)}
${source.slice(source.indexOf('/// '))}`;
}

/** The data source block of a derived schema, which is also the schema of a database without tables. */
export function dataSource(provider: Provider): string {
  return `datasource db {
  provider = "${provider}"
}
`;
}
