/**
 * JSON bodies, before any schema: bounded depth, and no key that could reach a prototype.
 *
 *   AP10  a body is at most one megabyte and 32 levels; `__proto__` and `constructor.prototype` are refused.
 */
import type { Api } from './api-context.ts';
import { refuse } from './problem.ts';

export const BODY_BYTES_MAX = 1_048_576;
const DEPTH_MAX = 32;

/** True when brackets outside of strings nest deeper than `max`. Looks at characters only: cannot overflow. */
export function isDeeperThan(text: string, max: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (isInString) {
      if (char === 0x5c) i += 1;
      else if (char === 0x22) isInString = false;
    } else if (char === 0x22) isInString = true;
    else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > max) return true;
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return false;
}

export function readJsonBodies(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
    (request, body, done) => {
      const text = body.toString();
      // A POST without arguments may come with the header and without a body.
      if (text.trim() === '') {
        done(null, undefined);
        return;
      }
      if (isDeeperThan(text, DEPTH_MAX)) {
        done(refuse('JSON_INVALID', `the body nests deeper than ${String(DEPTH_MAX)} levels`));
        return;
      }
      void parse(request, text, (error, value) => {
        if (error === null) done(null, value);
        else done(refuse('JSON_INVALID', error.message));
      });
    },
  );
}
