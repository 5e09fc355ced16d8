/** The Anthropic Messages API, with streaming: what Claude Code speaks. */
import { freshId, type Said, type Turn } from './model-turns.ts';
import type { Wire } from './model-server.ts';

interface Message {
  readonly role: string;
  readonly content: string | readonly Record<string, unknown>[];
}

export const anthropicWire: Wire = {
  path: /\/v1\/messages$/,
  conversationOf: (body) => ((body['messages'] ?? []) as readonly Message[]).flatMap(saidIn),
  hasTools: (body) => Array.isArray(body['tools']) && body['tools'].length > 0,
  answer(turn, { body, reply }) {
    const { content, stop_reason } = contentOf(turn);
    const usage = {
      input_tokens: 100,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 20,
    };
    const model = String(body['model']);
    const message = { id: freshId('msg_'), type: 'message', role: 'assistant', model, stop_sequence: null };
    if (body['stream'] !== true) return reply.json({ ...message, content, stop_reason, usage });
    const send = (type: string, data: object): void => reply.event({ type, ...data }, type);
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
    reply.end();
  },
};

function contentOf(turn: Turn) {
  const content: Record<string, unknown>[] = [
    ...(turn.text === '' ? [] : [{ type: 'text', text: turn.text }]),
    ...turn.calls.map(({ name, input }) => ({ type: 'tool_use', id: freshId('toolu_'), name, input })),
  ];
  return { content, stop_reason: turn.calls.length > 0 ? 'tool_use' : 'end_turn' };
}

/** What a person (or an agent, to its sub-agent) wrote, and what tools gave back; not what the CLI adds. */
function saidIn({ role, content }: Message): Said[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  if (role === 'assistant') return [{ role, text: '' }];
  return blocks.flatMap((block: Record<string, unknown>): Said[] => {
    if (block['type'] === 'tool_result')
      return [
        {
          role: 'tool',
          toolUse: String(block['tool_use_id']),
          isError: block['is_error'] === true,
          text:
            typeof block['content'] === 'string'
              ? block['content']
              : ((block['content'] ?? []) as readonly { text?: string }[])
                  .map((part) => part.text ?? '')
                  .join('\n'),
        },
      ];
    const text = typeof block['text'] === 'string' ? block['text'] : '';
    return block['type'] === 'text' && !/^\s*<system-reminder>/.test(text) ? [{ role: 'user', text }] : [];
  });
}
