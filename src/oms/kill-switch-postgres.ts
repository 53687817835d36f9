/** The firm's kill switch: one person engages it, two release it. */
import type { Instant } from '../kernel/index.ts';
import type { Queryable, Transaction } from '../db/index.ts';
import { lockFirm } from './blocks-postgres.ts';
import type { KillSwitch } from './oms-records.ts';

interface KillSwitchRow {
  readonly is_kill_switch_engaged: boolean;
  readonly engaged_by: string | null;
  readonly engaged_reason: string | null;
  readonly engaged_at: string | null;
  readonly release_requested_by: string | null;
}

export async function readKillSwitch(db: Queryable, firmId: string): Promise<KillSwitch> {
  const { rows } = await db.query<KillSwitchRow>(
    `SELECT is_kill_switch_engaged, engaged_by, engaged_reason, engaged_at, release_requested_by
       FROM oms_firm WHERE firm_id = $1`,
    [firmId],
  );
  const row = rows[0];
  return {
    isEngaged: row?.is_kill_switch_engaged ?? false,
    engagedBy: row?.engaged_by ?? null,
    engagedReason: row?.engaged_reason ?? null,
    engagedAt: (row?.engaged_at ?? null) as Instant | null,
    releaseRequestedBy: row?.release_requested_by ?? null,
  };
}

/** Locks the firm and reads its switch: what follows in the transaction can rely on it. */
export async function lockKillSwitch(tx: Transaction, firmId: string): Promise<KillSwitch> {
  await lockFirm(tx, firmId);
  return readKillSwitch(tx, firmId);
}

export async function writeEngaged(
  tx: Transaction,
  firmId: string,
  engaged: { readonly by: string; readonly reason: string },
): Promise<void> {
  await tx.query(
    `UPDATE oms_firm SET is_kill_switch_engaged = true, engaged_by = $2, engaged_reason = $3,
            engaged_at = now(), release_requested_by = NULL
      WHERE firm_id = $1`,
    [firmId, engaged.by, engaged.reason],
  );
}

export async function writeReleaseRequested(
  tx: Transaction,
  firmId: string,
  by: string,
): Promise<void> {
  await tx.query('UPDATE oms_firm SET release_requested_by = $2 WHERE firm_id = $1', [firmId, by]);
}

export async function writeReleased(tx: Transaction, firmId: string): Promise<void> {
  await tx.query(
    `UPDATE oms_firm SET is_kill_switch_engaged = false, engaged_by = NULL, engaged_reason = NULL,
            engaged_at = NULL, release_requested_by = NULL
      WHERE firm_id = $1`,
    [firmId],
  );
}
