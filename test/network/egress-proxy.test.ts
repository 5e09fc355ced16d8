/** The way out of a run, against real sockets; only the internet's addresses and names are stand-ins. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseHostRule, type HostRule } from '../../source/core/network/host-rules.ts';
import { startEgressProxy, type Attempt, type EgressProxy } from '../../source/io/network/egress-proxy.ts';
import { until } from '../support/until.ts';

const PUBLIC = '93.184.215.14';
const KEY = Buffer.from('a key both sides know, so that no certificate is needed');
const CIPHERS = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;

let folder: string;
let proxy: EgressProxy;
let rules: HostRule[];
let attempts: Attempt[];
/** What names resolve to, answer by answer; the last one stays. */
let answers: string[][];
let dialled: string[];
let port: number;
const closers: (() => void)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-egress-'));
  rules = [];
  attempts = [];
  answers = [[PUBLIC]];
  dialled = [];
  proxy = await startEgressProxy({
    socket: join(folder, 'proxy.sock'),
    rules: () => rules,
    onAttempt: (attempt) => attempts.push(attempt),
    resolve: async () => (answers.length > 1 ? answers.shift()! : answers[0]!),
    dial: (address) => {
      dialled.push(address);
      return connect(port, '127.0.0.1');
    },
  });
});

afterEach(async () => {
  await proxy.close();
  for (const close of closers.splice(0)) close();
  rmSync(folder, { recursive: true });
});

describe('a tunnel', () => {
  it('PE8 to a listed host carries TLS that asks for this host', async () => {
    allow('api.example.com');
    await secureEcho();
    const socket = await tunnel('api.example.com:443');
    expect(await say(socket, 'api.example.com', 'hello')).toBe('hello');
    expect(dialled).toEqual([PUBLIC]);
    expect(attempts).toEqual([{ host: 'api.example.com', port: 443, verdict: 'allow', reason: '' }]);
  });

  it.each([
    ['a host that is not listed', 'evil.example:443', 403],
    ['a sub-domain of a listed host', 'x.api.example.com:443', 403],
    ['another port', 'api.example.com:22', 403],
    ['an address written short', '127.1:443', 403],
    ['an address as one number', '2130706433:443', 403],
    ['an address in hexadecimal', '0x7f.0.0.1:443', 403],
    // No request at all to the HTTP parser: it is hung up on.
    ['a full-width dot', 'api。example.com:443', 0],
    ['a user name', 'api.example.com@evil.example:443', 400],
    ['a path', 'api.example.com/x:443', 400],
    ['no port', 'api.example.com', 400],
    ['the loopback by name', 'localhost:443', 403],
    ['the metadata service', '169.254.169.254:80', 403],
  ])('PE8 to %s is refused, and nothing is dialled', async (_what, target, status) => {
    allow('api.example.com');
    expect(await refusedWith(target)).toBe(status);
    expect(dialled).toEqual([]);
    if (status === 403) expect(attempts).toMatchObject([{ verdict: 'deny' }]);
  });

  it('PE8 to a listed name that leads into this network is refused, even if one of its addresses is public', async () => {
    allow('api.example.com');
    for (const inside of ['10.0.0.7', '127.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.7', 'fd00::1']) {
      answers = [[PUBLIC, inside]];
      expect(await refusedWith('api.example.com:443'), inside).toBe(403);
    }
    expect(dialled).toEqual([]);
  });

  it('PE8 a name is resolved once: a second answer leads nowhere', async () => {
    allow('api.example.com');
    await secureEcho();
    answers = [[PUBLIC], ['10.0.0.7']];
    const socket = await tunnel('api.example.com:443');
    expect(await say(socket, 'api.example.com', 'hello')).toBe('hello');
    expect(dialled).toEqual([PUBLIC]);
  });

  it('PE8 TLS that asks for another host ends before a byte of it leaves', async () => {
    allow('api.example.com');
    const received = await silentServer();
    const socket = await tunnel('api.example.com:443');
    await expect(say(socket, 'evil.example', 'hello')).rejects.toThrow();
    expect(received()).toBe(0);
    expect(attempts.at(-1)).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining('evil.example'),
    });
  });

  it('PE8 what is no TLS ends before a byte of it leaves', async () => {
    allow('api.example.com');
    const received = await silentServer();
    const socket = await tunnel('api.example.com:443');
    socket.write('SSH-2.0-OpenSSH_9.2\r\n');
    await closed(socket);
    expect(received()).toBe(0);
  });

  it('PE8 a listed address is dialled as it is, and needs no name in its TLS; the metadata service never is', async () => {
    allow('10.1.2.3', '169.254.169.254');
    await secureEcho();
    const socket = await tunnel('10.1.2.3:443');
    expect(await say(socket, undefined, 'hello')).toBe('hello');
    expect(dialled).toEqual(['10.1.2.3']);
    expect(await refusedWith('169.254.169.254:80')).toBe(403);
  });

  it('PE7 a host that is taken off the list is refused from the next connection on', async () => {
    allow('api.example.com');
    await secureEcho();
    (await tunnel('api.example.com:443')).destroy();
    rules = [];
    expect(await refusedWith('api.example.com:443')).toBe(403);
  });

  it('ends on the other side when the agent goes', async () => {
    allow('api.example.com');
    const sockets: Socket[] = [];
    await secureEcho(sockets);
    const socket = await tunnel('api.example.com:443');
    await say(socket, 'api.example.com', 'hello');
    socket.destroy();
    await until(() => (sockets[0]?.destroyed ? true : undefined), 'the upstream connection to end');
  });
});

