/** Why the server cannot start, said to the person at the terminal: what was tried, what was found, what to do. */

/** The server cannot start for a reason that lies outside the program. The message is a sentence or two, without secrets. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A database that cannot be opened or migrated. `url` is named without its user and password. */
export function databaseFailure(url: string, cause: unknown): StartError {
  const key = url.startsWith('file:') ? 'DATA_DIR or DATABASE_URL' : 'DATABASE_URL';
  const message = `The database ${withoutSecrets(url)} cannot be used: ${reasonOf(cause)}. Mend it, or name another in ${key}.`;
  return new StartError(message, { cause });
}

/** An address that cannot be listened at. */
export function listenFailure({ host, port }: { readonly host: string; readonly port: number }, cause: unknown): Error {
  const message = `The server cannot listen on ${host}, port ${port}: ${LISTEN_REASONS[codeOf(cause)] ?? reasonOf(cause)}.`;
  return new StartError(message, { cause });
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process does. End it, or choose another PORT (0 lets the system choose)',
  EACCES: 'this user may not. Choose a PORT above 1023',
  EADDRNOTAVAIL: 'this machine has no such address. Choose another HOST',
};

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** The message without a full stop; a host name with several addresses fails with one error for each. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}

function withoutSecrets(url: string): string {
  if (url.startsWith('file:')) return url.slice('file:'.length);
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
