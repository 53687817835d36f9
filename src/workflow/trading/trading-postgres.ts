/** Which blocks a run released, and each account's share of what they traded. */
import type { CalendarDate, Instant } from '../../kernel/index.ts';
import type {
  AccountId,
  Allocation,
  AllocationId,
  BlockId,
  InstrumentSymbol,
  Money,
  OrderId,
  Price,
  Quantity,
  RunId,
  Side,
} from '../../domain/index.ts';
import {
  decimalOf,
  jsonParameter,
  nullableDecimalOf,
  type Queryable,
  type Transaction,
} from '../../db/index.ts';

export type BlockState = 'staged' | 'working' | 'done' | 'allocated';

export interface RunBlock {
  readonly runId: RunId;
  readonly blockId: BlockId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly state: BlockState;
  /** What the proposal was priced at: the measure of slippage. */
  readonly arrivalPrice: Price | null;
  readonly tradeDate: CalendarDate;
}

interface BlockRow {
  readonly run_id: RunId;
  readonly block_id: BlockId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly state: BlockState;
  readonly arrival_price: string | null;
  readonly trade_date: CalendarDate;
}

const BLOCK_COLUMNS = 'run_id, block_id, symbol, side, state, arrival_price, trade_date';

function blockOf(row: BlockRow): RunBlock {
  return {
    runId: row.run_id,
    blockId: row.block_id,
    symbol: row.symbol,
    side: row.side,
    state: row.state,
    arrivalPrice: nullableDecimalOf<'Price'>(row.arrival_price),
    tradeDate: row.trade_date,
  };
}

export async function insertRunBlocks(
  tx: Transaction,
  firmId: string,
  blocks: readonly Omit<RunBlock, 'state'>[],
): Promise<void> {
  await tx.query(
    `INSERT INTO run_block (firm_id, run_id, block_id, symbol, side, arrival_price, trade_date)
     SELECT $1, b->>'runId', b->>'blockId', b->>'symbol', b->>'side',
            (b->>'arrivalPrice')::numeric, (b->>'tradeDate')::date
       FROM jsonb_array_elements($2::jsonb) AS b`,
    [firmId, jsonParameter(blocks)],
  );
}

export interface BlockFilter {
  readonly runId?: string | undefined;
  readonly tradeDate?: string | undefined;
  readonly state?: string | undefined;
  readonly blockId?: string | undefined;
  /** Run, symbol and block id of the last row of the page before. */
  readonly after?: readonly [string, string, string] | undefined;
  readonly limit?: number | undefined;
}

const BLOCK_FILTER = `firm_id = $1 AND ($2::text IS NULL OR run_id = $2)
  AND ($3::date IS NULL OR trade_date = $3) AND ($4::text IS NULL OR state = $4)
  AND ($5::text IS NULL OR block_id = $5)`;

function blockValues(firmId: string, filter: BlockFilter): unknown[] {
  return [
    firmId,
    filter.runId ?? null,
    filter.tradeDate ?? null,
    filter.state ?? null,
    filter.blockId ?? null,
  ];
}

/** By trade date descending, then symbol and block id. */
export async function listRunBlocks(
  database: Queryable,
  firmId: string,
  filter: BlockFilter,
): Promise<readonly RunBlock[]> {
  const [tradeDate, symbol, blockId] = filter.after ?? [null, null, null];
  const { rows } = await database.query<BlockRow>(
    `SELECT ${BLOCK_COLUMNS} FROM run_block
      WHERE ${BLOCK_FILTER}
        AND ($6::date IS NULL OR trade_date < $6
             OR (trade_date = $6 AND (symbol, block_id) > ($7::text, $8::text)))
      ORDER BY trade_date DESC, symbol, block_id LIMIT $9`,
    [...blockValues(firmId, filter), tradeDate, symbol, blockId, filter.limit ?? null],
  );
  return rows.map(blockOf);
}

