import type { Command } from 'commander';
import { auditExportCommand, auditVerifyCommand } from '../commands/audit.ts';
import { processTerminal } from '../output/terminal.ts';
import type { Settle } from './settle.ts';

interface VerifyFlags {
  readonly keys?: string;
  readonly checkpoint?: string;
  readonly json: boolean;
}

export function registerAuditCommands(program: Command, settle: Settle): void {
  const audit = program.command('audit').description('export the audit log and verify an export');
  audit
    .command('export')
    .description('write the log of the store to a directory')
    .argument('<dir>', 'made if it is not there')
    .action(async (directory: string) => {
      settle(await auditExportCommand({ directory }, processTerminal));
    });
  audit
    .command('verify')
    .description('verify an exported log without server or database')
    .argument('<path>', 'directory that audit export wrote')
    .option('--keys <file>', 'verifier keys from elsewhere than the export, one per line')
    .option('--checkpoint <file>', 'a checkpoint kept from earlier, which the log must contain')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (directory: string, flags: VerifyFlags) => {
      const { keys, checkpoint, json } = flags;
      settle(
        await auditVerifyCommand(
          { directory, keysFile: keys, checkpointFile: checkpoint, isJson: json },
          processTerminal,
        ),
      );
    });
}
