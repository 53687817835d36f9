/** Placements, their ClOrdID chain and their executions, as rows. */
import type { Instant } from '../kernel/index.ts';
import {
  identifier,
  type BlockId,
  type ClientOrderId,
  type Execution,
  type ExecutionId,
  type ExecutionType,
  type OrderStatus,
  type OrderType,
  type Placement,
  type PlacementId,
  type Price,
  type Side,
  type TimeInForce,
} from '../domain/index.ts';
import {
  dateOf,
  decimalOf,
  nullableDecimalOf,
  type Queryable,
  type Transaction,
} from '../db/index.ts';
import type { ExecutionFlag } from './execution-flag.ts';
import type { PlacementRecord, PlacementVersion } from './oms-records.ts';

export interface PlacementRow {
  readonly placement_id: string;
  readonly block_id: string;
  readonly run_id: string;
  readonly attempt: number;
  readonly executing_broker: string;
  readonly client_order_id: string;
  readonly broker_order_id: string | null;
  readonly symbol: string;
  readonly side: string;
  readonly order_quantity: string;
  readonly order_type: string;
  readonly limit_price: string | null;
  readonly time_in_force: string;
  readonly trade_date: string;
  readonly reference_price: string | null;
  readonly status: string;
  readonly cumulative_quantity: string;
  readonly leaves_quantity: string;
  readonly average_price: string | null;
  readonly status_text: string | null;
  readonly version: number;
  readonly sent_at: string | null;
  readonly updated_at: string;
}

export const PLACEMENT_COLUMNS = `
  p.placement_id, p.block_id, b.run_id, p.attempt, p.executing_broker, p.client_order_id,
  p.broker_order_id, p.symbol, p.side, p.order_quantity, p.order_type, p.limit_price, p.time_in_force,
  p.trade_date, p.reference_price, p.status, p.cumulative_quantity, p.leaves_quantity, p.average_price,
  p.status_text, p.version, p.sent_at, p.updated_at`;

export function placementOf(row: PlacementRow): Placement {
  return {
    placementId: identifier(row.placement_id),
    blockId: identifier(row.block_id),
    clientOrderId: identifier(row.client_order_id),
    brokerOrderId: row.broker_order_id,
    executingBroker: row.executing_broker,
    symbol: identifier(row.symbol),
    side: row.side as Side,
    orderQuantity: decimalOf<'Quantity'>(row.order_quantity),
    orderType: row.order_type as OrderType,
    limitPrice: nullableDecimalOf<'Price'>(row.limit_price),
    timeInForce: row.time_in_force as TimeInForce,
    tradeDate: dateOf(row.trade_date),
    status: row.status as OrderStatus,
    cumulativeQuantity: decimalOf<'Quantity'>(row.cumulative_quantity),
    leavesQuantity: decimalOf<'Quantity'>(row.leaves_quantity),
    averagePrice: nullableDecimalOf<'Price'>(row.average_price),
    text: row.status_text,
  };
}

export function recordOf(row: PlacementRow): PlacementRecord {
  return {
    placement: placementOf(row),
    runId: identifier(row.run_id),
    version: row.version,
    attempt: row.attempt,
    referencePrice: nullableDecimalOf<'Price'>(row.reference_price),
    sentAt: row.sent_at as Instant | null,
  };
}

/** Reads a placement and locks it until the transaction ends. */
export async function lockPlacement(
  tx: Transaction,
  firmId: string,
  placementId: PlacementId,
): Promise<PlacementRecord | null> {
  const { rows } = await tx.query<PlacementRow>(
    `SELECT ${PLACEMENT_COLUMNS} FROM placement p
       JOIN block b ON b.firm_id = p.firm_id AND b.block_id = p.block_id
      WHERE p.firm_id = $1 AND p.placement_id = $2 FOR UPDATE OF p`,
    [firmId, placementId],
  );
  return rows[0] === undefined ? null : recordOf(rows[0]);
}

/** Reads a placement without a lock. */
export async function placementRecord(
  db: Queryable,
  firmId: string,
  placementId: PlacementId,
): Promise<PlacementRecord | null> {
  const { rows } = await db.query<PlacementRow>(
    `SELECT ${PLACEMENT_COLUMNS} FROM placement p
       JOIN block b ON b.firm_id = p.firm_id AND b.block_id = p.block_id
      WHERE p.firm_id = $1 AND p.placement_id = $2`,
    [firmId, placementId],
  );
  return rows[0] === undefined ? null : recordOf(rows[0]);
}

