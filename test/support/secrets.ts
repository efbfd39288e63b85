import { openSecretBox, type SecretBox } from '../../src/storage/index.ts';

/** The key of stored secrets in tests: a file of one would lie in the working directory. */
export const TEST_SECRETS_KEY = '5eed'.repeat(16);

/** A box with that key. */
export function testSecrets(): SecretBox {
  return openSecretBox({ key: TEST_SECRETS_KEY, dataDir: '/nowhere' });
}
