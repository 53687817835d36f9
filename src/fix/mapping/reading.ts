/** Reads fields of a message and notes the first that cannot be read. */
import {
  dateInZone,
  err,
  instantOf,
  ok,
  tryParseCalendarDate,
  type CalendarDate,
  type Decimal,
  type Instant,
  type Result,
} from '../../kernel/index.ts';
import { isIdentifier } from '../../domain/index.ts';
import { valueOf, type FieldProblem, type FixMessage } from '../codec/message.ts';
import { SessionRejectReason as Reason, Tag } from '../dictionary/tags.ts';
import { parseFixDecimal } from '../session/validation.ts';
import { parseUtcTimestamp } from '../session/timestamps.ts';
import type { CodePair } from './codes.ts';

/** Where a report states no TradeDate, the date at the market where our instruments trade. */
const MARKET_ZONE = 'America/New_York';

export class FieldReader {
  readonly #message: FixMessage;
  #problem: FieldProblem | null = null;

  constructor(message: FixMessage) {
    this.#message = message;
  }

  /** The value built from the fields, or the first problem met while they were read. */
  finish<T>(build: () => T): Result<T, FieldProblem> {
    return this.#problem === null ? ok(build()) : err(this.#problem);
  }

  #note(reason: number, tag: number, text: string): null {
    this.#problem ??= { reason, RefTagID: tag, text };
    return null;
  }

  optional(tag: number): string | null {
    return valueOf(this.#message, tag);
  }

  required(tag: number): string {
    return (
      this.optional(tag) ?? this.#note(Reason.RequiredTagMissing, tag, 'Required tag missing') ?? ''
    );
  }

  /** Text that may be an identifier of ours; branded by the caller. */
  id<Id extends string>(tag: number): Id {
    const text = this.required(tag);
    if (text !== '' && !isIdentifier(text))
      this.#note(Reason.ValueIsIncorrect, tag, 'Value is not an identifier');
    return text as Id;
  }

  optionalId<Id extends string>(tag: number): Id | null {
    return this.optional(tag) === null ? null : this.id<Id>(tag);
  }

  code<Word extends string>(tag: number, codes: CodePair<Word>): Word {
    const text = this.required(tag);
    const word = text === '' ? null : codes.fromFix(text);
    if (word === null) this.#note(Reason.ValueIsIncorrect, tag, 'Value is not supported');
    // Only read when no problem was noted: see `finish`.
    return word as Word;
  }

  decimal<U extends string>(tag: number): Decimal<U> {
    this.required(tag);
    return this.optionalDecimal<U>(tag) as Decimal<U>;
  }

  optionalDecimal<U extends string>(tag: number): Decimal<U> | null {
    const text = this.optional(tag);
    if (text === null) return null;
    return (
      parseFixDecimal<U>(text) ??
      this.#note(Reason.IncorrectDataFormatForValue, tag, 'Incorrect data format for value')
    );
  }

  /** A quantity or price: negative ones are refused. */
  amount<U extends string>(tag: number): Decimal<U> {
    return this.#notNegative(tag, this.decimal<U>(tag)) as Decimal<U>;
  }

  optionalAmount<U extends string>(tag: number): Decimal<U> | null {
    return this.#notNegative(tag, this.optionalDecimal<U>(tag));
  }

  #notNegative<U extends string>(tag: number, value: Decimal<U> | null): Decimal<U> | null {
    if (value?.isNegative() !== true) return value;
    return this.#note(Reason.ValueIsIncorrect, tag, 'Value is negative');
  }

  /** TransactTime, or SendingTime where a message leaves it out. */
  transactTime(): Instant {
    const tag = this.optional(Tag.TransactTime) === null ? Tag.SendingTime : Tag.TransactTime;
    const time = parseUtcTimestamp(this.required(tag));
    if (time === null) this.#note(Reason.IncorrectDataFormatForValue, tag, 'Not a UTC timestamp');
    return instantOf(time ?? 0);
  }

  tradeDate(transactTime: Instant): CalendarDate {
    const text = this.optional(Tag.TradeDate);
    if (text === null) return dateInZone(transactTime, MARKET_ZONE);
    const date = tryParseCalendarDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
    if (date === null)
      this.#note(Reason.IncorrectDataFormatForValue, Tag.TradeDate, 'Not a local date');
    return date as CalendarDate;
  }
}

export const fixDate = (date: CalendarDate): string => date.replaceAll('-', '');
