/** The OpenAI Responses API (Codex) and the Chat Completions API (opencode), with streaming. */
import { freshId, type Said, type Turn } from './model-turns.ts';
import type { Wire } from './model-server.ts';

type Item = Readonly<Record<string, unknown>>;

export const responsesWire: Wire = {
  path: /\/responses$/,
  conversationOf: (body) => conversationIn(itemsOf(body)),
  hasTools: (body) => toolsOf(body).length > 0,
  answer(turn, { body, reply }) {
    const output = outputOf(turn, toolsOf(body));
    const usage = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 120,
    };
    const response = { id: freshId('resp_'), object: 'response', model: body['model'] };
    const done = { ...response, status: 'completed', output, usage };
    if (body['stream'] !== true) return reply.json(done);
    const send = (type: string, data: object): void => reply.event({ type, ...data }, type);
    send('response.created', { response: { ...response, status: 'in_progress', output: [], usage: null } });
    for (const [output_index, item] of output.entries()) {
      send('response.output_item.added', { output_index, item });
      if (item['type'] === 'message')
        send('response.output_text.delta', {
          output_index,
          item_id: item['id'],
          content_index: 0,
          delta: turn.text,
        });
      send('response.output_item.done', { output_index, item });
    }
    send('response.completed', { response: done });
    reply.end();
  },
};

interface OfferedTool {
  readonly name: string;
  readonly isFreeForm: boolean;
  readonly namespace: string | undefined;
}

const itemsOf = (body: Item): readonly Item[] =>
  typeof body['input'] === 'string'
    ? [{ role: 'user', content: body['input'] }]
    : ((body['input'] ?? []) as readonly Item[]);

/** In `tools`, or (newer models) among the items of the conversation; some in groups. */
function toolsOf(body: Item): OfferedTool[] {
  const offered = [
    ...((body['tools'] ?? []) as readonly Item[]),
    ...itemsOf(body).flatMap((item) =>
      item['type'] === 'additional_tools' ? (item['tools'] as readonly Item[]) : [],
    ),
  ];
  const named = (tool: Item, namespace?: string): OfferedTool => ({
    name: String(tool['name'] ?? tool['type']),
    isFreeForm: tool['type'] === 'custom',
    namespace,
  });
  return offered.flatMap((tool) =>
    tool['type'] === 'namespace'
      ? (tool['tools'] as readonly Item[]).map((inner) => named(inner, String(tool['name'])))
      : [named(tool)],
  );
}

/** A turn of the model becomes several items: a row of them counts once. */
function conversationIn(items: readonly Item[]): Said[] {
  const said: Said[] = [];
  for (const item of items) {
    const kind = typeof item['type'] === 'string' ? item['type'] : 'message';
    if (kind.endsWith('_output'))
      said.push({
        role: 'tool',
        toolUse: String(item['call_id']),
        isError: false,
        text: textOf(item['output']),
      });
    else if (item['role'] === 'user' || kind === 'agent_message')
      said.push({ role: 'user', text: textOf(item['content']) });
    else if (item['role'] === 'assistant' || /_call$|^reasoning$/.test(kind))
      if (said.at(-1)?.role !== 'assistant') said.push({ role: 'assistant', text: '' });
  }
  return said;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return JSON.stringify(content ?? '');
  return (content as readonly { text?: string }[]).map((part) => part.text ?? '').join('\n');
}

function outputOf(turn: Turn, tools: readonly OfferedTool[]): Item[] {
  return [
    ...(turn.text === ''
      ? []
      : [
          {
            type: 'message',
            role: 'assistant',
            id: freshId('msg_'),
            status: 'completed',
            content: [{ type: 'output_text', text: turn.text, annotations: [] }],
          },
        ]),
    ...turn.calls.map(({ name, input }) => {
      const tool = tools.find((offered) => offered.name === name);
      const call = { call_id: freshId('call_'), name, ...(tool?.namespace && { namespace: tool.namespace }) };
      return tool?.isFreeForm
        ? { ...call, type: 'custom_tool_call', id: freshId('ctc_'), input: String(input['text']) }
        : { ...call, type: 'function_call', id: freshId('fc_'), arguments: JSON.stringify(input) };
    }),
  ];
}

export const chatWire: Wire = {
  path: /\/chat\/completions$/,
  conversationOf: (body) =>
    ((body['messages'] ?? []) as readonly Item[]).flatMap((message): Said[] => {
      const text = textOf(message['content']);
      switch (message['role']) {
        case 'assistant':
        case 'user':
          return [{ role: message['role'], text }];
        case 'tool':
          return [{ role: 'tool', toolUse: String(message['tool_call_id']), isError: false, text }];
        default:
          return [];
      }
    }),
  hasTools: (body) => Array.isArray(body['tools']) && body['tools'].length > 0,
  answer(turn, { body, reply }) {
    const base = { id: freshId('chatcmpl-'), created: 1_700_000_000, model: body['model'] };
    const tool_calls = turn.calls.map(({ name, input }, index) => ({
      index,
      id: freshId('call_'),
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
    const finish_reason = tool_calls.length > 0 ? 'tool_calls' : 'stop';
    const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
    if (body['stream'] !== true) {
      const message = { role: 'assistant', content: turn.text, ...(tool_calls.length > 0 && { tool_calls }) };
      const choices = [{ index: 0, message, finish_reason }];
      return reply.json({ ...base, object: 'chat.completion', choices, usage });
    }
    const send = (delta: object, reason: string | null, more: object = {}): void =>
      reply.event({
        ...base,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason: reason }],
        ...more,
      });
    send({ role: 'assistant', content: turn.text }, null);
    for (const call of tool_calls) send({ tool_calls: [call] }, null);
    send({}, finish_reason, { usage });
    reply.text('data: [DONE]\n\n');
    reply.end();
  },
};
