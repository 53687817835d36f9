/** The commands and their options, in one place: what `evenkeel --help` says is what there is. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { explainCommand } from './commands/explain.ts';
import { rebalanceCommand } from './commands/rebalance.ts';
import { processTerminal } from './output/terminal.ts';

/** A command's exit code, carried out of commander's action. */
type Settle = (code: ExitCode) => void;

/**
 * Runs one command line.
 *
 * @returns the exit code of FORMATS: 0 ok, 2 usage, 3 not allowed, 4 blocked, 5 partial, 6 unavailable
 */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

function buildProgram(settle: Settle): Command {
  const program = new Command('evenkeel')
    .description('Portfolio rebalancing and optimization for investment advisers.')
    .exitOverride()
    .showHelpAfterError('(add --help for the options)');
  addFileCommands(program, settle);
  addReferenceCommands(program, settle);
  return program;
}

function addFileCommands(program: Command, settle: Settle): void {
  program
    .command('rebalance')
    .description('propose orders for a firm directory, without a server')
    .argument('<firm-dir>', 'directory of accounts.csv, tax-lots.csv, … (FORMATS section 1)')
    .option('--as-of <date>', 'business date; default: the last price date')
    .option('--kind <kind>', 'full, toBand, investCash, raiseCash or hold', 'full')
    .option('--account <id...>', 'only these accounts')
    .option('--reason <text>', 'why the run is made; part of its record')
    .option('--out <dir>', 'also write orders.csv, accounts.csv, report.html and result.json there')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (directory: string, options: RebalanceFlags) => {
      const { asOf, kind, account, reason, out, json } = options;
      settle(
        await rebalanceCommand(
          { directory, asOf, kind, accounts: account, reason, out, isJson: json },
          processTerminal,
        ),
      );
    });
}

interface RebalanceFlags {
  readonly asOf?: string;
  readonly kind?: string;
  readonly account?: string[];
  readonly reason?: string;
  readonly out?: string;
  readonly json: boolean;
}

function addReferenceCommands(program: Command, settle: Settle): void {
  program
    .command('explain')
    .description('what an error or refusal code means and what to do about it')
    .argument('[code]', 'a code; without one, all codes are listed')
    .option('--json', 'print one JSON document on standard output', false)
    .action((code: string | undefined, options: { readonly json: boolean }) => {
      settle(explainCommand(code, { isJson: options.json, terminal: processTerminal }));
    });
}

/** A TCP port; 0 asks the system for a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('a port is an integer from 0 to 65535');
  }
  return port;
}