export async function countRunBlocks(
  database: Queryable,
  firmId: string,
  filter: BlockFilter,
): Promise<number> {
  const { rows } = await database.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM run_block WHERE ${BLOCK_FILTER}`,
    blockValues(firmId, filter),
  );
  return rows[0]?.count ?? 0;
}

/** Blocks that are not allocated yet, oldest first: the work of the settlement loop. */
export async function openRunBlocks(
  database: Queryable,
  firmId: string,
): Promise<readonly RunBlock[]> {
  const { rows } = await database.query<BlockRow>(
    `SELECT ${BLOCK_COLUMNS} FROM run_block WHERE firm_id = $1 AND state <> 'allocated'
      ORDER BY trade_date, block_id`,
    [firmId],
  );
  return rows.map(blockOf);
}

/** Takes one block for allocation; null when another server has it or it is allocated already. */
export async function lockRunBlock(
  tx: Transaction,
  firmId: string,
  blockId: string,
): Promise<RunBlock | null> {
  const { rows } = await tx.query<BlockRow>(
    `SELECT ${BLOCK_COLUMNS} FROM run_block
      WHERE firm_id = $1 AND block_id = $2 AND state <> 'allocated' FOR UPDATE SKIP LOCKED`,
    [firmId, blockId],
  );
  return rows[0] === undefined ? null : blockOf(rows[0]);
}

export async function saveBlockState(
  tx: Transaction,
  firmId: string,
  change: { readonly blockId: string; readonly state: BlockState },
): Promise<void> {
  await tx.query(
    `UPDATE run_block SET state = $3,
       allocated_at = CASE WHEN $3 = 'allocated' THEN now() ELSE allocated_at END
      WHERE firm_id = $1 AND block_id = $2`,
    [firmId, change.blockId, change.state],
  );
}

export interface AllocationRecord extends Allocation {
  readonly runId: RunId;
  readonly orderedQuantity: Quantity;
  readonly recordedAt: Instant;
}

interface AllocationRow {
  readonly allocation_id: AllocationId;
  readonly run_id: RunId;
  readonly block_id: BlockId;
  readonly order_id: OrderId;
  readonly account_id: AccountId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly ordered_quantity: string;
  readonly quantity: string;
  readonly average_price: string;
  readonly gross_amount: string;
  readonly commission: string;
  readonly net_amount: string;
  readonly trade_date: CalendarDate;
  readonly recorded_at: Instant;
}

function allocationOf(row: AllocationRow): AllocationRecord {
  return {
    allocationId: row.allocation_id,
    runId: row.run_id,
    blockId: row.block_id,
    orderId: row.order_id,
    accountId: row.account_id,
    symbol: row.symbol,
    side: row.side,
    orderedQuantity: decimalOf<'Quantity'>(row.ordered_quantity) as Quantity,
    quantity: decimalOf<'Quantity'>(row.quantity) as Quantity,
    averagePrice: decimalOf<'Price'>(row.average_price) as Price,
    grossAmount: decimalOf<'Money'>(row.gross_amount) as Money,
    commission: decimalOf<'Money'>(row.commission) as Money,
    netAmount: decimalOf<'Money'>(row.net_amount) as Money,
    tradeDate: row.trade_date,
    recordedAt: row.recorded_at,
  };
}

export async function insertAllocations(
  tx: Transaction,
  firmId: string,
  batch: { readonly runId: RunId; readonly allocations: readonly Allocation[] },
): Promise<void> {
  await tx.query(
    `INSERT INTO block_allocation (firm_id, allocation_id, run_id, block_id, order_id, account_id,
       symbol, side, ordered_quantity, quantity, average_price, gross_amount, commission,
       net_amount, trade_date)
     SELECT $1, a->>'allocationId', $2, a->>'blockId', a->>'orderId', a->>'accountId', a->>'symbol',
            a->>'side', o.quantity, (a->>'quantity')::numeric, (a->>'averagePrice')::numeric,
            (a->>'grossAmount')::numeric, (a->>'commission')::numeric, (a->>'netAmount')::numeric,
            (a->>'tradeDate')::date
       FROM jsonb_array_elements($3::jsonb) AS a
       JOIN run_order o ON o.firm_id = $1 AND o.order_id = a->>'orderId'`,
    [firmId, batch.runId, jsonParameter(batch.allocations)],
  );
}

export interface AllocationFilter {
  readonly runId?: string | undefined;
  readonly blockIds?: readonly string[] | undefined;
  readonly accountId?: string | undefined;
  readonly tradeDate?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

const ALLOCATION_FILTER = `firm_id = $1 AND ($2::text IS NULL OR run_id = $2)
  AND ($3::text[] IS NULL OR block_id = ANY ($3)) AND ($4::text IS NULL OR account_id = $4)
  AND ($5::date IS NULL OR trade_date = $5)`;

function allocationValues(firmId: string, filter: AllocationFilter): unknown[] {
  return [
    firmId,
    filter.runId ?? null,
    filter.blockIds === undefined ? null : [...filter.blockIds],
    filter.accountId ?? null,
    filter.tradeDate ?? null,
  ];
}

/** By allocation id. */
export async function listAllocations(
  database: Queryable,
  firmId: string,
  filter: AllocationFilter,
): Promise<readonly AllocationRecord[]> {
  const { rows } = await database.query<AllocationRow>(
    `SELECT allocation_id, run_id, block_id, order_id, account_id, symbol, side, ordered_quantity,
            quantity, average_price, gross_amount, commission, net_amount, trade_date, recorded_at
       FROM block_allocation WHERE ${ALLOCATION_FILTER}
        AND ($6::text IS NULL OR allocation_id > $6) ORDER BY allocation_id LIMIT $7`,
    [...allocationValues(firmId, filter), filter.after ?? null, filter.limit ?? null],
  );
  return rows.map(allocationOf);
}

export async function countAllocations(
  database: Queryable,
  firmId: string,
  filter: AllocationFilter,
): Promise<number> {
  const { rows } = await database.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM block_allocation WHERE ${ALLOCATION_FILTER}`,
    allocationValues(firmId, filter),
  );
  return rows[0]?.count ?? 0;
}
