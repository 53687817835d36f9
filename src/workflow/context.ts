/** What every command and worker of the workflow is handed. */
import type { Clock, IdGenerator, JsonValue } from '../kernel/index.ts';
import { toPlainJson } from '../kernel/index.ts';
import type { CalendarDate } from '../kernel/index.ts';
import type {
  Allocation,
  ComplianceRule,
  Finding,
  FirmSettings,
  LotSelection,
  OrderId,
  Snapshot,
} from '../domain/index.ts';
import type { AuditWriter, Database, Transaction } from '../db/index.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import type { TradingDesk } from './trading/trading-desk.ts';

/** The books: what the workflow asks of the vault. */
export interface BookSource {
  /** Changes whenever the books change; null when no firm has been imported. */
  version(): Promise<string | null>;
  /** The date of the newest prices. @throws when the vault is empty */
  latestDate(): Promise<CalendarDate>;
  /** The date of the oldest books: before it there is nothing to take a snapshot of. */
  earliestDate(): Promise<CalendarDate>;
  /** The firm as known now, on a date. */
  snapshot(asOfDate: CalendarDate): Promise<Snapshot>;
  /**
   * Names, instruments, prices and settings of a date, from a snapshot whose positions and cash may be
   * older: what listings need, without a new snapshot after every booking.
   */
  reference(asOfDate: CalendarDate): Promise<Snapshot>;
  /**
   * Books allocations: lots, cash, history. In the caller's transaction; repeated, it changes nothing.
   *
   * @param booking.lotSelections the lots that each sale was approved with
   * @returns what could not be booked, and warnings
   */
  recordAllocations(
    tx: Transaction,
    booking: {
      readonly allocations: readonly Allocation[];
      readonly lotSelections: ReadonlyMap<OrderId, readonly LotSelection[]>;
    },
  ): Promise<readonly Finding[]>;
}

/** Where statements come in and instructions go out: folders, as custodians use them. */
export interface FileExchange {
  readonly inboxDirectory: string;
  readonly outboxDirectory: string;
}

export interface WorkflowContext {
  readonly database: Database;
  readonly audit: AuditWriter;
  readonly firmId: string;
  readonly ids: IdGenerator;
  readonly clock: Clock;
  readonly books: BookSource;
  readonly desk: TradingDesk;
  readonly jobs: JobQueue;
  /** The rules that a firm's settings put in force. */
  readonly rulesFor: (settings: FirmSettings) => readonly ComplianceRule[];
  readonly files: FileExchange;
  /** Faults of workers, which have nobody to throw to. */
  readonly onFault: (where: string, error: unknown) => void;
}

/** One decision or event, in the words of the workflow. */
export interface DecisionEntry {
  readonly actor: string;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly runId: string | null;
  readonly causationId?: string | null;
  readonly reasonCode?: string | null;
  readonly reasonText?: string | null;
  readonly payload: unknown;
}

/** Writes a decision to the audit log, in the transaction that carries it out. */
export async function recordDecision(
  context: Pick<WorkflowContext, 'audit'>,
  tx: Transaction,
  entry: DecisionEntry,
): Promise<void> {
  const payload: JsonValue = toPlainJson(entry.payload);
  await context.audit.append(tx, {
    actor: entry.actor,
    action: entry.action,
    subjectKind: entry.subjectKind,
    subjectId: entry.subjectId,
    correlationId: entry.runId,
    causationId: entry.causationId ?? null,
    reasonCode: entry.reasonCode ?? null,
    reasonText: entry.reasonText ?? null,
    payload,
  });
}
