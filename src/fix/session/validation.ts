/** Holds a received message against the dictionary: the first fault, as a session Reject wants it. */
import { Decimal, tryParseCalendarDate } from '../../kernel/index.ts';
import type { Field, FieldProblem, ReceivedMessage } from '../codec/message.ts';
import type { Dictionary, FieldDefinition, Member } from '../dictionary/definition.ts';
import { SessionRejectReason as Reason, Tag } from '../dictionary/tags.ts';
import { parseUtcTimestamp } from './timestamps.ts';

/** Tags from 5000 on are user-defined: bilateral, so never an error. */
const USER_DEFINED_FROM = 5000;

/**
 * The first problem of a message whose MsgType the dictionary knows, in this order: unreadable field,
 * header order, each field (undefined, format, value, repeated, groups), then required fields.
 */
export function problemOf(message: ReceivedMessage, dictionary: Dictionary): FieldProblem | null {
  if (message.problem !== null) return message.problem;
  const definition = dictionary.messages.get(message.MsgType);
  if (definition === undefined) return null;
  return (
    headerOrderProblem(message, dictionary) ??
    fieldsProblem(message, dictionary, definition.members) ??
    requiredProblem(message.fields, [...dictionary.header, ...definition.members])
  );
}

function problem(reason: number, RefTagID: number, text: string): FieldProblem {
  return { reason, RefTagID, text };
}

function headerOrderProblem(message: ReceivedMessage, dictionary: Dictionary): FieldProblem | null {
  const header = flatTags(dictionary.header);
  let isInBody = false;
  for (const { tag } of message.fields) {
    if (!header.has(tag)) isInBody = true;
    else if (isInBody) {
      return problem(
        Reason.TagSpecifiedOutOfRequiredOrder,
        tag,
        'Tag specified out of required order',
      );
    }
  }
  return null;
}

function flatTags(members: readonly Member[]): Set<number> {
  return new Set(members.flatMap((m) => [m.tag, ...(m.group ?? []).map((g) => g.tag)]));
}

function fieldsProblem(
  message: ReceivedMessage,
  dictionary: Dictionary,
  own: readonly Member[],
): FieldProblem | null {
  const members = new Map(
    [...dictionary.header, ...own, ...dictionary.trailer].map((m) => [m.tag, m]),
  );
  const seen = new Set<number>();
  for (let at = 0; at < message.fields.length;) {
    const current = message.fields[at] as Field;
    const member = members.get(current.tag);
    const found =
      formatProblem(current, dictionary.fields.get(current.tag)) ??
      placeProblem(current, member, dictionary);
    if (found !== null) return found;
    if (seen.has(current.tag)) {
      return problem(Reason.TagAppearsMoreThanOnce, current.tag, 'Tag appears more than once');
    }
    seen.add(current.tag);
    at += 1;
    if (member?.group !== undefined) {
      const group = groupProblem(message.fields, at, { member, dictionary });
      if (group.problem !== null) return group.problem;
      at = group.next;
    }
  }
  return null;
}

function placeProblem(
  current: Field,
  member: Member | undefined,
  dictionary: Dictionary,
): FieldProblem | null {
  if (member !== undefined || !dictionary.isComplete || current.tag >= USER_DEFINED_FROM)
    return null;
  return dictionary.fields.has(current.tag)
    ? problem(
        Reason.TagNotDefinedForThisMessageType,
        current.tag,
        'Tag not defined for this message type',
      )
    : problem(Reason.UndefinedTag, current.tag, 'Undefined tag');
}

/** Walks the entries that follow a NumInGroup field; `next` is the index after the group. */
function groupProblem(
  fields: readonly Field[],
  start: number,
  context: { readonly member: Member; readonly dictionary: Dictionary },
): { readonly problem: FieldProblem | null; readonly next: number } {
  const { member, dictionary } = context;
  const entry = member.group ?? [];
  const order = entry.map((m) => m.tag);
  let count = 0;
  let place = -1;
  let at = start;
  for (; at < fields.length; at += 1) {
    const current = fields[at] as Field;
    const position = order.indexOf(current.tag);
    if (position < 0) break;
    const found = formatProblem(current, dictionary.fields.get(current.tag));
    if (found !== null) return { problem: found, next: at };
    if (position === 0) count += 1;
    else if (count === 0 || position <= place) {
      const reason = Reason.RepeatingGroupFieldsOutOfOrder;
      const text = 'Repeating group fields out of order';
      return { problem: problem(reason, current.tag, text), next: at };
    }
    place = position;
  }
  if (Number((fields[start - 1] as Field).value) !== count) {
    const text = 'Incorrect NumInGroup count for repeating group';
    return { problem: problem(Reason.IncorrectNumInGroupCount, member.tag, text), next: at };
  }
  return { problem: null, next: at };
}

function requiredProblem(
  fields: readonly Field[],
  members: readonly Member[],
): FieldProblem | null {
  for (const { tag, required } of members) {
    // The frame reader has read these three itself.
    if (!required || tag === Tag.BeginString || tag === Tag.BodyLength || tag === Tag.MsgType)
      continue;
    if (!fields.some((candidate) => candidate.tag === tag)) {
      return problem(Reason.RequiredTagMissing, tag, 'Required tag missing');
    }
  }
  return null;
}

function formatProblem(
  current: Field,
  definition: FieldDefinition | undefined,
): FieldProblem | null {
  if (definition === undefined) return null;
  if (!hasFormat(current.value, definition)) {
    const reason = Reason.IncorrectDataFormatForValue;
    return problem(reason, current.tag, 'Incorrect data format for value');
  }
  if (definition.values !== undefined && !definition.values.includes(current.value)) {
    return problem(Reason.ValueIsIncorrect, current.tag, 'Value is incorrect (out of range)');
  }
  return null;
}

function hasFormat(value: string, definition: FieldDefinition): boolean {
  switch (definition.format) {
    case 'string':
    case 'data':
      return true;
    case 'char':
      return value.length === 1;
    case 'integer':
      return /^-?\d{1,15}$/.test(value);
    case 'count':
      return /^\d{1,15}$/.test(value);
    case 'decimal':
      // FIX float: digits with an optional point on either side; a plus sign and exponents are not allowed.
      return isFixDecimal(value);
    case 'boolean':
      return value === 'Y' || value === 'N';
    case 'utcTimestamp':
      return parseUtcTimestamp(value) !== null;
    case 'localDate':
      return (
        /^\d{8}$/.test(value) &&
        tryParseCalendarDate(`${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`) !== null
      );
  }
}

function isFixDecimal(value: string): boolean {
  return parseFixDecimal(value) !== null;
}

/** Reads a FIX float exactly: `100`, `-0.5`, `.5`, `23.`; null for anything else. */
export function parseFixDecimal<U extends string>(value: string): Decimal<U> | null {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(value);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (whole === '' && fraction === '') return null;
  return Decimal.tryParse<U>(`${sign}${whole || '0'}${fraction === '' ? '' : `.${fraction}`}`);
}