describe('a plain request', () => {
  it('PE8 goes to the host in its address, whatever its Host header says, without what is meant for the proxy', async () => {
    allow('plain.example.com');
    const seen: Record<string, unknown>[] = [];
    await httpServer((request, response) => {
      seen.push({ url: request.url, ...request.headers });
      response.writeHead(302, { location: 'http://evil.example/', connection: 'close' });
      response.end('moved');
    });
    const answer = await get('http://plain.example.com/a?b=1', {
      host: 'evil.example',
      'proxy-authorization': 'secret',
      connection: 'close, x-hop',
      'x-hop': '1',
      'x-kept': '2',
    });
    // A redirect is the client's to follow: as a request of its own.
    expect(answer).toEqual({ status: 302, text: 'moved' });
    expect(seen).toMatchObject([{ url: '/a?b=1', host: 'plain.example.com', 'x-kept': '2' }]);
    expect(Object.keys(seen[0]!)).not.toEqual(expect.arrayContaining(['proxy-authorization', 'x-hop']));
  });

  it.each([
    ['http://evil.example/', 403],
    ['https://plain.example.com/', 400],
    ['http://user@plain.example.com/', 400],
    ['/etc/passwd', 400],
    ['ftp://plain.example.com/', 400],
  ])('PE8 %s is refused', async (url, status) => {
    allow('plain.example.com');
    expect((await get(url)).status).toBe(status);
    expect(dialled).toEqual([]);
  });
});

function allow(...texts: string[]): void {
  rules = texts.map((text) => {
    const rule = parseHostRule(text);
    if ('problem' in rule) throw new Error(rule.problem);
    return rule;
  });
}

async function secureEcho(sockets: Socket[] = []): Promise<void> {
  const server = createTlsServer({ ...CIPHERS, pskCallback: () => KEY }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  await listening(server as unknown as Server);
}

/** Counts what reaches it. */
async function silentServer(): Promise<() => number> {
  let bytes = 0;
  const { createServer } = await import('node:net');
  const server = createServer((socket) => socket.on('data', (chunk) => (bytes += chunk.length)));
  await listening(server as unknown as Server);
  return () => bytes;
}

const httpServer = (onRequest: RequestListener): Promise<void> => listening(createHttpServer(onRequest));

async function listening(server: Server): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
}

function connectTo(target: string): Promise<{ status: number; socket: Socket }> {
  return new Promise((done, fail) => {
    const socket = connect(join(folder, 'proxy.sock'));
    closers.push(() => socket.destroy());
    let text = '';
    socket.on('error', fail);
    socket.once('close', () => done({ status: 0, socket }));
    socket.on('data', function head(chunk) {
      text += chunk.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      socket.off('data', head);
      done({ status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), socket });
    });
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  });
}

async function tunnel(target: string): Promise<Socket> {
  const { status, socket } = await connectTo(target);
  expect(status).toBe(200);
  return socket;
}

const refusedWith = async (target: string): Promise<number> => (await connectTo(target)).status;

/** Sends a text through TLS and returns what comes back. */
function say(socket: Socket, servername: string | undefined, text: string): Promise<string> {
  return new Promise((done, fail) => {
    const secure = connectTls({
      socket,
      ...CIPHERS,
      ...(servername && { servername }),
      pskCallback: () => ({ psk: KEY, identity: 'test' }),
      checkServerIdentity: () => undefined,
    });
    secure.on('error', fail);
    secure.on('close', () => fail(new Error('closed')));
    secure.on('data', (chunk) => done(chunk.toString()));
    secure.write(text);
  });
}

const closed = (socket: Socket): Promise<void> => new Promise((done) => socket.once('close', () => done()));

function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    httpRequest({ socketPath: join(folder, 'proxy.sock'), path, headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => done({ status: answer.statusCode ?? 0, text }));
    })
      .on('error', fail)
      .end();
  });
}
