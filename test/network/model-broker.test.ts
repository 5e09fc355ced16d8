/** Between agents and the service that runs their model; the service is a server on the loopback. */
import { createHash } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelProvider } from '../../source/core/network/model-providers.ts';
import {
  startModelBroker,
  type BrokerRequest,
  type ModelBroker,
} from '../../source/io/network/model-broker.ts';
import { until } from '../support/until.ts';

const TOKEN = 'fleet-0123456789abcdef';
const KEY = 'sk-the-real-key-nobody-may-see';

let broker: ModelBroker;
let requests: BrokerRequest[];
const servers: Server[] = [];

beforeEach(async () => {
  requests = [];
  broker = await startModelBroker({ listen: { port: 0 }, onRequest: (request) => requests.push(request) });
});

afterEach(async () => {
  await broker.close();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

describe('the broker of model keys', () => {
  it('SE7 an agent that holds a dummy token gets an answer, and the service gets the key as a header', async () => {
    const seen: IncomingMessage['headers'][] = [];
    await service('anthropic', (request, response) => {
      seen.push(request.headers);
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'a=b', 'x-kept': '1' });
        response.end('{"ok":true}');
      });
    });
    const answer = await ask({ 'x-api-key': TOKEN, 'anthropic-version': '2023-06-01' });
    expect(answer).toMatchObject({ status: 200, text: '{"ok":true}' });
    expect(answer.headers).toMatchObject({ 'x-kept': '1' });
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(seen).toMatchObject([{ 'x-api-key': KEY, 'anthropic-version': '2023-06-01' }]);
    expect(JSON.stringify(seen)).not.toContain(TOKEN);
    await until(() => (requests.length > 0 ? true : undefined), 'the request to be told');
    expect(requests).toEqual([
      { run: 'r1', method: 'POST', path: '/v1/messages', status: 200, bytesUp: 2, bytesDown: 11 },
    ]);
    expect(JSON.stringify(requests)).not.toContain(KEY);
  });

  it.each([
    ['openai', '/v1/responses', 'authorization', `Bearer ${KEY}`],
    [
      'gemini',
      '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse&key=leaked',
      'x-goog-api-key',
      KEY,
    ],
    [
      'bedrock',
      '/model/anthropic.claude-opus-5/invoke-with-response-stream',
      'authorization',
      `Bearer ${KEY}`,
    ],
    [
      'vertex',
      '/projects/p/locations/eu/publishers/anthropic/models/claude-opus@1:streamRawPredict',
      'authorization',
      `Bearer ${KEY}`,
    ],
  ] as const)(
    'SE7 %s gets its key in its own header, and none in the address',
    async (provider, path, header, value) => {
      const seen: { url: string | undefined; value: unknown }[] = [];
      await service(provider, (request, response) => {
        seen.push({ url: request.url, value: request.headers[header] });
        response.end('ok');
      });
      expect(await ask({ authorization: `Bearer ${TOKEN}` }, { path })).toMatchObject({ status: 200 });
      expect(seen).toEqual([{ url: path.replace('&key=leaked', ''), value }]);
    },
  );

  it.each([
    ['POST', '/v1/organizations/api_keys'],
    ['GET', '/v1/messages'],
    ['POST', '/v1/messages/../organizations'],
    ['POST', '/v1/messages/%2e%2e/organizations'],
    ['POST', '//v1/messages'],
    ['POST', '/v1/files'],
    ['DELETE', '/v1/models/x'],
  ])('SE7 %s %s is not what an agent may ask', async (method, path) => {
    let isAsked = false;
    await service('anthropic', (_request, response) => {
      isAsked = true;
      response.end();
    });
    expect(await ask({ 'x-api-key': TOKEN }, { method, path })).toMatchObject({ status: 403 });
    expect(isAsked).toBe(false);
  });

  it('SE7 without a token of a run that lives there is no answer, and a revoked one ends what it has under way', async () => {
    let isGone = false;
    await service('anthropic', (_request, response) => {
      response.on('close', () => (isGone = true));
      response.write('data: 1\n\n');
    });
    const wrong: Record<string, string>[] = [
      {},
      { 'x-api-key': 'guess' },
      { authorization: `Bearer ${KEY}` },
    ];
    for (const headers of wrong) expect(await ask(headers)).toMatchObject({ status: 401 });
    const { first } = stream({ 'x-api-key': TOKEN });
    expect(await first).toBe('data: 1\n\n');
    broker.revoke('r1');
    await until(() => (isGone ? true : undefined), 'the request upstream to end');
    expect(await ask({ 'x-api-key': TOKEN })).toMatchObject({ status: 401 });
  });

  it('SE7 nothing on a web page can use it: an Origin or a foreign Host is refused', async () => {
    await service('anthropic', (_request, response) => response.end());
    expect(await ask({ 'x-api-key': TOKEN, origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await ask({ 'x-api-key': TOKEN, host: 'evil.example' })).toMatchObject({ status: 403 });
  });

  it('SE7 a redirect is not followed, nor shown', async () => {
    await service('anthropic', (_request, response) => {
      response.writeHead(307, { location: 'http://evil.example/' });
      response.end();
    });
    const answer = await ask({ 'x-api-key': TOKEN });
    expect(answer.status).toBe(502);
    expect(answer.headers).not.toHaveProperty('location');
  });

  it('SE7 events of a stream come as they are sent, and an agent that goes away ends the request', async () => {
    let isGone = false;
    let more: (() => void) | undefined;
    await service('anthropic', (_request, response) => {
      response.on('close', () => (isGone = true));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      more = () => response.write('data: 2\n\n');
    });
    const { request, first, next } = stream({ 'x-api-key': TOKEN });
    expect(await first).toBe('data: 1\n\n');
    const second = next();
    more!();
    expect(await second).toBe('data: 2\n\n');
    request.destroy();
    await until(() => (isGone ? true : undefined), 'the request upstream to end');
  });

  it('SE7 a service that cannot be reached is said in words, without a key', async () => {
    admit('anthropic', 'http://127.0.0.1:1');
    const answer = await ask({ 'x-api-key': TOKEN });
    expect(answer.status).toBe(502);
    expect(answer.text).toContain('cannot be reached');
    expect(answer.text).not.toContain(KEY);
  });
});

