/**
 * Secrets at rest: what has to be stored and used again, such as keys of other services, is sealed with AES-256-GCM under one
 * key of the server, which lives outside of the database: a copy of the database alone tells no secret.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Length of the key, in bytes. */
const KEY_BYTES = 32;

/** Lengths that GCM is made for, in bytes. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed text begins with, so that another way of sealing can be told apart. */
const VERSION = 'v1';

/** Seals and opens secrets. `context` names what the secret belongs to: sealed for one thing it opens for no other. */
export interface SecretBox {
  seal(secret: string, context: string): string;
  /** @throws {SecretUnreadable} when it was sealed under another key or for another context, or was damaged */
  open(sealed: string, context: string): string;
}

/** A stored secret cannot be had: most likely the key is not the one that it was sealed with. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
}

/** Where the key comes from. */
interface SecretKeySource {
  /** 64 hex digits; null: the file `secrets.key` in `dataDir`, which is made when the first secret is sealed. */
  readonly key: string | null;
  readonly dataDir: string;
}

/**
 * The box of this server. Processes that share a database have to share the key.
 *
 * @throws {Error} when there is a key file that holds no key
 */
export function openSecretBox({ key: given, dataDir }: SecretKeySource): SecretBox {
  const path = join(dataDir, 'secrets.key');
  let key = given === null ? readKey(path) : Buffer.from(given, 'hex');
  return {
    seal(secret, context) {
      key ??= makeKey(dataDir, path);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context));
      const sealed = [nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `${VERSION}.${Buffer.concat(sealed).toString('base64url')}`;
    },
    open(sealed, context) {
      // Another process may have made it meanwhile.
      key ??= readKey(path);
      if (key === null) throw new SecretUnreadable(`A stored secret cannot be read: there is no key at ${path}.`);
      return opened(sealed, context, key);
    },
  };
}

function opened(sealed: string, context: string, key: Buffer): string {
  const [version, text = ''] = sealed.split('.', 2);
  const bytes = Buffer.from(text, 'base64url');
  if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable();
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const secret = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
    return Buffer.concat([secret, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): SecretUnreadable {
  return new SecretUnreadable('A stored secret cannot be read: it was sealed under another key, or is damaged.', {
    cause,
  });
}

function readKey(path: string): Buffer | null {
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error(`${path} must hold 64 hex digits: the key of stored secrets.`);
  return Buffer.from(text, 'hex');
}

/** Written whole and then given its name, so that of several processes one makes the key and nobody reads half of it. */
function makeKey(dataDir: string, path: string): Buffer {
  mkdirSync(dataDir, { recursive: true });
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(draft);
  }
  const key = readKey(path);
  if (key === null) throw new Error(`${path} was deleted while it was made.`);
  return key;
}
