/** An address to post to, from the text that somebody gave to the machines that are connected to. */
import { isIP } from 'node:net';
import { invalid, shown } from '../core/index.ts';
import { addressCheck, type TargetPolicy } from './addresses.ts';

/** Longest address, in characters. */
const MAX_LENGTH = 2048;

/** Ports below it belong to services that speak something else, but for the two of the web. */
const FIRST_FREE_PORT = 1024;

/** Finds the addresses of a name; rejects when there is none. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/** A target whose machines were looked up and allowed: a connection may be made to these addresses and no other. */
export interface CheckedTarget {
  readonly url: URL;
  readonly addresses: readonly string[];
}

/** A target that may not be connected to; the message is for its owner. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

/**
 * The address of a destination in its normal form. What its name leads to is checked at each attempt, because that can change.
 *
 * @throws {DomainError} VALIDATION at `url`
 */
export function parseTarget(raw: string | null | undefined, policy: TargetPolicy): string {
  const text = raw?.trim() ?? '';
  if (text.length > MAX_LENGTH) throw refused(`must have at most ${MAX_LENGTH} characters; it has ${text.length}.`);
  if (!URL.canParse(text)) throw refused(`must be an address such as https://example.com/hook; it is ${shown(raw)}.`);
  const url = new URL(text);
  const schemes = policy.allowHttp ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) throw refused(`must begin with ${schemes.join(' or ')}//.`);
  if (url.username !== '' || url.password !== '') throw refused('must hold no user name and no password.');
  if (url.port !== '' && url.port !== '80' && Number(url.port) < FIRST_FREE_PORT) {
    throw refused(`must have port 443, 80, or one from ${FIRST_FREE_PORT} on; it has ${url.port}.`);
  }
  if (!mayBePublic(hostOf(url), policy)) {
    throw refused(`must lead to the internet: ${shown(hostOf(url))} is on a private network or nowhere.`);
  }
  url.hash = '';
  return url.href;
}

/**
 * Looks up a target once. All its addresses have to be allowed: a name that leads to one on the inside is not trusted.
 *
 * @throws {TargetRefused} when one is not; whatever `resolve` throws
 */
export async function checkTarget(
  url: URL,
  {
    policy,
    resolve,
    signal,
  }: { readonly policy: TargetPolicy; readonly resolve: Resolve; readonly signal: AbortSignal },
): Promise<CheckedTarget> {
  const host = hostOf(url);
  if (url.protocol !== 'https:' && !policy.allowHttp) throw new TargetRefused('The operator allows https only.');
  const addresses = isIP(host) === 0 ? await resolve(host, signal) : [host];
  const isAllowed = addressCheck(policy);
  if (addresses.length === 0) throw new TargetRefused('Its name leads to no address.');
  if (!addresses.every(isAllowed)) throw new TargetRefused('Its name leads to an address on a private network.');
  return { url, addresses };
}

/** Without the brackets of IPv6. */
function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** False for what is known to be on the inside without looking it up. */
function mayBePublic(host: string, policy: TargetPolicy): boolean {
  if (isIP(host) !== 0) return addressCheck(policy)(host);
  if (policy.allowPrivate !== false) return true;
  return host.includes('.') && !/(^|\.)(localhost|local|internal|lan|home\.arpa)\.?$/.test(host);
}

function refused(what: string) {
  return invalid('url', `url ${what}`);
}
