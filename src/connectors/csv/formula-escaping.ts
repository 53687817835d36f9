/**
 * A text cell that starts like a formula gets an apostrophe, so that no spreadsheet runs it, and loses it
 * again on reading. Only text columns are treated: our numbers are text too, and -5 must stay -5.
 * Source: OWASP, CSV Injection.
 */
const FORMULA_START = /^'*[=+\-@\t\r]/;
const GUARDED = /^'+[=+\-@\t\r]/;

export function escapeCell(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

export function unescapeCell(text: string): string {
  return text.charCodeAt(0) === 39 && GUARDED.test(text) ? text.slice(1) : text;
}
