import type { Command } from 'commander';
import { tryParseCalendarDate } from '../../kernel/index.ts';
import { generateFirmCommand } from '../commands/generate.ts';
import { importCommand } from '../commands/import.ts';
import { optimizeCommand } from '../commands/optimize.ts';
import { rebalanceCommand } from '../commands/rebalance.ts';
import { solveCommand } from '../commands/solve.ts';
import { EXIT } from '../exit-codes.ts';
import { importDocument, importSummary } from '../output/import-document.ts';
import { findingLines } from '../output/findings.ts';
import { writeJsonDocument } from '../output/json-stream.ts';
import { processTerminal } from '../output/terminal.ts';
import { parsePositiveInteger, parsePositiveNumber } from './option-values.ts';
import type { Settle } from './settle.ts';

/** Commands that read and write files and need no server. */
export function registerFileCommands(program: Command, settle: Settle): void {
  registerRebalance(program, settle);
  registerImport(program, settle);
  registerGenerate(program, settle);
  registerOptimize(program, settle);
  registerSolve(program, settle);
}

interface RebalanceFlags {
  readonly asOf?: string;
  readonly kind?: string;
  readonly account?: string[];
  readonly reason?: string;
  readonly out?: string;
  readonly json: boolean;
}

function registerRebalance(program: Command, settle: Settle): void {
  program
    .command('rebalance')
    .description('propose orders for a firm directory, without a server')
    .argument(
      '<firm-dir>',
      'directory of accounts.csv, tax-lots.csv, … (see docs/reference/formats.md)',
    )
    .option('--as-of <date>', 'business date; default: the last price date')
    .option('--kind <kind>', 'full, toBand, investCash, raiseCash or hold', 'full')
    .option('--account <id...>', 'only these accounts')
    .option('--reason <text>', 'why the run is made; part of its record')
    .option('--out <dir>', 'also write orders.csv, accounts.csv, report.html and result.json there')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (directory: string, flags: RebalanceFlags) => {
      const { asOf, kind, account, reason, out, json } = flags;
      const options = { directory, asOf, kind, accounts: account, reason, out, isJson: json };
      settle(await rebalanceCommand(options, processTerminal));
    });
}

function registerImport(program: Command, settle: Settle): void {
  program
    .command('import')
    .description('read custodian files (Schwab CSV, IBKR Flex XML) into canonical records')
    .argument('<file...>', 'files; their format is found from what they say, not from their names')
    .option('--out <dir>', 'write the records into this firm directory, or merge them into it')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (files: string[], flags: { readonly out?: string; readonly json: boolean }) => {
      const { out, json } = flags;
      const outcome = await importCommand({ files, ...(out === undefined ? {} : { out }) });
      if (json) writeJsonDocument(importDocument(outcome), (text) => processTerminal.out(text));
      else processTerminal.out(importSummary(outcome));
      for (const line of findingLines([...outcome.issues, ...outcome.setup])) {
        processTerminal.note(line);
      }
      settle(outcome.exitCode);
    });
}

interface GenerateFlags {
  readonly seed: string;
  readonly households?: number;
  readonly accounts?: number;
  readonly positions?: number;
  readonly asOf?: string;
  readonly out: string;
}

function registerGenerate(program: Command, settle: Settle): void {
  program
    .command('generate')
    .description('write a synthetic firm')
    .command('firm')
    .description(
      'a firm of households, accounts, lots, prices, models and restrictions from a seed',
    )
    .requiredOption('--seed <seed>', 'the same seed gives the same firm')
    .option('--households <n>', 'number of households (default 80)', parsePositiveInteger)
    .option('--accounts <n>', 'number of accounts instead', parsePositiveInteger)
    .option('--positions <n>', 'names in a balanced account, 30 to 60', parsePositiveInteger)
    .option('--as-of <date>', 'last day with prices')
    .requiredOption('--out <dir>', 'where to write the firm directory')
    .action(async (flags: GenerateFlags) => {
      const { seed, households, accounts, positions, asOf, out } = flags;
      const asOfDate = asOf === undefined ? undefined : tryParseCalendarDate(asOf);
      if (asOfDate === null) {
        processTerminal.note(`--as-of ${String(asOf)} is not a date (YYYY-MM-DD)`);
        settle(EXIT.usage);
        return;
      }
      const summary = await generateFirmCommand({
        seed,
        out,
        ...(households === undefined ? {} : { households }),
        ...(accounts === undefined ? {} : { accounts }),
        ...(positions === undefined ? {} : { positionsPerAccount: positions }),
        ...(asOfDate === undefined ? {} : { asOfDate }),
      });
      processTerminal.out(JSON.stringify(summary, null, 2));
      settle(EXIT.ok);
    });
}

interface SolveFlags {
  readonly tolerance?: number;
  readonly gap?: number;
  readonly timeLimit?: number;
  readonly json: boolean;
}

function registerSolve(program: Command, settle: Settle): void {
  program
    .command('solve')
    .description('solve a convex quadratic, linear or integer problem (QPS, MPS or JSON)')
    .argument('<file>', 'the problem, gzipped or not; - for standard input')
    .option(
      '--tolerance <t>',
      'relative residuals and gap of an answer (default 1e-8)',
      parsePositiveNumber,
    )
    .option(
      '--gap <g>',
      'integer problems: relative distance to the proven bound (default 1e-6)',
      parsePositiveNumber,
    )
    .option('--time-limit <seconds>', 'end an integer search then', parsePositiveNumber)
    .option('--json', 'print one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExits with 0 when the status is proven (optimal, infeasible or unbounded), 5 for iterationLimit\nand 2 for a file that cannot be used.',
    )
    .action(async (file: string, flags: SolveFlags) => {
      const { tolerance, gap, timeLimit, json } = flags;
      const options = { file, tolerance, gap, timeLimitSeconds: timeLimit, isJson: json };
      settle(await solveCommand(options, processTerminal));
    });
}

interface OptimizeFlags {
  readonly tolerance?: number;
  readonly timeLimit?: number;
  readonly json: boolean;
}

function registerOptimize(program: Command, settle: Settle): void {
  program
    .command('optimize')
    .description('find the best portfolio of a portfolio problem (JSON), with its proof')
    .argument('<file>', 'the problem, gzipped or not; - for standard input')
    .option(
      '--tolerance <t>',
      'gap relative to the objective (default: as the document says, or 1e-9)',
      parsePositiveNumber,
    )
    .option(
      '--time-limit <seconds>',
      'end a search over whole names or lots then (default 30)',
      parsePositiveNumber,
    )
    .option('--json', 'print one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nThe format: evenkeel schema portfolio-problem. Exits with 0 when the status is proven (optimal,\ninfeasible or unbounded), 5 for iterationLimit and 2 for a problem that cannot be used.',
    )
    .action(async (file: string, flags: OptimizeFlags) => {
      const { tolerance, timeLimit, json } = flags;
      const options = { file, tolerance, timeLimitSeconds: timeLimit, isJson: json };
      settle(await optimizeCommand(options, processTerminal));
    });
}
