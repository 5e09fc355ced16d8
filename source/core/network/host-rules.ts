/**
 * Which hosts a run may reach. A rule is a host (`registry.npmjs.org`), its sub-domains (`*.npmjs.org`, without
 * the host itself), an address (`10.1.2.3`), each with a port of its own or 80 and 443.
 */

export interface HostRule {
  readonly host: string;
  readonly isBelow: boolean;
  /** null: the ports of http and https. */
  readonly port: number | null;
}

export type HostVerdict =
  | { readonly type: 'allow'; readonly host: string; readonly port: number; readonly isAddress: boolean }
  | { readonly type: 'deny'; readonly host: string; readonly port: number; readonly reason: string };

type CanonicalHost =
  | { readonly type: 'name' | 'address'; readonly host: string }
  | { readonly type: 'unfit'; readonly reason: string };

const WEB_PORTS = [80, 443];
/** RFC 1035: a name has at most 253 characters, a label 63. */
const NAME_MAX = 253;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^[0-9a-f:.]{2,45}$/;

/** A rule as people write it, or what is wrong with it. */
export function parseHostRule(text: string): HostRule | { readonly problem: string } {
  const found = /^(\*\.)?(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text.trim());
  if (!found)
    return { problem: `"${text}" is no host; expected example.com, *.example.com or example.com:8443` };
  const [, below, name = '', portText] = found;
  const host = canonicalHost(name);
  if (host.type === 'unfit') return { problem: `"${text}": ${host.reason}` };
  const isBelow = below !== undefined;
  if (isBelow && host.type === 'address') return { problem: `"${text}": an address has no sub-domains` };
  // Everything below a top-level domain is no list of hosts any more.
  if (isBelow && !host.host.includes('.')) return { problem: `"${text}" would allow all of .${host.host}` };
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) return { problem: `"${text}": ${portText} is no port` };
  return { host: host.host, isBelow, port };
}

/** Whether a run with these rules may open a connection there. Where the name leads is checked when it is dialled. */
export function judgeHost(
  rules: readonly HostRule[],
  target: { readonly host: string; readonly port: number },
): HostVerdict {
  const found = canonicalHost(target.host);
  const { port } = target;
  if (found.type === 'unfit') return { type: 'deny', host: target.host, port, reason: found.reason };
  const { host } = found;
  const ofHost = rules.filter((rule) => covers(rule, host));
  if (ofHost.length === 0) return { type: 'deny', host, port, reason: `${host} is not on the list of hosts` };
  if (!ofHost.some((rule) => (rule.port === null ? WEB_PORTS.includes(port) : rule.port === port)))
    return { type: 'deny', host, port, reason: `port ${port} of ${host} is not on the list of hosts` };
  return { type: 'allow', host, port, isAddress: found.type === 'address' };
}

function covers(rule: HostRule, host: string): boolean {
  return rule.isBelow ? host.endsWith(`.${rule.host}`) : host === rule.host;
}

/**
 * One spelling for each host. Spellings that two programs may read differently (numbers, percent signs,
 * non-ASCII letters, control characters) are nobody's.
 */
export function canonicalHost(text: string): CanonicalHost {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const host = bare.toLowerCase().replace(/\.$/, '');
  if (IPV4.test(host)) return { type: 'address', host };
  if (bare.includes(':'))
    return IPV6.test(host) ? { type: 'address', host } : { type: 'unfit', reason: 'it is no IPv6 address' };
  if (host === '' || host.length > NAME_MAX) return { type: 'unfit', reason: 'it is no host name' };
  const labels = host.split('.');
  if (!labels.every((label) => LABEL.test(label)))
    return { type: 'unfit', reason: 'a host name has letters, digits and hyphens only' };
  // 127.1, 2130706433 and 0x7f.1 are addresses to some programs and names to others.
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1)!))
    return { type: 'unfit', reason: 'an address is written as four decimal numbers' };
  return { type: 'name', host };
}
