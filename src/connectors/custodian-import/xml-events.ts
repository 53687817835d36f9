/** XML as a stream of elements: the one module that knows saxes. Document types are refused, not read. */
import { SaxesParser } from 'saxes';

export interface XmlElement {
  readonly name: string;
  /** 1 is the root. */
  readonly depth: number;
  readonly line: number;
  /** The attribute's text; empty where it is absent. */
  attribute(name: string): string;
  readonly hasAttributes: boolean;
}

export type XmlFault = { readonly kind: 'malformed' | 'doctype'; readonly message: string };

/** Thrown through the parser to stop it at once; never leaves this module. */
class XmlStop extends Error {
  override readonly name = 'XmlStop';
  readonly fault: XmlFault;
  constructor(fault: XmlFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Hands every start tag to `onElement` in order. @returns null, or why the document was refused */
export function readXmlElements(
  text: string,
  onElement: (element: XmlElement) => void,
): XmlFault | null {
  const parser = new SaxesParser();
  let depth = 0;
  parser.on('doctype', () => {
    throw new XmlStop({ kind: 'doctype', message: `DOCTYPE in line ${String(parser.line)}` });
  });
  parser.on('error', (error) => {
    throw new XmlStop({ kind: 'malformed', message: error.message.slice(0, 200) });
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    const { attributes } = tag;
    onElement({
      name: tag.name,
      depth,
      line: parser.line,
      attribute: (name) => (Object.hasOwn(attributes, name) ? (attributes[name] ?? '') : ''),
      hasAttributes: Object.keys(attributes).length > 0,
    });
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  try {
    parser.write(text).close();
    return null;
  } catch (error) {
    if (error instanceof XmlStop) return error.fault;
    throw error;
  }
}
