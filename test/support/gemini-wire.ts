/** Gemini's generateContent, with streaming. */
import type { Said } from './model-turns.ts';
import type { Wire } from './model-server.ts';

interface Part {
  readonly text?: string;
  readonly functionResponse?: { readonly id?: string; readonly response?: Readonly<Record<string, unknown>> };
}

interface Content {
  readonly role?: string;
  readonly parts?: readonly Part[];
}

export const geminiWire: Wire = {
  path: /:(?:streamG|g)enerateContent$/,
  conversationOf: (body) => ((body['contents'] ?? []) as readonly Content[]).flatMap(saidIn),
  hasTools: (body) => Array.isArray(body['tools']) && body['tools'].length > 0,
  answer(turn, { path, reply }) {
    const parts = [
      ...(turn.text === '' ? [] : [{ text: turn.text }]),
      ...turn.calls.map(({ name, input }) => ({ functionCall: { name, args: input } })),
    ];
    const answer = {
      candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 },
      modelVersion: 'fake',
    };
    if (!path.includes(':stream')) return reply.json(answer);
    reply.event(answer);
    reply.end();
  },
};

function saidIn({ role, parts = [] }: Content): Said[] {
  if (role === 'model') return [{ role: 'assistant', text: '' }];
  return parts.map((part): Said => {
    const { functionResponse } = part;
    if (!functionResponse) return { role: 'user', text: part.text ?? '' };
    const { id = '', response = {} } = functionResponse;
    return {
      role: 'tool',
      toolUse: id,
      isError: 'error' in response,
      text: Object.values(response).map(String).join('\n'),
    };
  });
}
