/** A FIX message as a list of fields in wire order: reading and writing lose nothing. */
import { Tag } from '../dictionary/tags.ts';

/**
 * One field. `value` is a byte string: every character stands for one byte (0 to 255), so that any bytes
 * survive a round trip.
 */
export interface Field {
  readonly tag: number;
  readonly value: string;
}

/** The fields between MsgType and CheckSum exclusive, with the BeginString beside them. */
export interface FixMessage {
  readonly BeginString: string;
  readonly MsgType: string;
  /** Everything after MsgType (35) and before CheckSum (10), in wire order. */
  readonly fields: readonly Field[];
}

/** What is wrong with the fields of a message whose frame is sound. */
export interface FieldProblem {
  readonly reason: number;
  readonly RefTagID: number | null;
  readonly text: string;
}

/** A message from the wire; `problem` when a field could not be read as tag=value. */
export interface ReceivedMessage extends FixMessage {
  readonly problem: FieldProblem | null;
}

export const field = (tag: number, value: string): Field => ({ tag, value });

/** The first value of a tag, or null. */
export function valueOf(message: FixMessage, tag: number): string | null {
  for (const candidate of message.fields) if (candidate.tag === tag) return candidate.value;
  return null;
}

/** A non-negative integer of at most 15 digits, or null when absent or not one. */
export function countOf(message: FixMessage, tag: number): number | null {
  const text = valueOf(message, tag);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

export function isFlagged(message: FixMessage, tag: number): boolean {
  return valueOf(message, tag) === 'Y';
}

/** MsgSeqNum (34); null when missing or not a positive number. */
export function sequenceOf(message: FixMessage): number | null {
  const sequence = countOf(message, Tag.MsgSeqNum);
  return sequence === 0 ? null : sequence;
}

/**
 * The entries of a repeating group, each the fields from one delimiter to the next.
 *
 * @param countTag  the NumInGroup field, for example NoPartyIDs (453)
 * @param entryTags tags of an entry; the first is the delimiter that starts each
 * @returns entries in wire order; empty when the group is absent
 */
export function groupEntries(
  message: FixMessage,
  countTag: number,
  entryTags: readonly number[],
): readonly (readonly Field[])[] {
  const start = message.fields.findIndex((candidate) => candidate.tag === countTag);
  if (start < 0) return [];
  const entries: Field[][] = [];
  for (const candidate of message.fields.slice(start + 1)) {
    if (!entryTags.includes(candidate.tag)) break;
    if (candidate.tag === entryTags[0]) entries.push([candidate]);
    else entries.at(-1)?.push(candidate);
  }
  return entries;
}

/** The fields of a repeating group: its count, then every entry. */
export function groupFields(countTag: number, entries: readonly (readonly Field[])[]): Field[] {
  return [field(countTag, String(entries.length)), ...entries.flat()];
}
