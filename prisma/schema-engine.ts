/**
 * Prisma's schema engine as WebAssembly, for the one thing that is asked of it here: the SQL between two schemas. The
 * CLI would need a binary that it downloads. The package's own entry imports the .wasm file as a module, which Node 20
 * cannot do, so it is instantiated by hand.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Provider } from './derive.ts';

/** The SQL that leads from one Prisma schema to another; a comment saying so when there is nothing to do. */
export async function diffSchemas(provider: Provider, from: string, to: string): Promise<string> {
  await loadEngine();
  const adapter = bindMigrationAwareSqlAdapterFactory(adapterFor(provider));
  const engine = await bindings.SchemaEngine.new({ datamodels: [['schema.prisma', to]] }, () => undefined, adapter);
  const { stdout } = await engine.diff({
    from: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: from }] },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: to }] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout ?? '';
}

/** The part of the global that is used here: TypeScript declares it only for browsers. */
interface WebAssemblyApi {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
}

let isLoaded = false;

async function loadEngine(): Promise<void> {
  if (isLoaded) return;
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const bytes = readFileSync(entry.replace(/schema_engine\.js$/, 'schema_engine_bg.wasm'));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node has it; only its declaration is missing.
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings });
  // oxlint-disable-next-line no-underscore-dangle -- So the package names it.
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start !== 'function') throw new Error('The schema engine has no __wbindgen_start: was it upgraded?');
  start();
  isLoaded = true;
}

function adapterFor(provider: Provider): SqlMigrationAwareDriverAdapterFactory {
  if (provider === 'sqlite') return new PrismaBetterSqlite3({ url: ':memory:' });
  return {
    provider: 'postgres',
    adapterName: 'version-only',
    connect: () => Promise.resolve(postgresVersionOnly),
    connectToShadowDb: () => Promise.reject(new Error('Comparing two schemas needs no shadow database.')),
  };
}

/** Between two PostgreSQL schemas the engine asks a server nothing but its version: 15, the oldest that is supported. */
const postgresVersionOnly: SqlDriverAdapter = {
  provider: 'postgres',
  adapterName: 'version-only',
  queryRaw: () =>
    Promise.resolve({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, 'PostgreSQL 15.0', 150_000]],
    }),
  executeRaw: () => Promise.resolve(0),
  executeScript: () => Promise.reject(new Error('Comparing two schemas runs no script.')),
  startTransaction: () => Promise.reject(new Error('Comparing two schemas needs no transaction.')),
  getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
  dispose: () => Promise.resolve(),
};
