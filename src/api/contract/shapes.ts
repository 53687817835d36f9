/**
 * The shapes that every resource shares. The contract imports zod and nothing else, so that the web
 * client can read its types without pulling in the server.
 *
 * Decimals travel as strings: a JSON number has lost digits before any schema sees it, and is refused.
 */
import { z } from 'zod';

/** As many digits as the kernel keeps: an exact ratio may need all of them. */
const DECIMAL_SHAPE = /^-?\d{1,60}(\.\d{1,60})?$/;
/** What people may ask for. */
const INPUT_SHAPE = /^\d{1,18}(\.\d{1,6})?$/;

/** Plain decimal notation in a string: `"1250.00"`, never `1250`. */
export const decimalText = z
  .string()
  .regex(DECIMAL_SHAPE, 'a decimal is a string in plain notation, for example "1250.00"')
  .meta({ id: 'Decimal', description: 'Exact decimal number as text.', examples: ['1250.00'] });

/** An input greater than zero, with at most six digits after the point. */
export const positiveDecimalText = z
  .string()
  .regex(INPUT_SHAPE, 'a decimal is a string in plain notation, for example "1250.00"')
  .refine((text) => /[1-9]/.test(text), 'must be greater than zero')
  .meta({ id: 'PositiveDecimal', examples: ['100'] });

/** The shape lets February 30 through; the calendar does not. */
function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

export const calendarDate = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a date is YYYY-MM-DD')
  .refine(isDate, 'there is no such date')
  .meta({ id: 'CalendarDate', examples: ['2026-11-20'] });

/** RFC 3339, UTC, milliseconds. */
export const instant = z.string().meta({ id: 'Instant', examples: ['2026-11-20T14:30:00.000Z'] });

/** An identifier in a path, query or body: printable, at most 128 characters. */
export const identifierText = z
  .string()
  .min(1)
  .max(128)
  // Control characters are exactly what is refused.
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'an identifier has no control characters');

export const sha256Text = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a hash is 64 lower-case hexadecimal digits')
  .meta({ id: 'Sha256' });

export const side = z.enum(['buy', 'sell']);
export const verdict = z.enum(['pass', 'fail', 'couldNotCheck']);
export const severity = z.enum(['hard', 'soft', 'warn']);

/** One thing wrong with an input, or a refusal, with its closed code. */
export const finding = z
  .object({
    code: z.string(),
    severity: z.enum(['error', 'warning']),
    message: z.string(),
    location: z.object({
      file: z.string().optional(),
      row: z.number().int().optional(),
      column: z.string().optional(),
      pointer: z.string().optional(),
      accountId: z.string().optional(),
      symbol: z.string().optional(),
    }),
  })
  .meta({ id: 'Finding' });
export type FindingView = z.infer<typeof finding>;

/** RFC 9457. Every 4xx and 5xx has this body and `application/problem+json`. */
export const problem = z
  .object({
    type: z.string().describe('URI reference of the documentation of `code`.'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().describe('The request path.'),
    code: z.string().describe('Closed code; `evenkeel explain CODE` prints its page.'),
    traceId: z.string(),
    /** All errors at once. `pointer` is an RFC 6901 pointer into the body, or names a parameter. */
    errors: z.array(
      z.object({
        pointer: z.string().optional(),
        parameter: z.string().optional(),
        code: z.string(),
        message: z.string(),
        orderId: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

/** `cursor` is opaque: send back the `nextCursor` of the page before. */
export const pageQuery = z.object({
  cursor: z.string().max(512).optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'limit is an integer from 1 to 5000')
    .refine((text) => Number(text) <= 5000, 'limit is at most 5000')
    .optional(),
});

/** A page of `item`; `nextCursor` is null on the last one. `total` counts what the filter matches. */
export function pageOf<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{
  items: z.ZodArray<Item>;
  nextCursor: z.ZodNullable<z.ZodString>;
  total: z.ZodInt;
}> {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    total: z.int(),
  });
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** A reason of a person: a code from the list of that decision, and a sentence of their own. */
export const reasonBody = z.strictObject({
  reasonCode: z.string().min(1).max(64),
  reasonText: z.string().trim().min(3, 'give a reason of at least 3 characters').max(2000),
});
