/**
 * The one way out for a run: a proxy of its own that opens connections to listed hosts and to nothing else.
 * Who asks is known by the socket, never by what is said on it. A name is resolved once, here, and the address
 * that was checked is the one that is dialled, so no second answer can lead elsewhere.
 */
import { lookup } from 'node:dns/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { serverNameOf } from '../../core/network/client-hello.ts';
import { canonicalHost, judgeHost, type HostRule } from '../../core/network/host-rules.ts';
import { isMetadataAddress, isPublicAddress } from './public-addresses.ts';

export interface Attempt {
  readonly host: string;
  readonly port: number;
  readonly verdict: 'allow' | 'deny';
  /** Why not; empty when it was allowed. */
  readonly reason: string;
}

export interface EgressOptions {
  /** Path of the unix socket it listens on. */
  readonly socket: string;
  /** As they are now: what a person grants or takes away holds for the next connection. */
  rules(): readonly HostRule[];
  onAttempt(attempt: Attempt): void;
  /** Stand-ins for the network in tests. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly dial?: (address: string, port: number) => Socket;
}

export interface EgressProxy {
  close(): Promise<void>;
}

/** More at once than a package manager opens, fewer than would take the machine's ports. */
const CONNECTIONS_MAX = 128;
/** A download that stalls this long is given up; a model's answer does not come this way. */
const IDLE_MS = 5 * 60_000;
/** Names resolve and hosts accept in this time, or not at all. */
const DIAL_MS = 20_000;
/** The client speaks first in TLS; one that has not within this time holds a tunnel for something else. */
const HELLO_MS = 10_000;
/** Meant for the next hop only (RFC 9110, 7.6.1); what `connection` names comes on top. */
const HOP_HEADERS = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Resolves once it listens. */
export async function startEgressProxy(options: EgressOptions): Promise<EgressProxy> {
  const tunnels = new Set<Duplex>();
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    forward(options, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else answerWith(response, statusOf(error), wordsOf(error));
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    tunnels.add(client);
    client.once('close', () => tunnels.delete(client));
    client.on('error', () => client.destroy());
    tunnel(options, request, client, head).catch((error: unknown) => {
      if (client.writable) client.end(rawAnswer(statusOf(error), wordsOf(error)));
      else client.destroy();
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, options.socket);
  return {
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
        for (const client of tunnels) client.destroy();
      }),
  };
}

async function tunnel(
  options: EgressOptions,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  const target = targetOf(request.url ?? '');
  const { upstream, isAddress } = await open(options, target);
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroy());
  if (client.destroyed) return void upstream.destroy();
  client.write('HTTP/1.1 200 Connection established\r\n\r\n');
  try {
    // TLS to an address names no host, so there is nothing to compare.
    const first = isAddress ? head : await hello(client, head, target.host);
    upstream.write(first);
  } catch (error) {
    options.onAttempt({ ...target, verdict: 'deny', reason: wordsOf(error) });
    return void client.destroy();
  }
  client.pipe(upstream).pipe(client);
}

/** The client's first message, once it is known to ask for the host the tunnel was opened to. */
async function hello(client: Duplex, head: Buffer, host: string): Promise<Buffer> {
  let bytes = head;
  const giveUp = setTimeout(() => client.destroy(new Error('it said nothing')), HELLO_MS);
  try {
    for (;;) {
      const name = serverNameOf(bytes);
      if (name.type === 'unfit') throw new Refusal(403, name.reason);
      if (name.type === 'name') {
        const asked = canonicalHost(name.host);
        if (asked.type === 'name' && asked.host === canonicalNameOf(host)) return bytes;
        throw new Refusal(403, `the tunnel was opened to ${host}, its TLS handshake asks for ${name.host}`);
      }
      bytes = Buffer.concat([bytes, await nextChunk(client)]);
    }
  } finally {
    clearTimeout(giveUp);
  }
}

function nextChunk(stream: Duplex): Promise<Buffer> {
  return new Promise((done, fail) => {
    const settle = (then: () => void) => () => {
      stream.off('readable', onReadable);
      stream.off('end', onEnd);
      stream.off('close', onEnd);
      then();
    };
    const onReadable = (): void => {
      const chunk = stream.read() as Buffer | null;
      if (chunk) settle(() => done(chunk))();
    };
    const onEnd = settle(() => fail(new Refusal(400, 'it closed before its TLS handshake')));
    stream.on('readable', onReadable);
    stream.once('end', onEnd);
    stream.once('close', onEnd);
    onReadable();
  });
}

