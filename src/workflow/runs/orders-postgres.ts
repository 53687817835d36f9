/** Orders under review, their approvals and overrides, in PostgreSQL. */
import type { Instant, JsonValue, Sha256 } from '../../kernel/index.ts';
import type { OrderId, ProposedOrder, Quantity, RunId, Verdict } from '../../domain/index.ts';
import { decimalOf, jsonParameter, type Queryable, type Transaction } from '../../db/index.ts';
import { reviveDecimals } from './decimal-revival.ts';
import type { ApprovalRecord, OrderRecord, OverrideRecord, ReviewState } from './run-record.ts';

interface OrderRow {
  readonly proposed_order: JsonValue;
  readonly state: ReviewState;
  readonly version: number;
  readonly quantity_proposed: string;
  readonly facts_hash: Sha256;
  readonly verdict: Verdict;
  readonly can_override: boolean;
  readonly failed_rule_ids: readonly string[];
  readonly edited_by: string | null;
  readonly held_by: string | null;
  readonly held_at: Instant | null;
  readonly hold_reason_code: string | null;
  readonly hold_reason_text: string | null;
  readonly block_id: string | null;
}

const COLUMNS = `proposed_order, state, version, quantity_proposed, facts_hash, verdict, can_override,
  failed_rule_ids, edited_by, held_by, held_at, hold_reason_code, hold_reason_text, block_id`;

function orderOf(row: OrderRow): OrderRecord {
  return {
    order: reviveDecimals<ProposedOrder>(row.proposed_order),
    state: row.state,
    version: row.version,
    quantityProposed: decimalOf<'Quantity'>(row.quantity_proposed) as Quantity,
    factsHash: row.facts_hash,
    verdict: row.verdict,
    canOverride: row.can_override,
    failedRuleIds: row.failed_rule_ids,
    editedBy: row.edited_by,
    hold:
      row.held_by === null
        ? null
        : {
            heldBy: row.held_by,
            heldAt: row.held_at ?? ('' as Instant),
            reasonCode: row.hold_reason_code ?? '',
            reasonText: row.hold_reason_text ?? '',
          },
    blockId: row.block_id,
  };
}

/** The verdict of a report on one order, with the hash that binds a decision to it. */
export interface OrderJudgment {
  readonly orderId: OrderId;
  readonly factsHash: Sha256;
  readonly verdict: Verdict;
  readonly canOverride: boolean;
  readonly failedRuleIds: readonly string[];
}

const ORDERS_PER_STATEMENT = 2_000;

export async function insertOrders(
  tx: Transaction,
  firmId: string,
  batch: {
    readonly orders: readonly ProposedOrder[];
    readonly judgments: ReadonlyMap<OrderId, OrderJudgment>;
  },
): Promise<void> {
  for (let start = 0; start < batch.orders.length; start += ORDERS_PER_STATEMENT) {
    const rows = batch.orders
      .slice(start, start + ORDERS_PER_STATEMENT)
      .map((order) => ({ order, judgment: batch.judgments.get(order.orderId) }));
    await tx.query(
      `INSERT INTO run_order (firm_id, order_id, run_id, account_id, symbol, side, state, quantity,
         quantity_proposed, estimated_amount, proposed_order, facts_hash, verdict, can_override,
         failed_rule_ids)
       SELECT $1, o->>'orderId', o->>'runId', o->>'accountId', o->>'symbol', o->>'side', 'proposed',
              (o->>'quantity')::numeric, (o->>'quantity')::numeric,
              (o->>'estimatedAmount')::numeric, o, j->>'factsHash', j->>'verdict',
              (j->>'canOverride')::boolean,
              ARRAY (SELECT jsonb_array_elements_text(j->'failedRuleIds'))
         FROM jsonb_array_elements($2::jsonb) AS r,
              LATERAL (SELECT r->'order' AS o, r->'judgment' AS j) AS parts`,
      [firmId, jsonParameter(rows)],
    );
  }
}

export interface OrderFilter {
  readonly runId: string;
  readonly accountId?: string | undefined;
  readonly states?: readonly ReviewState[] | undefined;
  readonly verdict?: string | undefined;
  readonly symbol?: string | undefined;
  /** Account, symbol and order id of the last row of the page before. */
  readonly after?: readonly [string, string, string] | undefined;
  readonly limit?: number | undefined;
}

