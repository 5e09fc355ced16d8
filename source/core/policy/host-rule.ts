/**
 * Web addresses, read strictly: what allows wants exactly `https://host/…`, what forbids reads an address as the
 * most careless client would. No URL class: core has none, and its leniency is what is guarded against.
 */

export interface Address {
  readonly host: string;
  readonly isPlainHttps: boolean;
  /** Why it may not be visited as a matter of course. */
  readonly problem: string | null;
  /** The problem is only where it leads (this machine, the local net, an IP address), so a rule naming the host settles it. */
  readonly isLocal: boolean;
}

const STRICT = /^(https?):\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?(?=[/?#]|$)/;
const NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;
/** Names that end at this machine, in the local net or at a cloud's metadata. */
const LOCAL_NAME =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|localdomain|home\.arpa|test|onion)$/;

export function addressOf(url: string): Address {
  const loose = looseHost(url);
  const wrong = (problem: string): Address => ({ host: loose, isPlainHttps: false, problem, isLocal: false });
  if (/[^\u0021-\u007e]/.test(url)) return wrong('the address holds blanks or characters beyond ASCII');
  if (url.includes('\\')) return wrong('the address holds a backslash, which clients read differently');
  const found = STRICT.exec(url);
  if (!found) return wrong('this is no plain https://host/ address');
  const [, scheme = '', spelled = '', port] = found;
  const host = spelled.toLowerCase();
  const isPlainHttps = scheme === 'https' && (port === undefined || port === '443');
  const isLocal = host.startsWith('[') || LOCAL_NAME.test(host) || !host.includes('.');
  const isNumber = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(host);
  if (isLocal || isNumber)
    return {
      host,
      isPlainHttps,
      isLocal: true,
      problem: `${host} is an IP address, this machine or the local net`,
    };
  if (!NAME.test(host)) return wrong(`${host} is no complete host name`);
  if (host.split('.').some((label) => label.startsWith('xn--')))
    return { host, isPlainHttps, isLocal: true, problem: `${host} holds letters beyond ASCII in disguise` };
  if (!isPlainHttps)
    return { host, isPlainHttps, problem: 'it is not https on its usual port', isLocal: false };
  return { host, isPlainHttps, problem: null, isLocal: false };
}

export type HostPattern = { readonly host: string; readonly isBelow: boolean };

/** `domain:h` is exactly h, `domain:*.h` what is below it, `domain:*` every host; null when the specifier is none of them. */
export function hostPattern(specifier: string): HostPattern | null {
  const name = /^domain:(.+)$/.exec(specifier)?.[1]?.trim().toLowerCase().replace(/\.$/, '');
  if (name === undefined) return null;
  if (name === '*') return { host: '', isBelow: true };
  const isBelow = name.startsWith('*.');
  const host = isBelow ? name.slice(2) : name;
  return /^[a-z0-9.-]+$|^\[[0-9a-f:.]+\]$/.test(host) ? { host, isBelow } : null;
}

export function allowsHost({ host, isBelow }: HostPattern, address: Address): boolean {
  // A host somebody named by hand may be their own machine: then scheme and port are theirs, too.
  const isFit = address.problem === null || (address.isLocal && !isBelow);
  if (host === '') return isFit;
  return isFit && (isBelow ? address.host.endsWith(`.${host}`) : address.host === host);
}

export function bindsHost({ host }: HostPattern, address: Address): boolean {
  return host === '' || address.host === host || address.host.endsWith(`.${host}`);
}

function looseHost(url: string): string {
  const unquoted = url.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );
  const rest = unquoted
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:/i, '')
    .replace(/^[/\\]+/, '');
  const authority = /^[^/\\?#]*/.exec(rest)![0];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return host.replace(/:\d*$/, '').replace(/\.+$/, '').toLowerCase();
}