async function forward(
  options: EgressOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let url: URL;
  try {
    url = new URL(request.url ?? '');
  } catch {
    throw new Refusal(400, 'this is a proxy: it takes CONNECT and absolute http:// addresses');
  }
  if (url.protocol !== 'http:' || url.username !== '' || url.password !== '')
    throw new Refusal(400, 'only plain http:// addresses without a user name are forwarded');
  const target = { host: url.hostname, port: url.port === '' ? 80 : Number(url.port) };
  const { upstream } = await open(options, target);
  if (response.destroyed) return void upstream.destroy();
  const dropped = new Set([...HOP_HEADERS, ...namesIn(request.headers.connection)]);
  const headers = Object.entries(request.headers).filter(([name]) => !dropped.has(name) && name !== 'host');
  const passed = httpRequest({
    createConnection: () => upstream,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    setHost: false,
    // The host that was judged, whatever the client wrote.
    headers: { ...Object.fromEntries(headers), host: url.host, connection: 'close' },
  });
  response.once('close', () => upstream.destroy());
  request.pipe(passed);
  await new Promise<void>((done, fail) => {
    passed.once('error', fail);
    passed.once('response', (answer) => {
      const gone = new Set([...HOP_HEADERS, ...namesIn(answer.headers.connection)]);
      const kept = Object.entries(answer.headers).filter(([name]) => !gone.has(name));
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept));
      answer.pipe(response);
      answer.once('error', fail);
      answer.once('end', () => done());
    });
  });
}

/** A connection to the target, or a Refusal; either way the attempt is told. */
async function open(
  options: EgressOptions,
  target: { readonly host: string; readonly port: number },
): Promise<{ readonly upstream: Socket; readonly isAddress: boolean }> {
  const verdict = judgeHost(options.rules(), target);
  const { host, port } = verdict;
  const deny = (reason: string): Refusal => {
    options.onAttempt({ host, port, verdict: 'deny', reason });
    return new Refusal(403, `fleet: ${reason}`);
  };
  if (verdict.type === 'deny') throw deny(verdict.reason);
  let addresses: readonly string[];
  try {
    addresses = verdict.isAddress ? [host] : await (options.resolve ?? resolveName)(host);
  } catch {
    throw new Refusal(502, `fleet: ${host} has no address`);
  }
  const address = addresses[0];
  if (address === undefined || isIP(address) === 0) throw new Refusal(502, `fleet: ${host} has no address`);
  // A listed address may be a private one, by a person's word; a listed name that leads to one may not.
  const isFit = verdict.isAddress ? !isMetadataAddress(address) : addresses.every(isPublicAddress);
  if (!isFit) throw deny(`${host} leads to ${addresses.join(', ')}, which is not in the public internet`);
  const upstream = await dialled((options.dial ?? dialAddress)(address, port), host);
  options.onAttempt({ host, port, verdict: 'allow', reason: '' });
  return { upstream, isAddress: verdict.isAddress };
}

const resolveName = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true, verbatim: false })).map(({ address }) => address);

const dialAddress = (host: string, port: number): Socket => connect({ host, port });

function dialled(upstream: Socket, host: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const giveUp = setTimeout(() => upstream.destroy(new Error('it did not answer')), DIAL_MS);
    upstream.once('error', (error) => {
      clearTimeout(giveUp);
      fail(new Refusal(502, `fleet: ${host} cannot be reached (${error.message})`));
    });
    upstream.once('connect', () => {
      clearTimeout(giveUp);
      upstream.on('error', () => upstream.destroy());
      upstream.setTimeout(IDLE_MS, () => upstream.destroy());
      done(upstream);
    });
  });
}

/** `host:port` of a CONNECT, the port always there. */
function targetOf(text: string): { readonly host: string; readonly port: number } {
  const found = /^(\[[0-9a-fA-F:.]+\]|[^:/?#@\s]+):(\d{1,5})$/.exec(text);
  const port = Number(found?.[2]);
  if (!found || port < 1 || port > 65_535)
    throw new Refusal(400, 'CONNECT takes a host and a port, host:443');
  return { host: found[1]!, port };
}

const canonicalNameOf = (host: string): string => {
  const found = canonicalHost(host);
  return found.type === 'unfit' ? '' : found.host;
};

const namesIn = (header: string | undefined): string[] =>
  (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function answerWith(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(words);
}

const rawAnswer = (status: number, words: string): string =>
  [
    `HTTP/1.1 ${status} Refused`,
    'content-type: text/plain',
    `content-length: ${Buffer.byteLength(words)}`,
    'connection: close',
    '',
    words,
  ].join('\r\n');

const statusOf = (error: unknown): number => (error instanceof Refusal ? error.status : 502);
const wordsOf = (error: unknown): string =>
  error instanceof Refusal ? error.message : 'fleet: the connection failed';

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(socket, () => done());
  });
}
