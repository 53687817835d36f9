/** Writes one large JSON document piece by piece: a run over ten thousand accounts does not fit one string. */
import { toPlainJson } from '../../kernel/index.ts';

export type DocumentField =
  | { readonly name: string; readonly value: unknown }
  | { readonly name: string; readonly items: Iterable<unknown> };

/** Characters gathered before they are written. */
const CHUNK = 1 << 16;

/**
 * @param fields lists must give the same items each time they are iterated: one document may be printed
 *   and written to a file
 * @param write  takes pieces of text in order, each of whole lines
 */
export function writeJsonDocument(
  fields: Iterable<DocumentField>,
  write: (text: string) => void,
): void {
  let buffer = '{';
  const put = (text: string): void => {
    buffer += text;
    if (buffer.length < CHUNK) return;
    // A terminal ends what it is given with a line end, so a piece is cut only where there is one.
    const end = buffer.lastIndexOf('\n') + 1;
    write(buffer.slice(0, end));
    buffer = buffer.slice(end);
  };
  let separator = '\n';
  for (const field of fields) {
    put(`${separator}${JSON.stringify(field.name)}: `);
    separator = ',\n';
    if ('value' in field) {
      put(JSON.stringify(toPlainJson(field.value)));
      continue;
    }
    let comma = '[\n';
    for (const item of field.items) {
      put(comma + JSON.stringify(toPlainJson(item)));
      comma = ',\n';
    }
    put(comma === '[\n' ? '[]' : ']');
  }
  write(`${buffer}\n}\n`);
}
