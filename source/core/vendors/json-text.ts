/** JSON as people write it into settings: with comments, for some programs take them. */
import { isRecord } from './hook-json.ts';

/** The object in the text; an empty one when nothing is there, undefined when it is something else. */
export function parseSettings(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(withoutComments(text));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Comments outside of texts become nothing; a text is matched first, so what stands in it stays. */
const withoutComments = (text: string): string =>
  text.replaceAll(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted?: string) => quoted ?? '');
