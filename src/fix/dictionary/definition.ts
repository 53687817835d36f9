/**
 * The shape of a FIX dictionary: what a generator writes from a published dictionary, and what the codec
 * and the session read. Names are FIX's own, verbatim.
 */

/** How the text of a value is checked. Several FIX types share one check (Qty, Price and Amt: decimal). */
export type FieldFormat =
  | 'string'
  | 'char'
  | 'integer'
  /** SeqNum, NumInGroup, Length: digits, never negative. */
  | 'count'
  | 'decimal'
  | 'boolean'
  | 'utcTimestamp'
  | 'localDate'
  /** Bytes of the length that the field before it states; may hold the delimiter. */
  | 'data';

export interface FieldDefinition {
  readonly tag: number;
  readonly name: string;
  readonly format: FieldFormat;
  /** The closed list of values; absent where any value of the format is allowed. */
  readonly values?: readonly string[];
  /** Of a data field: the tag of the length that comes before it. */
  readonly lengthTag?: number;
}

/** A place of a field in a message, in the header, or in one entry of a repeating group. */
export interface Member {
  readonly tag: number;
  readonly required: boolean;
  /** Of a NumInGroup field: the members of one entry; the first of them starts each entry. */
  readonly group?: readonly Member[];
}

export interface MessageDefinition {
  readonly MsgType: string;
  readonly name: string;
  readonly isAdmin: boolean;
  readonly members: readonly Member[];
}

export interface Dictionary {
  readonly BeginString: string;
  readonly fields: ReadonlyMap<number, FieldDefinition>;
  /** By the tag of the length: the tag of the data that follows. */
  readonly dataTags: ReadonlyMap<number, number>;
  readonly header: readonly Member[];
  readonly trailer: readonly Member[];
  /** The messages whose members are known. */
  readonly messages: ReadonlyMap<string, MessageDefinition>;
  /** Every MsgType of the version: one that is valid and not in `messages` is unsupported, not invalid. */
  readonly msgTypes: ReadonlySet<string>;
  /**
   * True when every field of the version is defined, so that an undefined tag is the sender's fault.
   * False lets tags pass that the dictionary does not know.
   */
  readonly isComplete: boolean;
}

export interface DictionarySource {
  readonly BeginString: string;
  readonly fields: readonly FieldDefinition[];
  readonly header: readonly Member[];
  readonly trailer: readonly Member[];
  readonly messages: readonly MessageDefinition[];
  readonly msgTypes: readonly string[];
  readonly isComplete: boolean;
}

/** Indexes a dictionary's lists. The source is ours or generated: faults in it are found by its tests. */
export function dictionaryOf(source: DictionarySource): Dictionary {
  const dataTags = new Map<number, number>();
  for (const field of source.fields) {
    if (field.lengthTag !== undefined) dataTags.set(field.lengthTag, field.tag);
  }
  return {
    BeginString: source.BeginString,
    fields: new Map(source.fields.map((field) => [field.tag, field])),
    dataTags,
    header: source.header,
    trailer: source.trailer,
    messages: new Map(source.messages.map((message) => [message.MsgType, message])),
    msgTypes: new Set(source.msgTypes),
    isComplete: source.isComplete,
  };
}
