/** The two records that every change leaves in its own transaction: an audit entry and an event. */
import type { JsonValue } from '../kernel/index.ts';
import type { RunId } from '../domain/index.ts';
import type { AuditWriter, Transaction } from '../db/index.ts';
import { appendEvent } from './outbox-postgres.ts';
import type { CommandContext, OmsEvent } from './oms-records.ts';

/** What the order manager and the gateway are made with. */
export interface OmsServices {
  readonly firmId: string;
  readonly audit: AuditWriter;
}

export interface JournalRecord {
  readonly action: string;
  readonly subjectKind: 'block' | 'placement' | 'execution' | 'fixSession' | 'firm';
  readonly subjectId: string;
  readonly runId: RunId | null;
  readonly event: OmsEvent['kind'];
  readonly reasonCode?: string;
  readonly reasonText?: string;
  readonly payload: JsonValue;
}

export async function record(
  tx: Transaction,
  services: OmsServices,
  entry: JournalRecord & { readonly context: CommandContext },
): Promise<void> {
  await services.audit.append(tx, {
    actor: entry.context.actor,
    action: entry.action,
    subjectKind: entry.subjectKind,
    subjectId: entry.subjectId,
    correlationId: entry.context.correlationId ?? entry.runId,
    causationId: null,
    reasonCode: entry.reasonCode ?? null,
    reasonText: entry.reasonText ?? null,
    payload: entry.payload,
  });
  await appendEvent(tx, services.firmId, {
    kind: entry.event,
    subjectId: entry.subjectId,
    runId: entry.runId,
  });
}
