import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { PRIVATE_HOSTS_CONTEXT, PRIVATE_HOSTS_VARIABLE } from '../../lib/protocol/private-hosts.ts';

/** Source: IANA's registries of special-purpose addresses for IPv4 and IPv6. Mapped IPv4 addresses count as IPv4. */
const PRIVATE_RANGES: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 16, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 9, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const privateAddresses = new BlockList();
for (const range of PRIVATE_RANGES) privateAddresses.addSubnet(...range);

/** Whether an IP address is not one of the public Internet. */
export const isPrivate = (address: string): boolean =>
  privateAddresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** A host is at a private address. */
export class PrivateAddress extends Error {
  constructor(host: string, address: string) {
    const where = host === address ? address : `${host} (${address})`;
    super(
      `${where} is a private address, which a deployed function may only ask if the context "${PRIVATE_HOSTS_CONTEXT}" of its app names the host`,
    );
  }
}

/**
 * Whether a function may ask this host whatever its address: on a laptop all, deployed those that are named. Else the URL of
 * an input could lead to what only the function reaches, such as other services in its network.
 */
export function isTrusted(host: string, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.AWS_LAMBDA_FUNCTION_NAME === undefined) return true;
  const named = (env[PRIVATE_HOSTS_VARIABLE] ?? '').split(/\s+/);
  return named.includes('*') || named.includes(host);
}

/** Looks up a host, for the connection itself: its address cannot change after the check. */
export const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, options, (error: NodeJS.ErrnoException | null, found: string | LookupAddress[], family?: number) => {
    const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found];
    const bad = error ? undefined : addresses.find(isPrivate);
    if (bad === undefined) callback(error, found, family);
    else callback(new PrivateAddress(host, bad), []);
  });
};
