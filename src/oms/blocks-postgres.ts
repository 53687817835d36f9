/** Blocks and their allocation statements, as rows. */
import type { Sha256 } from '../kernel/index.ts';
import {
  identifier,
  type AllocationStatementLine,
  type ApprovedOrder,
  type Block,
  type BlockId,
  type OrderId,
  type OrderType,
  type Price,
  type RunId,
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

export interface BlockRow {
  readonly block_id: string;
  readonly run_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly order_quantity: string;
  readonly order_type: string;
  readonly limit_price: string | null;
  readonly time_in_force: string;
  readonly trade_date: string;
  readonly reference_price: string | null;
  readonly state: string;
  readonly content_hash: string;
  readonly staged_at: string;
  readonly released_at: string | null;
}

export const BLOCK_COLUMNS = `
  b.block_id, b.run_id, b.symbol, b.side, b.order_quantity, b.order_type, b.limit_price,
  b.time_in_force, b.trade_date, b.reference_price, b.state, b.content_hash, b.staged_at,
  b.released_at`;

export function blockOf(row: BlockRow, statement: readonly AllocationStatementLine[]): Block {
  return {
    blockId: identifier(row.block_id),
    symbol: identifier(row.symbol),
    side: row.side as Side,
    orderQuantity: decimalOf<'Quantity'>(row.order_quantity),
    orderType: row.order_type as OrderType,
    limitPrice: nullableDecimalOf<'Price'>(row.limit_price),
    timeInForce: row.time_in_force as TimeInForce,
    tradeDate: dateOf(row.trade_date),
    statement,
  };
}

/** Makes the firm's row if need be and locks it: staging and releasing happen one at a time. */
export async function lockFirm(tx: Transaction, firmId: string): Promise<void> {
  await tx.query('INSERT INTO oms_firm (firm_id) VALUES ($1) ON CONFLICT (firm_id) DO NOTHING', [
    firmId,
  ]);
  await tx.query('SELECT 1 FROM oms_firm WHERE firm_id = $1 FOR UPDATE', [firmId]);
}

/** Rows of the named blocks, locked; in order of their ids, so that two callers cannot deadlock. */
export async function lockBlocks(
  tx: Transaction,
  firmId: string,
  blockIds: readonly BlockId[],
): Promise<readonly BlockRow[]> {
  const { rows } = await tx.query<BlockRow>(
    `SELECT ${BLOCK_COLUMNS} FROM block b
      WHERE b.firm_id = $1 AND b.block_id = ANY($2::text[]) ORDER BY b.block_id FOR UPDATE`,
    [firmId, blockIds],
  );
  return rows;
}

/** Which of these orders are members of a block already, and of which. */
export async function membershipsOf(
  db: Queryable,
  firmId: string,
  orderIds: readonly OrderId[],
): Promise<ReadonlyMap<OrderId, BlockId>> {
  const { rows } = await db.query<{ order_id: string; block_id: string }>(
    `SELECT order_id, block_id FROM block_statement_line
      WHERE firm_id = $1 AND order_id = ANY($2::text[])`,
    [firmId, orderIds],
  );
  return new Map(
    rows.map((row) => [identifier<OrderId>(row.order_id), identifier<BlockId>(row.block_id)]),
  );
}

export async function statementsOf(
  db: Queryable,
  firmId: string,
  blockIds: readonly BlockId[],
): Promise<ReadonlyMap<BlockId, readonly AllocationStatementLine[]>> {
  const { rows } = await db.query<{
    block_id: string;
    order_id: string;
    account_id: string;
    quantity: string;
  }>(
    `SELECT block_id, order_id, account_id, quantity FROM block_statement_line
      WHERE firm_id = $1 AND block_id = ANY($2::text[]) ORDER BY block_id, order_id`,
    [firmId, blockIds],
  );
  const statements = new Map<BlockId, AllocationStatementLine[]>();
  for (const row of rows) {
    const blockId = identifier<BlockId>(row.block_id);
    const lines = statements.get(blockId) ?? [];
    lines.push({
      orderId: identifier(row.order_id),
      accountId: identifier(row.account_id),
      quantity: decimalOf<'Quantity'>(row.quantity),
    });
    statements.set(blockId, lines);
  }
  return statements;
}

export interface BlockToInsert {
  readonly block: Block;
  readonly runId: RunId;
  readonly referencePrice: Price | null;
  readonly contentHash: Sha256;
  readonly stagedBy: string;
  readonly approved: ReadonlyMap<OrderId, ApprovedOrder>;
}

export async function insertBlock(
  tx: Transaction,
  firmId: string,
  given: BlockToInsert,
): Promise<void> {
  const { block } = given;
  await tx.query(
    `INSERT INTO block (firm_id, block_id, run_id, symbol, side, order_quantity, order_type,
       limit_price, time_in_force, trade_date, reference_price, content_hash, staged_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      firmId,
      block.blockId,
      given.runId,
      block.symbol,
      block.side,
      block.orderQuantity,
      block.orderType,
      block.limitPrice,
      block.timeInForce,
      block.tradeDate,
      given.referencePrice,
      given.contentHash,
      given.stagedBy,
    ],
  );
  const evidence = block.statement.map((line) => given.approved.get(line.orderId)?.evidence);
  // A block can have thousands of lines: one statement, arrays unnested.
  await tx.query(
    `INSERT INTO block_statement_line
       (firm_id, block_id, order_id, account_id, quantity, facts_hash, approved_by, proposed_by)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[],
       $8::text[])`,
    [
      firmId,
      block.blockId,
      block.statement.map((line) => line.orderId),
      block.statement.map((line) => line.accountId),
      block.statement.map((line) => line.quantity),
      evidence.map((item) => item?.factsHash ?? null),
      evidence.map((item) => item?.approvedBy ?? null),
      evidence.map((item) => item?.proposedBy ?? null),
    ],
  );
}

export async function markReleased(
  tx: Transaction,
  firmId: string,
  release: { readonly blockId: BlockId; readonly releasedBy: string },
): Promise<void> {
  await tx.query(
    `UPDATE block SET state = 'released', released_by = $3, released_at = now()
      WHERE firm_id = $1 AND block_id = $2 AND state = 'staged'`,
    [firmId, release.blockId, release.releasedBy],
  );
}
