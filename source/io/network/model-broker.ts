/**
 * Stands between agents and the service that runs their model: they hold a token that is worth something only
 * here and only while their run lives; the key is added on the way out, as a header, and never comes back.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isModelRequest, providerFacts, type ModelProvider } from '../../core/network/model-providers.ts';

export interface BrokerRun {
  readonly run: string;
  readonly provider: ModelProvider;
  /** Where requests go, without a slash at the end. */
  readonly upstream: string;
  /** SHA-256 of the run's token, hexadecimal: the broker itself could not be the run. */
  readonly tokenHash: string;
  /** Looked up at each request, so that it is nowhere between two; undefined: it is gone, and the request fails. */
  key(): Promise<string | undefined>;
}

export interface BrokerRequest {
  readonly run: string;
  readonly method: string;
  readonly path: string;
  /** HTTP status the agent got. */
  readonly status: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface BrokerOptions {
  /** Path of a unix socket, or a port of the loopback (0: any). */
  readonly listen: string | { readonly port: number };
  onRequest(request: BrokerRequest): void;
}

export interface ModelBroker {
  /** Of the loopback; null on a unix socket. */
  readonly port: number | null;
  admit(run: BrokerRun): void;
  /** The token is worth nothing from now on, and what it has under way ends. */
  revoke(run: string): void;
  close(): Promise<void>;
}

/** A whole conversation with pictures; a service takes no more. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
/** Requests of one run at once: an agent with its sub-agents. */
const AT_ONCE_MAX = 32;
/** Where clients write their key, whichever service they think it is. */
const KEY_HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key', 'cookie'];
const HOP_HEADERS = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** An upstream may not make a client of ours go elsewhere or keep something for another day. */
const DROPPED_ANSWER_HEADERS = [...HOP_HEADERS, 'set-cookie', 'alt-svc', 'location'];

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Resolves once it listens. */
export async function startModelBroker(options: BrokerOptions): Promise<ModelBroker> {
  const runs = new Map<string, BrokerRun>();
  const underWay = new Map<string, Set<ServerResponse>>();
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    void serve(request, response);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, options.listen);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let run: BrokerRun | undefined;
    const count = { up: 0, down: 0 };
    const path = (request.url ?? '').split('?', 1)[0]!;
    response.once('close', () => {
      if (run) underWay.get(run.run)?.delete(response);
      const { statusCode: status } = response;
      const method = request.method ?? '';
      if (run)
        options.onRequest({ run: run.run, method, path, status, bytesUp: count.up, bytesDown: count.down });
    });
    try {
      run = admitted(runs, request);
      const open = underWay.get(run.run) ?? new Set();
      underWay.set(run.run, open);
      if (open.size >= AT_ONCE_MAX)
        throw new Refusal(429, `this run already has ${AT_ONCE_MAX} requests under way`);
      open.add(response);
      await pass(run, request, response, count);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else answerWith(response, error);
    }
  }

  return {
    port: typeof options.listen === 'string' ? null : (server.address() as AddressInfo).port,
    admit: (run) => void runs.set(run.run, run),
    revoke: (run) => {
      runs.delete(run);
      for (const response of underWay.get(run) ?? []) response.destroy();
      underWay.delete(run);
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The run whose token this is, or a Refusal. */
function admitted(runs: ReadonlyMap<string, BrokerRun>, request: IncomingMessage): BrokerRun {
  // A page in a browser on this machine sends an Origin, and a name that was made to lead here as Host.
  if (request.headers.origin !== undefined) throw new Refusal(403, 'no browser may ask here');
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (!['127.0.0.1', 'localhost', '[::1]', 'fleet-broker'].includes(host))
    throw new Refusal(403, 'ask by the address you were given');
  const { authorization = '' } = request.headers;
  const tokens = [
    authorization.replace(/^Bearer /i, ''),
    request.headers['x-api-key'],
    request.headers['x-goog-api-key'],
  ];
  for (const token of tokens) {
    if (typeof token !== 'string' || token === '') continue;
    const hash = createHash('sha256').update(token).digest();
    for (const run of runs.values()) if (timingSafeEqual(hash, Buffer.from(run.tokenHash, 'hex'))) return run;
  }
  throw new Refusal(401, 'this token is of no run that lives');
}

async function pass(
  run: BrokerRun,
  request: IncomingMessage,
  response: ServerResponse,
  count: { up: number; down: number },
): Promise<void> {
  const { method = '' } = request;
  const { path, search } = pathOf(request.url ?? '');
  if (!isModelRequest(run.provider, method, path))
    throw new Refusal(403, `${method} ${path} is not what an agent may ask ${run.provider}`);
  const key = await run.key();
  if (key === undefined) throw new Refusal(503, `there is no key for ${run.provider}; see: fleet vault list`);
  const facts = providerFacts(run.provider);
  const upstream = new URL(run.upstream);
  const dropped = new Set([...HOP_HEADERS, ...KEY_HEADERS, 'host']);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped.has(name)));
  const send = upstream.protocol === 'https:' ? httpsRequest : httpRequest;
  const passed = send(upstream, {
    method,
    path: `${upstream.pathname.replace(/\/$/, '')}${path}${search}`,
    headers: { ...headers, [facts.header]: facts.value(key) },
  });
  // Nobody waits for the answer any more: the model need not go on.
  response.once('close', () => passed.destroy());
  request.on('data', (chunk: Buffer) => {
    count.up += chunk.length;
    if (count.up > BODY_BYTES_MAX) passed.destroy(new Refusal(413, 'the request is too large'));
  });
  request.once('aborted', () => passed.destroy());
  request.pipe(passed);
  await new Promise<void>((done, fail) => {
    passed.once('error', fail);
    passed.once('response', (answer) => {
      const status = answer.statusCode ?? 502;
      if (status >= 300 && status < 400) {
        answer.resume();
        fail(new Refusal(502, `${run.provider} wanted to send the request elsewhere (${status})`));
        return;
      }
      const gone = new Set(DROPPED_ANSWER_HEADERS);
      const kept = Object.entries(answer.headers).filter(([name]) => !gone.has(name));
      response.writeHead(status, Object.fromEntries(kept));
      // Events of a stream go on as they come.
      response.flushHeaders();
      answer.on('data', (chunk: Buffer) => (count.down += chunk.length));
      answer.pipe(response);
      answer.once('error', fail);
      answer.once('end', () => done());
    });
  });
}

/** A key in the address would be logged everywhere: it is dropped with what else is not for the service. */
function pathOf(url: string): { readonly path: string; readonly search: string } {
  const [path = '', query = ''] = url.split('?', 2);
  const kept = query.split('&').filter((part) => part !== '' && !/^key=/i.test(part));
  return { path, search: kept.length === 0 ? '' : `?${kept.join('&')}` };
}

/** In the shape that clients of every one of these services read. */
function answerWith(response: ServerResponse, error: unknown): void {
  const status = error instanceof Refusal ? error.status : 502;
  const words = error instanceof Refusal ? error.message : 'the service cannot be reached';
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(
    JSON.stringify({ type: 'error', error: { type: 'fleet_broker', message: `fleet: ${words}` } }),
  );
}

function listen(server: Server, where: BrokerOptions['listen']): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    if (typeof where === 'string') server.listen(where, () => done());
    else server.listen(where.port, '127.0.0.1', () => done());
  });
}