const FILTER = `firm_id = $1 AND run_id = $2 AND ($3::text IS NULL OR account_id = $3)
  AND ($4::text[] IS NULL OR state = ANY ($4)) AND ($5::text IS NULL OR verdict = $5)
  AND ($6::text IS NULL OR symbol = $6)`;

function filterValues(firmId: string, filter: OrderFilter): unknown[] {
  return [
    firmId,
    filter.runId,
    filter.accountId ?? null,
    filter.states === undefined ? null : [...filter.states],
    filter.verdict ?? null,
    filter.symbol ?? null,
  ];
}

/** By account, symbol, order id. */
export async function listOrders(
  database: Queryable,
  firmId: string,
  filter: OrderFilter,
): Promise<readonly OrderRecord[]> {
  const [accountId, symbol, orderId] = filter.after ?? [null, null, null];
  const { rows } = await database.query<OrderRow>(
    `SELECT ${COLUMNS} FROM run_order
      WHERE ${FILTER}
        AND ($7::text IS NULL OR (account_id, symbol, order_id) > ($7, $8::text, $9::text))
      ORDER BY account_id, symbol, order_id LIMIT $10`,
    [...filterValues(firmId, filter), accountId, symbol, orderId, filter.limit ?? null],
  );
  return rows.map(orderOf);
}

