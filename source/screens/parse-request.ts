/** What a client sent, checked field by field: a peer of another version must not be able to confuse us. */
import { SEARCH_TEXT_MAX, type ScreensRequest } from '../wire/screens-protocol.ts';

class RequestError extends Error {
  readonly code = 'REQUEST';
}

/** Throws an Error with the code REQUEST (or SyntaxError) when the payload is no request. */
export function parseRequest(payload: Buffer): ScreensRequest {
  const value: unknown = JSON.parse(payload.toString());
  if (typeof value !== 'object' || value === null) throw new RequestError('a request must be an object');
  const fields = value as Record<string, unknown>;
  const text = (name: string): string => {
    const found = fields[name];
    if (typeof found !== 'string') throw new RequestError(`"${name}" of a request must be a text`);
    return found;
  };
  const number = (name: string, most = Number.MAX_SAFE_INTEGER): number => {
    const found = fields[name];
    if (typeof found !== 'number' || !Number.isInteger(found) || found < 0 || found > most)
      throw new RequestError(`"${name}" of a request must be a whole number up to ${most}`);
    return found;
  };
  const type = text('type');
  switch (type) {
    case 'hello':
      return { type, protocol: number('protocol') };
    case 'open':
      return { type, session: text('session'), live: fields['live'] === true };
    case 'close':
      return { type, session: text('session') };
    case 'watch':
      return { type, pane: number('pane', 0xffff), session: text('session') };
    case 'end':
      return { type };
    case 'unwatch':
    case 'credit':
      return { type, pane: number('pane', 0xffff) };
    case 'lines':
      return {
        type,
        id: number('id'),
        session: text('session'),
        from: number('from'),
        count: number('count'),
      };
    case 'search': {
      const pattern = text('text');
      if (pattern === '' || pattern.length > SEARCH_TEXT_MAX)
        throw new RequestError(`a search needs between 1 and ${SEARCH_TEXT_MAX} characters`);
      return { type, id: number('id'), session: text('session'), text: pattern };
    }
    case 'screen':
      return { type, id: number('id'), session: text('session') };
    case 'colours':
      return {
        type,
        foreground: number('foreground', 0xffffff),
        background: number('background', 0xffffff),
        cursor: number('cursor', 0xffffff),
      };
    default:
      throw new RequestError(`screens does not know the request ${JSON.stringify(type.slice(0, 40))}`);
  }
}
