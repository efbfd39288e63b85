/**
 * Which `Host` and `Origin` headers may reach the server. A page of a foreign site can make a browser send requests
 * here: by a form or a fetch (then `Origin` tells), by a WebSocket (likewise), or after it pointed its own name at
 * 127.0.0.1 (DNS rebinding: then only `Host` tells). Programs that are no browsers send no `Origin` and are not
 * concerned. Pure rules; the HTTP host and the WebSocket upgrade ask them.
 */

/** What is allowed beside loopback names. */
export interface OriginPolicy {
  /** Serialized origins such as `https://app.example.com`, compared byte by byte. */
  readonly allowedOrigins: readonly string[];
}

/** What a request says about where it comes from. */
export interface RequestOrigin {
  /** The `Origin` header as received; absent outside browsers. */
  readonly origin: string | undefined;
  /** The `Sec-Fetch-Site` header as received; absent outside browsers and in old ones. */
  readonly fetchSite: string | undefined;
}

/**
 * Whether the `Host` header names this server: a loopback name with any port, or the host (and port) of an allowed
 * origin. Absent, repeated and malformed headers are refused.
 */
export function hostAllowed(host: string | undefined, policy: OriginPolicy): boolean {
  const parsed = parseHost(host);
  if (parsed === null) return false;
  return isLoopback(parsed.name) || policy.allowedOrigins.some((origin) => isHostOf(parsed, new URL(origin)));
}

/**
 * Whether a page of this `Origin` may change state or open a WebSocket: a loopback origin with any port, or an allowed
 * one. An absent header is allowed (no browser sends it so); `null` and whatever is no serialized origin is refused.
 */
export function originAllowed(origin: string | undefined, policy: OriginPolicy): boolean {
  if (origin === undefined || policy.allowedOrigins.includes(origin)) return true;
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.origin === origin && isLoopback(url.hostname);
}

/** As `originAllowed`; without an `Origin`, a browser that says that the request comes from another site is refused too. */
export function changeAllowed({ origin, fetchSite }: RequestOrigin, policy: OriginPolicy): boolean {
  if (origin !== undefined) return originAllowed(origin, policy);
  return fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none';
}

interface HostHeader {
  /** Lower case, without the port; IPv6 in brackets. */
  readonly name: string;
  /** Digits, or empty when the header has none. */
  readonly port: string;
}

function parseHost(host: string | undefined): HostHeader | null {
  const match = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(host ?? '');
  return match?.[1] === undefined ? null : { name: match[1].toLowerCase(), port: match[2] ?? '' };
}

/**
 * Whether a host name is of this machine only: `localhost`, 127.0.0.0/8 in dotted decimal, `::1` with or without brackets. Other
 * spellings of the same addresses are not needed.
 */
export function isLoopback(name: string): boolean {
  return (
    name === 'localhost' ||
    name === '[::1]' ||
    name === '::1' ||
    /^127(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/.test(name)
  );
}

function isHostOf(host: HostHeader, url: URL): boolean {
  const standardPort = url.protocol === 'https:' ? '443' : '80';
  return host.name === url.hostname && (host.port || standardPort) === (url.port || standardPort);
}
