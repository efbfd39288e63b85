/**
 * Which addresses a webhook may be sent to: those that are somewhere on the internet, and what the operator allows beside them.
 * Whoever may name an address of this server's own network can make it talk to what trusts that network.
 */
import { BlockList, isIP } from 'node:net';

/** What the operator allows: whether requests without TLS, and which private networks (true: the usual ones, all of them). */
export interface TargetPolicy {
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean | readonly string[];
}

/** Says of an address whether it may be sent to. */
export type AddressCheck = (address: string) => boolean;

/** Networks of a house, a data center or a machine: allowed with `allowPrivate: true`. */
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
];

/** IPv4 that is nowhere on the internet: unspecified, link-local (and metadata there), protocols, documentation, multicast. */
const NOWHERE = [
  ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  // The metadata service of Azure has a public address.
  '168.63.129.16/32',
];

/** The part of IPv6 that is on the internet, */
const GLOBAL = ['2000::/3'];

/** and what of it is not: protocols (Teredo too), documentation, and 6to4, which leads to an IPv4 address. */
const NOT_GLOBAL = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** IPv6 addresses that stand for IPv4 ones; Node's lists would take some of them for those. */
const MAPPED = ['::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48'];

const privateNetworks = listOf(PRIVATE);
const nowhere = listOf([...PRIVATE.filter((network) => !network.includes(':')), ...NOWHERE]);
const global = listOf(GLOBAL);
const notGlobal = listOf(NOT_GLOBAL);
const mapped = listOf(MAPPED);

/** The check that follows from what the operator allows. What leads to another address inside of IPv6 is never allowed. */
export function addressCheck({ allowPrivate }: TargetPolicy): AddressCheck {
  const allowed = typeof allowPrivate === 'boolean' ? null : listOf(allowPrivate);
  return (address) => {
    const version = isIP(address);
    if (version === 0 || address.includes('%')) return false;
    if (version === 6 && contains(mapped, address)) return false;
    if (allowed !== null && contains(allowed, address)) return true;
    if (allowPrivate === true && contains(privateNetworks, address)) return true;
    if (version === 4) return !contains(nowhere, address);
    return contains(global, address) && !contains(notGlobal, address);
  };
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