function admit(provider: ModelProvider, upstream: string): void {
  broker.admit({
    run: 'r1',
    provider,
    upstream,
    tokenHash: createHash('sha256').update(TOKEN).digest('hex'),
    key: async () => KEY,
  });
}

async function service(provider: ModelProvider, onRequest: RequestListener): Promise<void> {
  const server = createServer(onRequest);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  admit(provider, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

function ask(
  headers: Record<string, string>,
  { method = 'POST', path = '/v1/messages' }: { method?: string; path?: string } = {},
): Promise<Answer> {
  return new Promise((done, fail) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: broker.port!, method, path, headers, agent: false },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += chunk));
        answer.on('end', () => done({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
      },
    );
    request.on('error', fail);
    request.end(method === 'POST' ? '{}' : undefined);
  });
}

function stream(headers: Record<string, string>): {
  request: ClientRequest;
  first: Promise<string>;
  next: () => Promise<string>;
} {
  const request = httpRequest({
    host: '127.0.0.1',
    port: broker.port!,
    method: 'POST',
    path: '/v1/messages',
    headers,
    agent: false,
  });
  request.on('error', () => request.destroy());
  const answered = new Promise<IncomingMessage>((done) =>
    request.once('response', (answer) => {
      answer.on('error', () => answer.destroy());
      done(answer);
    }),
  );
  const next = async (): Promise<string> => {
    const answer = await answered;
    return new Promise((done) => answer.once('data', (chunk) => done(String(chunk))));
  };
  request.end('{}');
  return { request, first: next(), next };
}
