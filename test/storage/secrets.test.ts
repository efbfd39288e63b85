/** Stored secrets: only this server opens them, and only for what they were sealed for. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecretBox, SecretUnreadable } from '../../src/storage/index.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'dunlin-secrets-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const KEY = 'ab'.repeat(32);

describe('a secret', () => {
  it('is sealed differently each time, tells nothing, and opens', () => {
    const box = openSecretBox({ key: KEY, dataDir });
    const [first, second] = [box.seal('canary ✓', 'a'), box.seal('canary ✓', 'a')];

    expect(first).not.toBe(second);
    expect(Buffer.from(first.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain('canary');
    expect([box.open(first, 'a'), box.open(second, 'a')]).toEqual(['canary ✓', 'canary ✓']);
    expect(box.open(box.seal('', 'a'), 'a')).toBe('');
  });

  it('opens for nothing else, under no other key, and not when a bit of it was changed', () => {
    const box = openSecretBox({ key: KEY, dataDir });
    const sealed = box.seal('canary', 'a');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    const damaged = Array.from(
      bytes,
      (byte, at) =>
        `v1.${Buffer.from(bytes)
          .fill(byte ^ 1, at, at + 1)
          .toString('base64url')}`,
    );

    expect(() => box.open(sealed, 'b')).toThrow(SecretUnreadable);
    expect(() => openSecretBox({ key: 'cd'.repeat(32), dataDir }).open(sealed, 'a')).toThrow(SecretUnreadable);
    for (const text of [...damaged, '', 'v1.', 'v2.AAAA', sealed.slice(0, -4)]) {
      expect(() => box.open(text, 'a')).toThrow(SecretUnreadable);
    }
  });

  it('needs a key file of the server, which is made with the first secret and read by nobody else', () => {
    const early = openSecretBox({ key: null, dataDir: join(dataDir, 'new') });
    expect(() => early.open('v1.AAAA', 'a')).toThrow('there is no key');
    const sealed = openSecretBox({ key: null, dataDir: join(dataDir, 'new') }).seal('canary', 'a');

    expect(readdirSync(join(dataDir, 'new'))).toEqual(['secrets.key']);
    expect(statSync(join(dataDir, 'new/secrets.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dataDir, 'new/secrets.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    expect(early.open(sealed, 'a')).toBe('canary');
    expect(openSecretBox({ key: null, dataDir: join(dataDir, 'new') }).open(sealed, 'a')).toBe('canary');
  });

  it('is not sealed under half a key', () => {
    writeFileSync(join(dataDir, 'secrets.key'), 'abc');

    expect(() => openSecretBox({ key: null, dataDir })).toThrow('must hold 64 hex digits');
  });
});
