import { catalog, type Code } from '../../domain/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Terminal } from '../output/terminal.ts';

/** The text of one code, as the error reference prints it. */
export function explanation(code: Code): string {
  const { meaning, advice, httpStatus } = catalog[code];
  return `${code}\n  ${meaning}\n  What to do: ${advice}\n  HTTP status: ${String(httpStatus)}`;
}

/** Prints what a code means; without a code, all of them. @returns 2 for a code that does not exist */
export function explainCommand(
  code: string | undefined,
  context: { readonly isJson: boolean; readonly terminal: Terminal },
): ExitCode {
  const { isJson, terminal } = context;
  const codes = Object.keys(catalog).sort() as Code[];
  if (code !== undefined && !codes.includes(code as Code)) {
    terminal.note(`no such code: ${code}; 'evenkeel explain' lists them`);
    return EXIT.usage;
  }
  const shown = code === undefined ? codes : [code as Code];
  if (isJson) {
    const document = Object.fromEntries(shown.map((name) => [name, catalog[name]]));
    terminal.out(JSON.stringify(document, null, 2));
  } else {
    terminal.out(shown.map(explanation).join('\n\n'));
  }
  return EXIT.ok;
}
