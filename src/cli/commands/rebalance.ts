/** `evenkeel rebalance FIRM_DIR`: the main job on files alone, without a server (FORMATS section 1). */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountsAtFault, type FirmDirectoryReading } from '../../connectors/index.ts';
import { evaluateCompliance, shippedRules } from '../../compliance/index.ts';
import {
  errorFinding,
  REBALANCE_KINDS,
  type AccountId,
  type ComplianceReport,
  type Finding,
  type FirmBook,
  type RebalanceKind,
  type RebalanceRun,
  type Snapshot,
} from '../../domain/index.ts';
import { tryParseCalendarDate, type CalendarDate } from '../../kernel/index.ts';
import { takeSnapshot } from '../../vault/index.ts';
import { proposeRebalance } from '../../workflow/rebalance/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { loadFirmDirectory } from '../firm-directory-files.ts';
import { findingDocument, findingLines } from '../output/findings.ts';
import { writeJsonDocument, type DocumentField } from '../output/json-stream.ts';
import { accountsCsv, ordersCsv } from '../output/rebalance-csv.ts';
import {
  ordersOf,
  rebalanceDocument,
  type RunTotalsDocument,
} from '../output/rebalance-document.ts';
import { rebalanceReport } from '../output/rebalance-report.ts';
import { rebalanceSummary } from '../output/rebalance-summary.ts';
import type { Terminal } from '../output/terminal.ts';

export interface RebalanceOptions {
  readonly directory: string;
  /** Default: the last price date of the directory. */
  readonly asOf?: string | undefined;
  readonly kind?: string | undefined;
  readonly out?: string | undefined;
  readonly reason?: string | undefined;
  /** Only these accounts; default all. */
  readonly accounts?: readonly string[] | undefined;
  readonly isJson: boolean;
}

/** What the options say, once they have been found to make sense. */
interface Request {
  readonly asOfDate: CalendarDate;
  readonly kind: RebalanceKind;
  readonly reason: string;
  readonly accounts: readonly AccountId[];
}

/**
 * The compliance report is a draft here: it says what would block a release, and nothing is released.
 *
 * @returns 0 when every account was decided; 2 when the input cannot be used at all; 5 when some accounts
 *   were refused
 */
export async function rebalanceCommand(
  options: RebalanceOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const reading = await loadFirmDirectory(options.directory);
  const request = requestOf(options, reading.book);
  const unusable = [...reading.findings.filter(isFatal), ...request.findings];
  if (unusable.length > 0) {
    return reportUnusable([...unusable, ...reading.findings.filter((f) => !isFatal(f))], {
      options,
      terminal,
    });
  }
  const { run, report, snapshot } = await decide(reading, request.value, terminal);
  const missing = missingAccounts(reading.findings, snapshot);
  const fields = withMissing(rebalanceDocument(run, report), missing);
  if (options.out !== undefined) await writeOutput(options.out, { run, report, fields });
  if (options.isJson) writeJsonDocument(fields, (text) => terminal.out(text));
  else terminal.out(rebalanceSummary(run, report));
  const findings = [...run.findings, ...run.accounts.flatMap((account) => account.findings)];
  for (const line of findingLines(findings)) terminal.note(line);
  const isPartial =
    missing.size > 0 || run.accounts.some((account) => account.status === 'refused');
  return isPartial ? EXIT.partial : EXIT.ok;
}

async function decide(
  reading: FirmDirectoryReading,
  request: Request,
  terminal: Terminal,
): Promise<{ run: RebalanceRun; report: ComplianceReport; snapshot: Snapshot }> {
  const taken = takeSnapshot(reading.book, request.asOfDate);
  const snapshot = {
    ...taken,
    findings: [...reading.findings, ...heldBackFindings(reading), ...taken.findings],
  };
  const trigger = { kind: 'manual', reason: request.reason } as const;
  const run = await proposeRebalance(
    {
      snapshot,
      request: {
        rebalanceKind: request.kind,
        asOfDate: request.asOfDate,
        reason: request.reason,
        accounts: new Map(request.accounts.map((accountId) => [accountId, [trigger]])),
      },
    },
    progressNote(terminal),
  );
  const report = evaluateCompliance({
    run,
    snapshot,
    orders: [...ordersOf(run)],
    rules: shippedRules(snapshot.settings),
    asOfDate: request.asOfDate,
  });
  return { run, report, snapshot };
}

/** Accounts between two lines of progress where there is no terminal to redraw. */
const NOTE_EVERY = 1000;

function progressNote(terminal: Terminal): (done: number, total: number) => void {
  let noted = 0;
  return (done, total) => {
    if (done - noted < NOTE_EVERY && done !== total) return;
    noted = done;
    terminal.note(`${String(done)} of ${String(total)} accounts`);
  };
}

