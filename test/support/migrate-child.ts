/**
 * `node migrate-child.js PROVIDER LOCATION [MIGRATIONS]`: says `ready`, waits for a line, and migrates. The
 * migrations are the checked-in ones, or those given as JSON.
 */
import { once } from 'node:events';
import { systemClock } from '../../src/core/index.ts';
import { migratePostgresql } from '../../src/storage/migrate-postgresql.ts';
import { migrateSqlite } from '../../src/storage/migrate-sqlite.ts';
import type { Migration } from '../../src/storage/migrations.ts';

const [provider, location = '', given] = process.argv.slice(2);
const migrations: readonly Migration[] | undefined = given === undefined ? undefined : JSON.parse(given);
const migrate = provider === 'sqlite' ? migrateSqlite : migratePostgresql;
process.stdout.write('ready\n');
await once(process.stdin, 'data');
await migrate(location, systemClock, migrations);
process.exit(0);
