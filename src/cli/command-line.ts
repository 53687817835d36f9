/** The commands and their options, in one place: what `evenkeel --help` says is what there is. */
import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { registerAuditCommands } from './register/audit-commands.ts';
import { registerFileCommands } from './register/file-commands.ts';
import { registerReferenceCommands } from './register/reference-commands.ts';
import { registerServerCommands } from './register/server-commands.ts';

/**
 * Runs one command line.
 *
 * @returns the exit code: 0 ok, 2 usage, 3 not allowed, 4 blocked, 5 partial, 6 unavailable
 */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = new Command('evenkeel')
    .description('Portfolio rebalancing and optimization for investment advisers.')
    .exitOverride()
    .showHelpAfterError('(add --help for the options)');
  const settle = (code: ExitCode): void => {
    exitCode = code;
  };
  registerFileCommands(program, settle);
  registerServerCommands(program, settle);
  registerAuditCommands(program, settle);
  registerReferenceCommands(program, settle);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}