/** Without accounts or prices there is nothing to decide; a bad row only keeps its account out. */
function isFatal(finding: Finding): boolean {
  const { severity, location } = finding;
  if (severity !== 'error') return false;
  return location.row === undefined && location.accountId === undefined;
}

function requestOf(
  options: RebalanceOptions,
  book: FirmBook,
): { value: Request; findings: Finding[] } {
  const findings: Finding[] = [];
  const asOfDate =
    options.asOf === undefined ? lastPriceDate(book) : tryParseCalendarDate(options.asOf);
  if (asOfDate === null) {
    const text =
      options.asOf === undefined
        ? 'no --as-of given and prices.csv has no date to take instead'
        : `--as-of ${options.asOf} is not a date (YYYY-MM-DD)`;
    findings.push(errorFinding('OPTION_INVALID', text));
  }
  const kind = options.kind ?? 'full';
  if (!(REBALANCE_KINDS as readonly string[]).includes(kind)) {
    const text = `--kind ${kind} is not one of ${REBALANCE_KINDS.join(', ')}`;
    findings.push(errorFinding('OPTION_INVALID', text));
  }
  const all = [...book.accounts.keys()];
  for (const id of options.accounts ?? []) {
    if (book.accounts.has(id as AccountId)) continue;
    findings.push(errorFinding('OPTION_INVALID', `--account ${id} is not in accounts.csv`));
  }
  return {
    value: {
      asOfDate: asOfDate as CalendarDate,
      kind: kind as RebalanceKind,
      reason: options.reason ?? `${kind} rebalance from files`,
      accounts: (options.accounts as readonly AccountId[] | undefined) ?? all,
    },
    findings,
  };
}

function lastPriceDate(book: FirmBook): CalendarDate | null {
  let last: CalendarDate | null = null;
  for (const bars of book.prices.values()) {
    const date = bars.at(-1)?.date;
    if (date !== undefined && (last === null || date > last)) last = date;
  }
  return last;
}

/** Accounts that appear in the input but could not be read at all. */
function missingAccounts(
  findings: readonly Finding[],
  snapshot: Snapshot,
): Map<string, readonly Finding[]> {
  const missing = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { accountId } = finding.location;
    if (finding.severity !== 'error' || accountId === undefined) continue;
    if (snapshot.accounts.has(accountId as AccountId)) continue;
    missing.set(accountId, [...(missing.get(accountId) ?? []), finding]);
  }
  return missing;
}

/** Accounts held back by an error that is not their own row, each told so under its own name. */
function heldBackFindings(reading: FirmDirectoryReading): Finding[] {
  const named = new Set(reading.findings.map((finding) => finding.location.accountId));
  return [...accountsAtFault(reading.findings, reading.book)]
    .filter((accountId) => !named.has(accountId))
    .map((accountId) =>
      errorFinding('ACCOUNT_DATA_REJECTED', 'a record that concerns every account was rejected', {
        accountId,
      }),
    );
}

function withMissing(
  fields: readonly DocumentField[],
  missing: ReadonlyMap<string, readonly Finding[]>,
): DocumentField[] {
  return fields.map((field) => {
    if (field.name === 'totals' && 'value' in field) {
      const totals = field.value as RunTotalsDocument;
      return { name: field.name, value: { ...totals, refused: totals.refused + missing.size } };
    }
    if (field.name !== 'refusals' || !('items' in field)) return field;
    const extra = [...missing].map(([accountId, findings]) => ({
      accountId,
      findings: findings.map(findingDocument),
      conflict: [],
    }));
    return { name: field.name, items: [...field.items, ...extra] };
  });
}

function reportUnusable(
  findings: readonly Finding[],
  context: { readonly options: RebalanceOptions; readonly terminal: Terminal },
): ExitCode {
  const { options, terminal } = context;
  if (options.isJson) {
    const fields = [{ name: 'errors', items: findings.map(findingDocument) }];
    writeJsonDocument(fields, (text) => terminal.out(text));
  }
  for (const line of findingLines(findings)) terminal.note(line);
  return EXIT.usage;
}

async function writeOutput(
  directory: string,
  output: {
    readonly run: RebalanceRun;
    readonly report: ComplianceReport;
    readonly fields: readonly DocumentField[];
  },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const pieces: string[] = [];
  writeJsonDocument(output.fields, (text) => pieces.push(text));
  await writeFile(join(directory, 'result.json'), pieces);
  await writeFile(join(directory, 'orders.csv'), ordersCsv(output.run));
  await writeFile(join(directory, 'accounts.csv'), accountsCsv(output.run));
  await writeFile(join(directory, 'report.html'), rebalanceReport(output.run, output.report));
}