export async function countOrders(
  database: Queryable,
  firmId: string,
  filter: OrderFilter,
): Promise<number> {
  const { rows } = await database.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM run_order WHERE ${FILTER}`,
    filterValues(firmId, filter),
  );
  return rows[0]?.count ?? 0;
}

export async function findOrder(
  database: Queryable,
  firmId: string,
  orderId: string,
): Promise<OrderRecord | null> {
  const { rows } = await database.query<OrderRow>(
    `SELECT ${COLUMNS} FROM run_order WHERE firm_id = $1 AND order_id = $2`,
    [firmId, orderId],
  );
  return rows[0] === undefined ? null : orderOf(rows[0]);
}

export async function findOrders(
  database: Queryable,
  firmId: string,
  orderIds: readonly OrderId[],
): Promise<readonly OrderRecord[]> {
  const { rows } = await database.query<OrderRow>(
    `SELECT ${COLUMNS} FROM run_order WHERE firm_id = $1 AND order_id = ANY ($2) ORDER BY order_id`,
    [firmId, [...orderIds]],
  );
  return rows.map(orderOf);
}

export interface OrderTally {
  readonly state: ReviewState;
  readonly verdict: Verdict;
  readonly count: number;
  /** Of those, how many nothing keeps from release but an approval. */
  readonly clearCount: number;
}

/** Counts per state and verdict. An order is clear when it passes or every failed rule is overridden. */
export async function tallyOrders(
  database: Queryable,
  firmId: string,
  runId: string,
): Promise<readonly OrderTally[]> {
  const { rows } = await database.query<{
    readonly state: ReviewState;
    readonly verdict: Verdict;
    readonly count: number;
    readonly clear_count: number;
  }>(
    `SELECT o.state, o.verdict, count(*) AS count,
            count(*) FILTER (WHERE o.verdict = 'pass' OR (o.can_override AND NOT EXISTS (
              SELECT 1 FROM unnest(o.failed_rule_ids) AS rule WHERE NOT EXISTS (
                SELECT 1 FROM order_override v
                 WHERE v.firm_id = o.firm_id AND v.order_id = o.order_id AND v.rule_id = rule
                   AND v.voided_at IS NULL AND v.facts_hash = o.facts_hash)))) AS clear_count
       FROM run_order o WHERE o.firm_id = $1 AND o.run_id = $2 GROUP BY o.state, o.verdict`,
    [firmId, runId],
  );
  return rows.map((row) => ({
    state: row.state,
    verdict: row.verdict,
    count: row.count,
    clearCount: row.clear_count,
  }));
}

/** Writes the state of orders and counts their versions up. */
export async function saveOrderStates(
  tx: Transaction,
  firmId: string,
  change: { readonly orderIds: readonly OrderId[]; readonly state: ReviewState },
): Promise<void> {
  await tx.query(
    `UPDATE run_order SET state = $3, version = version + 1
      WHERE firm_id = $1 AND order_id = ANY ($2)`,
    [firmId, [...change.orderIds], change.state],
  );
}

/** Replaces an edited order. */
export async function saveEdit(
  tx: Transaction,
  firmId: string,
  edit: { readonly order: ProposedOrder; readonly editedBy: string },
): Promise<void> {
  await tx.query(
    `UPDATE run_order SET proposed_order = $3, quantity = $4, estimated_amount = $5,
       edited_by = $6, version = version + 1 WHERE firm_id = $1 AND order_id = $2`,
    [
      firmId,
      edit.order.orderId,
      jsonParameter(edit.order),
      edit.order.quantity,
      edit.order.estimatedAmount,
      edit.editedBy,
    ],
  );
}

export async function saveHold(
  tx: Transaction,
  firmId: string,
  hold: {
    readonly orderId: OrderId;
    readonly heldBy: string;
    readonly reasonCode: string;
    readonly reasonText: string;
  },
): Promise<void> {
  await tx.query(
    `UPDATE run_order SET state = 'held', held_by = $3, held_at = now(), hold_reason_code = $4,
       hold_reason_text = $5, version = version + 1 WHERE firm_id = $1 AND order_id = $2`,
    [firmId, hold.orderId, hold.heldBy, hold.reasonCode, hold.reasonText],
  );
}

export async function clearHold(
  tx: Transaction,
  firmId: string,
  change: { readonly orderId: OrderId; readonly state: ReviewState },
): Promise<void> {
  await tx.query(
    `UPDATE run_order SET state = $3, held_by = NULL, held_at = NULL, hold_reason_code = NULL,
       hold_reason_text = NULL, version = version + 1 WHERE firm_id = $1 AND order_id = $2`,
    [firmId, change.orderId, change.state],
  );
}

/** Writes new judgments; only orders whose facts changed get a new version. */
export async function saveJudgments(
  tx: Transaction,
  firmId: string,
  judgments: readonly OrderJudgment[],
): Promise<void> {
  for (let start = 0; start < judgments.length; start += ORDERS_PER_STATEMENT) {
    await tx.query(
      `UPDATE run_order o SET facts_hash = j->>'factsHash', verdict = j->>'verdict',
         can_override = (j->>'canOverride')::boolean,
         failed_rule_ids = ARRAY (SELECT jsonb_array_elements_text(j->'failedRuleIds')),
         version = version + 1
         FROM jsonb_array_elements($2::jsonb) AS j
        WHERE o.firm_id = $1 AND o.order_id = j->>'orderId'
          AND o.facts_hash <> j->>'factsHash'`,
      [firmId, jsonParameter(judgments.slice(start, start + ORDERS_PER_STATEMENT))],
    );
  }
}

export async function saveBlockOfOrders(
  tx: Transaction,
  firmId: string,
  change: { readonly orderIds: readonly OrderId[]; readonly blockId: string },
): Promise<void> {
  await tx.query(
    `UPDATE run_order SET state = 'released', block_id = $3, version = version + 1
      WHERE firm_id = $1 AND order_id = ANY ($2)`,
    [firmId, [...change.orderIds], change.blockId],
  );
}

interface ApprovalRow {
  readonly order_id: OrderId;
  readonly order_version: number;
  readonly approver: string;
  readonly proposer: string;
  readonly facts_hash: Sha256;
  readonly reason_text: string;
  readonly approved_at: Instant;
  readonly voided_at: Instant | null;
  readonly void_reason: string | null;
}

/** The newest approval of each order of a run, in force or voided. */
export async function listApprovals(
  database: Queryable,
  firmId: string,
  runId: string,
): Promise<ReadonlyMap<string, ApprovalRecord>> {
  const { rows } = await database.query<ApprovalRow>(
    `SELECT DISTINCT ON (order_id) order_id, order_version, approver, proposer, facts_hash,
            reason_text, approved_at, voided_at, void_reason
       FROM order_approval WHERE firm_id = $1 AND run_id = $2
      ORDER BY order_id, order_version DESC, approved_at DESC`,
    [firmId, runId],
  );
  return new Map(
    rows.map((row) => [
      row.order_id,
      {
        orderId: row.order_id,
        orderVersion: row.order_version,
        approver: row.approver,
        proposer: row.proposer,
        factsHash: row.facts_hash,
        reasonText: row.reason_text,
        approvedAt: row.approved_at,
        voidedAt: row.voided_at,
        voidReason: row.void_reason,
      },
    ]),
  );
}

/** Approves the current versions of orders. The table refuses a proposer or an editor as approver. */
export async function insertApprovals(
  tx: Transaction,
  firmId: string,
  approval: {
    readonly runId: RunId;
    readonly orderIds: readonly OrderId[];
    readonly approver: string;
    readonly proposer: string;
    readonly reasonText: string;
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO order_approval (firm_id, order_id, order_version, run_id, approver, proposer,
       editor, facts_hash, reason_text)
     SELECT firm_id, order_id, version, run_id, $4, $5, edited_by, facts_hash, $6
       FROM run_order WHERE firm_id = $1 AND run_id = $2 AND order_id = ANY ($3)`,
    [
      firmId,
      approval.runId,
      [...approval.orderIds],
      approval.approver,
      approval.proposer,
      approval.reasonText,
    ],
  );
}

