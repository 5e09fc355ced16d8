/**
 * A stand-in for the hosted model behind an agent CLI, on the loopback: it speaks the Anthropic Messages
 * API with streaming, and says what the prompt tells it to say. It keeps no state: the answer is a function
 * of the conversation in the request, so retries, resumed sessions and sub-agents work by themselves.
 *
 * Lines of the latest prompt that begin with `>>` are the model's turns, one line each:
 *
 *     >> Bash {"command":"npm test"}     call this tool with this input
 *     >>& Read {"file_path":"/x"}        and this one, in the same turn
 *     >> say All done.
 *     >> Agent {"subagent_type":"general-purpose","description":"d","prompt":">> Bash {…}\n>> say done"}
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ModelServer {
  readonly url: string;
  /** What tools gave back to the model, newest last. */
  readonly toolResults: () => readonly ToolResult[];
  close(): void;
}

interface ToolResult {
  readonly toolUse: string;
  readonly isError: boolean;
  readonly text: string;
}

interface Turn {
  text: string;
  readonly calls: { readonly name: string; readonly input: unknown }[];
}

interface Message {
  readonly role: string;
  readonly content: string | readonly Record<string, unknown>[];
}

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
  const path = (request.url ?? '').split('?')[0];
  if (path === '/v1/messages/count_tokens') return sendJson(response, { input_tokens: 100 });
  if (request.method !== 'POST' || path !== '/v1/messages') {
    response.writeHead(404).end();
    return;
  }
  const messages = (body['messages'] ?? []) as readonly Message[];
  for (const result of messages.flatMap(toolResultsOf)) results.set(result.toolUse, result);
  // A request without tools is a side request (a title, a summary); any text will do.
  const hasTools = Array.isArray(body['tools']) && body['tools'].length > 0;
  const turn = hasTools ? nextTurn(messages) : { text: 'ok', calls: [] };
  answer(response, turn, { model: String(body['model']), isStreamed: body['stream'] === true });
}

/** The turn after as many as the conversation already holds since the prompt that has directives. */
function nextTurn(messages: readonly Message[]): Turn {
  const at = messages.findLastIndex(
    (message) => message.role === 'user' && promptTexts(message).some((text) => turnsOf(text).length > 0),
  );
  if (at === -1) return { text: 'no directives', calls: [] };
  const turns = promptTexts(messages[at]!).flatMap(turnsOf);
  const done = messages.slice(at + 1).filter((message) => message.role === 'assistant').length;
  return turns[done] ?? { text: 'no more directives', calls: [] };
}

function turnsOf(text: string): Turn[] {
  const turns: Turn[] = [];
  for (const line of text.split('\n')) {
    const [, also, word, rest] = /^\s*>>(&?)\s*(\S+)\s*(.*)$/.exec(line) ?? [];
    if (word === undefined || rest === undefined) continue;
    const turn: Turn =
      word === 'say'
        ? { text: rest, calls: [] }
        : { text: '', calls: [{ name: word, input: JSON.parse(rest || '{}') }] };
    const last = turns.at(-1);
    if (also && last) {
      last.calls.push(...turn.calls);
      last.text += turn.text;
    } else {
      turns.push(turn);
    }
  }
  return turns;
}

/** What a person (or an agent, to its sub-agent) wrote; not what the CLI adds, nor what tools gave back. */
function promptTexts({ content }: Message): string[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return blocks
    .filter((block) => block['type'] === 'text')
    .map((block) => String(block['text']))
    .filter((text) => !/^\s*<system-reminder>/.test(text));
}

function toolResultsOf({ content }: Message): ToolResult[] {
  if (typeof content === 'string') return [];
  return content
    .filter((block) => block['type'] === 'tool_result')
    .map((block) => ({
      toolUse: String(block['tool_use_id']),
      isError: block['is_error'] === true,
      text:
        typeof block['content'] === 'string'
          ? block['content']
          : ((block['content'] ?? []) as readonly { text?: string }[])
              .map((part) => part.text ?? '')
              .join('\n'),
    }));
}

let made = 0;
const freshId = (prefix: string): string => `${prefix}${process.pid}${String((made += 1)).padStart(6, '0')}`;

function answer(
  response: ServerResponse,
  turn: Turn,
  { model, isStreamed }: { readonly model: string; readonly isStreamed: boolean },
): void {
  const content: Record<string, unknown>[] = [
    ...(turn.text === '' ? [] : [{ type: 'text', text: turn.text }]),
    ...turn.calls.map(({ name, input }) => ({ type: 'tool_use', id: freshId('toolu_'), name, input })),
  ];
  const stop_reason = turn.calls.length > 0 ? 'tool_use' : 'end_turn';
  const usage = {
    input_tokens: 100,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 20,
  };
  const message = { id: freshId('msg_'), type: 'message', role: 'assistant', model, stop_sequence: null };
  if (!isStreamed) return sendJson(response, { ...message, content, stop_reason, usage });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': freshId('req_') });
  const send = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  send('message_start', { message: { ...message, content: [], stop_reason: null, usage } });
  for (const [index, block] of content.entries()) {
    const isText = block['type'] === 'text';
    const start = isText ? { type: 'text', text: '' } : { ...block, input: {} };
    const delta = isText
      ? { type: 'text_delta', text: block['text'] }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block['input']) };
    send('content_block_start', { index, content_block: start });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage });
  send('message_stop', {});
  response.end();
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > REQUEST_BYTES_MAX) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return bytes === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
