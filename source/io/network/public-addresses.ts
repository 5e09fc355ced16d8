/** Addresses that lead out into the internet, as opposed to this machine, its network and its cloud's innards. */
import { BlockList, isIP } from 'node:net';

/** IANA special-purpose registries (RFC 6890 and its successors), and forms that carry an IPv4 address inside. */
const NOT_PUBLIC: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, with the metadata service of every cloud.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Alibaba's metadata service; the others' are link-local.
  ['100.100.100.200', 32],
  ['::', 8],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/** One list for each family: an IPv4 address also counts as a mapped IPv6 one, which is never public. */
const blocks = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [address, prefix] of NOT_PUBLIC) {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  blocks[family].addSubnet(address, prefix, family);
}

/** false for anything that is no address at all. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return !blocks[family].check(address, family);
}

/** The services that hand out a machine's own credentials: nobody's list opens them. */
export const isMetadataAddress = (address: string): boolean =>
  address === '169.254.169.254' || address === '100.100.100.200' || address === 'fd00:ec2::254';
