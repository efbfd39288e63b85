/**
 * Loaded by vitest before each test file: a test in which anything tried to leave this machine fails, also when that was a process
 * that it started.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect } from 'vitest';

const guard = new URL('egress-guard.mjs', import.meta.url);

/** What children get in their environment. */
process.env['EGRESS_LOG'] = join(tmpdir(), `dunlin-egress-${process.pid}.log`);
process.env['NODE_OPTIONS'] = `--import ${guard.href}`;
await import(guard.href);

/** What tried to leave since it was asked last, e.g. `connect 192.0.2.1`; the test that asks is not failed for it. */
export function takeEscapes(): readonly string[] {
  const log = process.env['EGRESS_LOG'] ?? '';
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  rmSync(log);
  return lines;
}

const expectNone = (): void => expect(takeEscapes(), 'what tried to leave this machine').toEqual([]);

afterEach(expectNone);
afterAll(expectNone);