/** Voids the approvals in force of these orders; returns those it voided. */
export async function voidApprovals(
  tx: Transaction,
  firmId: string,
  change: { readonly orderIds: readonly OrderId[]; readonly reason: string },
): Promise<readonly { readonly orderId: OrderId; readonly approver: string }[]> {
  const { rows } = await tx.query<{ readonly order_id: OrderId; readonly approver: string }>(
    `UPDATE order_approval SET voided_at = now(), void_reason = $3
      WHERE firm_id = $1 AND order_id = ANY ($2) AND voided_at IS NULL
      RETURNING order_id, approver`,
    [firmId, [...change.orderIds], change.reason],
  );
  return rows.map((row) => ({ orderId: row.order_id, approver: row.approver }));
}

interface OverrideRow {
  readonly order_id: OrderId;
  readonly rule_id: string;
  readonly order_version: number;
  readonly overridden_by: string;
  readonly reason_code: string;
  readonly reason_text: string;
  readonly facts_hash: Sha256;
  readonly overridden_at: Instant;
}

/** Overrides in force of a run's orders, by order and rule. */
export async function listOverrides(
  database: Queryable,
  firmId: string,
  runId: string,
): Promise<readonly OverrideRecord[]> {
  const { rows } = await database.query<OverrideRow>(
    `SELECT order_id, rule_id, order_version, overridden_by, reason_code, reason_text, facts_hash,
            overridden_at
       FROM order_override WHERE firm_id = $1 AND run_id = $2 AND voided_at IS NULL
      ORDER BY order_id, rule_id`,
    [firmId, runId],
  );
  return rows.map((row) => ({
    orderId: row.order_id,
    ruleId: row.rule_id,
    orderVersion: row.order_version,
    overriddenBy: row.overridden_by,
    reasonCode: row.reason_code,
    reasonText: row.reason_text,
    factsHash: row.facts_hash,
    overriddenAt: row.overridden_at,
  }));
}

export async function insertOverride(
  tx: Transaction,
  firmId: string,
  override: {
    readonly record: OrderRecord;
    readonly ruleId: string;
    readonly overriddenBy: string;
    readonly maker: string;
    readonly reasonCode: string;
    readonly reasonText: string;
  },
): Promise<void> {
  const { record } = override;
  await tx.query(
    `INSERT INTO order_override (firm_id, order_id, order_version, rule_id, run_id, overridden_by,
       maker, editor, reason_code, reason_text, facts_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (firm_id, order_id, order_version, rule_id) DO NOTHING`,
    [
      firmId,
      record.order.orderId,
      record.version,
      override.ruleId,
      record.order.runId,
      override.overriddenBy,
      override.maker,
      record.editedBy,
      override.reasonCode,
      override.reasonText,
      record.factsHash,
    ],
  );
}

export async function voidOverrides(
  tx: Transaction,
  firmId: string,
  change: { readonly orderIds: readonly OrderId[]; readonly reason: string },
): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE order_override SET voided_at = now(), void_reason = $3
      WHERE firm_id = $1 AND order_id = ANY ($2) AND voided_at IS NULL`,
    [firmId, [...change.orderIds], change.reason],
  );
  return rowCount;
}

/** How many orders of each account are on their way: neither declined nor allocated. */
export async function openOrderCounts(
  database: Queryable,
  firmId: string,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ readonly account_id: string; readonly count: number }>(
    `SELECT o.account_id, count(*) AS count FROM run_order o
       JOIN rebalance_run r ON r.firm_id = o.firm_id AND r.run_id = o.run_id
      WHERE o.firm_id = $1 AND o.state NOT IN ('declined', 'allocated')
        AND r.state NOT IN ('allocated', 'reconciled', 'failed')
      GROUP BY o.account_id`,
    [firmId],
  );
  return new Map(rows.map((row) => [row.account_id, row.count]));
}