/** The placement to whose chain a ClOrdID belongs. */
export async function placementIdOf(
  db: Queryable,
  firmId: string,
  clientOrderId: ClientOrderId,
): Promise<PlacementId | null> {
  const { rows } = await db.query<{ placement_id: string }>(
    'SELECT placement_id FROM placement_version WHERE firm_id = $1 AND client_order_id = $2',
    [firmId, clientOrderId],
  );
  return rows[0] === undefined ? null : identifier<PlacementId>(rows[0].placement_id);
}

export async function placementsOfBlocks(
  db: Queryable,
  firmId: string,
  blockIds: readonly BlockId[],
): Promise<readonly PlacementRow[]> {
  const { rows } = await db.query<PlacementRow>(
    `SELECT ${PLACEMENT_COLUMNS} FROM placement p
       JOIN block b ON b.firm_id = p.firm_id AND b.block_id = p.block_id
      WHERE p.firm_id = $1 AND p.block_id = ANY($2::text[]) ORDER BY p.block_id, p.attempt`,
    [firmId, blockIds],
  );
  return rows;
}

export interface NewPlacement {
  readonly placement: Placement;
  readonly attempt: number;
  readonly referencePrice: Price | null;
}

export async function insertPlacement(
  tx: Transaction,
  firmId: string,
  { placement, attempt, referencePrice }: NewPlacement,
): Promise<void> {
  await tx.query(
    `INSERT INTO placement (firm_id, placement_id, block_id, attempt, executing_broker,
       client_order_id, symbol, side, order_quantity, order_type, limit_price, time_in_force,
       trade_date, reference_price, status, leaves_quantity)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      firmId,
      placement.placementId,
      placement.blockId,
      attempt,
      placement.executingBroker,
      placement.clientOrderId,
      placement.symbol,
      placement.side,
      placement.orderQuantity,
      placement.orderType,
      placement.limitPrice,
      placement.timeInForce,
      placement.tradeDate,
      referencePrice,
      placement.status,
      placement.leavesQuantity,
    ],
  );
}

/** Writes what changes in a placement's life. The caller holds its lock. */
export async function savePlacement(
  tx: Transaction,
  firmId: string,
  placement: Placement,
): Promise<void> {
  await tx.query(
    `UPDATE placement
        SET client_order_id = $3, broker_order_id = $4, order_quantity = $5, limit_price = $6,
            status = $7, cumulative_quantity = $8, leaves_quantity = $9, average_price = $10,
            is_overfilled = $11, status_text = $12, updated_at = now(),
            sent_at = CASE WHEN $7 = 'sent' THEN coalesce(sent_at, now()) ELSE sent_at END
      WHERE firm_id = $1 AND placement_id = $2`,
    [
      firmId,
      placement.placementId,
      placement.clientOrderId,
      placement.brokerOrderId,
      placement.orderQuantity,
      placement.limitPrice,
      placement.status,
      placement.cumulativeQuantity,
      placement.leavesQuantity,
      placement.averagePrice,
      placement.cumulativeQuantity.isGreaterThan(placement.orderQuantity),
      placement.text,
    ],
  );
}

export async function insertVersion(
  tx: Transaction,
  firmId: string,
  version: PlacementVersion & { readonly requestedBy: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO placement_version (firm_id, placement_id, version, kind, client_order_id,
       original_client_order_id, order_quantity, requested_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      firmId,
      version.placementId,
      version.version,
      version.kind,
      version.clientOrderId,
      version.originalClientOrderId,
      version.orderQuantity,
      version.requestedBy,
    ],
  );
  await tx.query('UPDATE placement SET version = $3 WHERE firm_id = $1 AND placement_id = $2', [
    firmId,
    version.placementId,
    version.version,
  ]);
}

export async function setVersionState(
  tx: Transaction,
  firmId: string,
  change: {
    readonly placementId: PlacementId;
    readonly kind: 'new' | 'cancel';
    readonly from: readonly string[];
    readonly to: 'sent' | 'accepted' | 'rejected' | 'withdrawn';
  },
): Promise<void> {
  await tx.query(
    `UPDATE placement_version SET state = $5
      WHERE firm_id = $1 AND placement_id = $2 AND kind = $3 AND state = ANY($4::text[])`,
    [firmId, change.placementId, change.kind, change.from, change.to],
  );
}

export async function versionOf(
  db: Queryable,
  firmId: string,
  key: { readonly placementId: PlacementId; readonly version: number },
): Promise<PlacementVersion | null> {
  const { rows } = await db.query<{
    kind: string;
    client_order_id: string;
    original_client_order_id: string | null;
    order_quantity: string;
  }>(
    `SELECT kind, client_order_id, original_client_order_id, order_quantity
       FROM placement_version WHERE firm_id = $1 AND placement_id = $2 AND version = $3`,
    [firmId, key.placementId, key.version],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    ...key,
    kind: row.kind as 'new' | 'cancel',
    clientOrderId: identifier(row.client_order_id),
    originalClientOrderId:
      row.original_client_order_id === null ? null : identifier(row.original_client_order_id),
    orderQuantity: decimalOf<'Quantity'>(row.order_quantity),
  };
}

interface ExecutionRow {
  readonly execution_id: string;
  readonly placement_id: string;
  readonly executing_broker: string;
  readonly broker_execution_id: string;
  readonly execution_type: string;
  readonly reference_execution_id: string | null;
  readonly last_quantity: string;
  readonly last_price: string;
  readonly transact_time: string;
  readonly trade_date: string;
}

/** All executions of some placements, in order of receipt. */
export async function executionsOf(
  db: Queryable,
  firmId: string,
  placementIds: readonly PlacementId[],
): Promise<readonly Execution[]> {
  const { rows } = await db.query<ExecutionRow>(
    `SELECT execution_id, placement_id, executing_broker, broker_execution_id, execution_type,
            reference_execution_id, last_quantity, last_price, transact_time, trade_date
       FROM execution WHERE firm_id = $1 AND placement_id = ANY($2::text[]) ORDER BY receipt`,
    [firmId, placementIds],
  );
  return rows.map((row) => ({
    executionId: identifier<ExecutionId>(row.execution_id),
    placementId: identifier<PlacementId>(row.placement_id),
    executingBroker: row.executing_broker,
    brokerExecutionId: row.broker_execution_id,
    executionType: row.execution_type as ExecutionType,
    referenceExecutionId: row.reference_execution_id,
    lastQuantity: decimalOf<'Quantity'>(row.last_quantity),
    lastPrice: decimalOf<'Price'>(row.last_price),
    transactTime: row.transact_time as Instant,
    tradeDate: dateOf(row.trade_date),
  }));
}

export async function insertExecution(
  tx: Transaction,
  firmId: string,
  execution: Execution,
): Promise<void> {
  await tx.query(
    `INSERT INTO execution (firm_id, execution_id, placement_id, executing_broker, trade_date,
       broker_execution_id, execution_type, reference_execution_id, last_quantity, last_price,
       transact_time)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      firmId,
      execution.executionId,
      execution.placementId,
      execution.executingBroker,
      execution.tradeDate,
      execution.brokerExecutionId,
      execution.executionType,
      execution.referenceExecutionId,
      execution.lastQuantity,
      execution.lastPrice,
      execution.transactTime,
    ],
  );
}

/** The placement that booked an execution under a broker's id already; null when none has. */
export async function holderOfExecution(
  db: Queryable,
  firmId: string,
  key: Pick<Execution, 'executingBroker' | 'tradeDate' | 'brokerExecutionId'>,
): Promise<PlacementId | null> {
  const { rows } = await db.query<{ placement_id: string }>(
    `SELECT placement_id FROM execution
      WHERE firm_id = $1 AND executing_broker = $2 AND trade_date = $3 AND broker_execution_id = $4`,
    [firmId, key.executingBroker, key.tradeDate, key.brokerExecutionId],
  );
  return rows[0] === undefined ? null : identifier<PlacementId>(rows[0].placement_id);
}

export async function insertFlags(
  tx: Transaction,
  firmId: string,
  given: {
    readonly executingBroker: string;
    readonly placementId: PlacementId | null;
    readonly flags: readonly ExecutionFlag[];
  },
): Promise<void> {
  for (const flag of given.flags) {
    await tx.query(
      `INSERT INTO execution_flag (firm_id, placement_id, executing_broker, code, reference,
         expected_value, received_value)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        firmId,
        given.placementId,
        given.executingBroker,
        flag.code,
        flag.reference,
        flag.expected,
        flag.received,
      ],
    );
  }
}
