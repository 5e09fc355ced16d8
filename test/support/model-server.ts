/**
 * A stand-in for the hosted model behind an agent CLI, on the loopback: it speaks the wire of each vendor and
 * says what the prompt tells it to say (model-turns.ts). It keeps no state but what it was told.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zstdDecompressSync } from 'node:zlib';
import { anthropicWire } from './anthropic-wire.ts';
import { geminiWire } from './gemini-wire.ts';
import { nextTurn, type Said, type Turn } from './model-turns.ts';
import { chatWire, responsesWire } from './openai-wires.ts';

export interface ModelServer {
  readonly url: string;
  /** What tools gave back to the model, newest last. */
  readonly toolResults: () => readonly ToolResult[];
  close(): void;
}

export interface Wire {
  /** Of the requests that ask for a turn. */
  readonly path: RegExp;
  conversationOf(body: Body): readonly Said[];
  /** A request without tools is a side request (a title, a summary); any text will do. */
  hasTools(body: Body): boolean;
  answer(turn: Turn, asked: { readonly body: Body; readonly path: string; readonly reply: Reply }): void;
}

export interface Reply {
  json(body: unknown): void;
  event(data: unknown, name?: string): void;
  text(chunk: string): void;
  end(): void;
}

type Body = Readonly<Record<string, unknown>>;

type ToolResult = Omit<Extract<Said, { role: 'tool' }>, 'role'>;

const WIRES: readonly Wire[] = [anthropicWire, responsesWire, chatWire, geminiWire];

/** A request of a CLI is its whole conversation and tool list, some hundred kilobytes. */
const REQUEST_BYTES_MAX = 32 * 1024 * 1024;

export async function startModelServer(): Promise<ModelServer> {
  const results = new Map<string, ToolResult>();
  const server = createServer((request, response) => {
    serve(request, response, results).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    toolResults: () => [...results.values()],
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  results: Map<string, ToolResult>,
): Promise<void> {
  const body = await readJson(request);
  const path = (request.url ?? '').split('?')[0] ?? '';
  const reply = replyOn(response);
  if (/\/count_tokens$|:countTokens$/.test(path)) return reply.json({ input_tokens: 100, totalTokens: 100 });
  if (path.endsWith('/models')) return reply.json({ object: 'list', data: [], models: [] });
  const wire = request.method === 'POST' ? WIRES.find((known) => known.path.test(path)) : undefined;
  if (!wire) {
    response.writeHead(404).end();
    return;
  }
  const conversation = wire.conversationOf(body);
  for (const [at, said] of conversation.entries())
    if (said.role === 'tool') {
      const { role: _, ...result } = said;
      // Some wires name no call; its place in the conversation is as good.
      results.set(result.toolUse || `at ${at}`, result);
    }
  const turn = wire.hasTools(body) ? nextTurn(conversation) : { text: 'ok', calls: [] };
  wire.answer(turn, { body, path, reply });
}

function replyOn(response: ServerResponse): Reply {
  const text = (chunk: string): void => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk);
  };
  return {
    json: (body) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    event: (data, name) =>
      text(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`),
    text,
    end: () => void response.end(),
  };
}

async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > REQUEST_BYTES_MAX) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  const sent = Buffer.concat(chunks);
  const plain = request.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(sent) : sent;
  return plain.length === 0 ? {} : (JSON.parse(plain.toString()) as Body);
}
