/**
 * The host a TLS client asks for in its first message (RFC 8446, RFC 6066): a tunnel to one host must not
 * carry a handshake with another that the same front end serves.
 */

export type ServerName =
  | { readonly type: 'name'; readonly host: string }
  /** More bytes are needed. */
  | { readonly type: 'incomplete' }
  /** No TLS, no name in it, or the name is encrypted. */
  | { readonly type: 'unfit'; readonly reason: string };

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME_EXTENSION = 0;
const ENCRYPTED_CLIENT_HELLO_EXTENSION = 0xfe0d;
const HOST_NAME = 0;
/** A record holds at most 16 KiB; a first message that needs more than this is none we know. */
const HELLO_BYTES_MAX = 64 * 1024;

/** Reads what the client has sent so far. Never throws. */
export function serverNameOf(bytes: Uint8Array): ServerName {
  const hello = helloOf(bytes);
  if (hello === 'incomplete')
    return bytes.length > HELLO_BYTES_MAX
      ? { type: 'unfit', reason: 'its first TLS message is too long' }
      : { type: 'incomplete' };
  if (hello === 'none') return { type: 'unfit', reason: 'it does not begin with a TLS handshake' };
  return nameIn(hello) ?? { type: 'unfit', reason: 'its TLS handshake is malformed' };
}

/** The handshake message, put together from as many records as it takes. */
function helloOf(bytes: Uint8Array): Uint8Array | 'incomplete' | 'none' {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; ;) {
    if (at < bytes.length && bytes[at] !== HANDSHAKE_RECORD) return 'none';
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return 'none';
    if (at + 5 > bytes.length) return 'incomplete';
    const size = u16(bytes, at + 3);
    if (size === 0) return 'none';
    const part = bytes.subarray(at + 5, at + 5 + size);
    parts.push(part);
    length += part.length;
    const message = join(parts, length);
    if (message.length >= 1 && message[0] !== CLIENT_HELLO) return 'none';
    if (message.length >= 4) {
      const needed = 4 + ((message[1]! << 16) | u16(message, 2));
      if (message.length >= needed) return message.subarray(4, needed);
    }
    if (at + 5 + size > bytes.length) return 'incomplete';
    at += 5 + size;
  }
}

function nameIn(hello: Uint8Array): ServerName | null {
  // Version and random, session id, cipher suites, compression methods.
  let at = 34;
  if (at >= hello.length) return null;
  at += 1 + hello[at]!;
  if (at + 2 > hello.length) return null;
  at += 2 + u16(hello, at);
  if (at >= hello.length) return null;
  at += 1 + hello[at]!;
  if (at + 2 > hello.length) return { type: 'unfit', reason: 'it names no host in its TLS handshake' };
  const end = at + 2 + u16(hello, at);
  at += 2;
  if (end > hello.length) return null;
  let found: ServerName | null = null;
  while (at + 4 <= end) {
    const kind = u16(hello, at);
    const size = u16(hello, at + 2);
    const body = hello.subarray(at + 4, at + 4 + size);
    if (body.length !== size || at + 4 + size > end) return null;
    if (kind === ENCRYPTED_CLIENT_HELLO_EXTENSION)
      return { type: 'unfit', reason: 'it hides the host in its TLS handshake' };
    if (kind === SERVER_NAME_EXTENSION) {
      if (found) return null;
      found = hostNameIn(body);
      if (!found) return null;
    }
    at += 4 + size;
  }
  return found ?? { type: 'unfit', reason: 'it names no host in its TLS handshake' };
}

function hostNameIn(body: Uint8Array): ServerName | null {
  if (body.length < 5 || u16(body, 0) !== body.length - 2 || body[2] !== HOST_NAME) return null;
  const size = u16(body, 3);
  // One name: a second would leave open which one the other side takes.
  if (size + 5 !== body.length) return null;
  return { type: 'name', host: String.fromCharCode(...body.subarray(5)).toLowerCase() };
}

const u16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
