import { randomBytes } from 'node:crypto';

/** Makes identifiers that need not be guessed again: correlation ids, lease owners, request ids. */
export interface IdSource {
  /** 128 random bits as 32 lowercase hex digits. */
  next(): string;
}

/** Identifiers from the operating system's randomness. */
export const randomIds: IdSource = { next: () => randomBytes(16).toString('hex') };
