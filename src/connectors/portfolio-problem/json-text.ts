/** JSON text into values; bare NaN and Infinity are kept apart so that they can be told with their place. */
import { NumberToken } from './document-reading.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b|-?\binf\b|\bnan\b/g;
const MARK = '\u0000number:';

/** @throws SyntaxError where the text is no JSON even with such tokens allowed */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return parseWithTokens(text, error);
  }
}

function parseWithTokens(text: string, first: SyntaxError): unknown {
  let found = 0;
  const marked = text.replace(TOKEN, (token) => {
    if (token.startsWith('"')) return token;
    found += 1;
    return JSON.stringify(MARK + token);
  });
  if (found === 0) throw first;
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK)
      ? new NumberToken(value.slice(MARK.length))
      : value,
  );
}
