import type { Command } from 'commander';
import { explainCommand } from '../commands/explain.ts';
import { schemaCommand } from '../commands/schema.ts';
import { processTerminal } from '../output/terminal.ts';
import type { Settle } from './settle.ts';

/** Commands that answer from what the product knows of itself. */
export function registerReferenceCommands(program: Command, settle: Settle): void {
  program
    .command('explain')
    .description('what an error or refusal code means and what to do about it')
    .argument('[code]', 'a code; without one, all codes are listed')
    .option('--json', 'print one JSON document on standard output', false)
    .action((code: string | undefined, flags: { readonly json: boolean }) => {
      settle(explainCommand(code, { isJson: flags.json, terminal: processTerminal }));
    });
  program
    .command('schema')
    .description('print the JSON Schema of an input file')
    .argument('<name>', 'for example accounts.csv or settings.json')
    .action((name: string) => {
      const { text, exitCode } = schemaCommand(name);
      if (exitCode === 0) processTerminal.out(text);
      else processTerminal.note(text);
      settle(exitCode);
    });
}
