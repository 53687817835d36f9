/** What the blotter shows: blocks with their statements, placements and executions, and how far a run is. */
import { divide, sum, type Instant } from '../kernel/index.ts';
import {
  identifier,
  isLive,
  statusAfter,
  type AllocationStatementLine,
  type BlockId,
  type Execution,
  type PlacementId,
  type RunId,
} from '../domain/index.ts';
import { decimalOf, nullableDecimalOf, type Queryable } from '../db/index.ts';
import { BLOCK_COLUMNS, blockOf, statementsOf, type BlockRow } from './blocks-postgres.ts';
import { AVERAGE_PRICE_SCALE, totalsOf } from './execution-ledger.ts';
import type { ExecutionFlagCode } from './execution-flag.ts';
import type {
  BlotterBlock,
  BlotterFilter,
  BlotterPlacement,
  RecordedFlag,
  RunExecutionProgress,
} from './oms-records.ts';
import {
  executionsOf,
  placementOf,
  placementsOfBlocks,
  type PlacementRow,
} from './placements-postgres.ts';

const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 5000;

/** States in which shares may still trade, as `isLive` says. */
const LIVE = `('pendingSend', 'sent', 'pendingNew', 'new', 'partiallyFilled', 'pendingCancel',
  'pendingReplace', 'suspended', 'unknown')`;

/** Staged, working or done, as SQL, so that filters and pages agree with what is shown. */
const BLOCK_STATE = `CASE
  WHEN b.state = 'staged' THEN 'staged'
  WHEN EXISTS (SELECT 1 FROM placement l WHERE l.firm_id = b.firm_id AND l.block_id = b.block_id
                  AND l.status IN ${LIVE}) THEN 'working'
  ELSE 'done' END`;

const FILTER = `
  FROM block b
  WHERE b.firm_id = $1
    AND ($2::text IS NULL OR b.run_id = $2)
    AND ($3::text IS NULL OR b.block_id = $3)
    AND ($4::date IS NULL OR b.trade_date = $4)
    AND ($5::text IS NULL OR ${BLOCK_STATE} = $5)`;

function filterValues(filter: BlotterFilter): readonly unknown[] {
  return [
    filter.firmId,
    filter.runId ?? null,
    filter.blockId ?? null,
    filter.tradeDate ?? null,
    filter.state ?? null,
  ];
}

/** Blocks in the order of their ids, with everything below them. A fixed number of queries per page. */
export async function readBlotter(
  db: Queryable,
  filter: BlotterFilter,
): Promise<readonly BlotterBlock[]> {
  const limit = Math.min(filter.limit ?? LIMIT_DEFAULT, LIMIT_MAX);
  const { rows } = await db.query<BlockRow & { shown_state: string }>(
    `SELECT ${BLOCK_COLUMNS}, ${BLOCK_STATE} AS shown_state ${FILTER}
       AND ($6::text IS NULL OR b.block_id > $6) ORDER BY b.block_id LIMIT $7`,
    [...filterValues(filter), filter.after ?? null, limit],
  );
  const { firmId } = filter;
  const blockIds = rows.map((row) => identifier<BlockId>(row.block_id));
  if (blockIds.length === 0) return [];
  const statements = await statementsOf(db, firmId, blockIds);
  const placementRows = await placementsOfBlocks(db, firmId, blockIds);
  const placementIds = placementRows.map((row) => identifier<PlacementId>(row.placement_id));
  const executions = Map.groupBy(
    await executionsOf(db, firmId, placementIds),
    (execution) => execution.placementId,
  );
  const flags = Map.groupBy(await readFlags(db, firmId, placementIds), (item) => item.placementId);
  const placements = Map.groupBy(
    placementRows.map((row) => blotterPlacement(row, executions, flags)),
    ({ placement }) => placement.blockId,
  );
  return rows.map((row) => {
    const blockId = identifier<BlockId>(row.block_id);
    return blotterBlock(row, statements.get(blockId) ?? [], placements.get(blockId) ?? []);
  });
}

export async function countBlocks(db: Queryable, filter: BlotterFilter): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*) AS n ${FILTER}`,
    filterValues(filter),
  );
  return rows[0]?.n ?? 0;
}

function blotterPlacement(
  row: PlacementRow,
  executions: ReadonlyMap<PlacementId, readonly Execution[]>,
  flags: ReadonlyMap<PlacementId | null, readonly RecordedFlag[]>,
): BlotterPlacement {
  const placement = placementOf(row);
  return {
    placement,
    attempt: row.attempt,
    sentAt: row.sent_at as Instant | null,
    updatedAt: row.updated_at as Instant,
    canCancel:
      isLive(placement.status) &&
      placement.status !== 'pendingCancel' &&
      statusAfter(placement.status, 'requestCancel') !== null,
    executions: executions.get(placement.placementId) ?? [],
    flags: flags.get(placement.placementId) ?? [],
  };
}

function blotterBlock(
  row: BlockRow & { readonly shown_state: string },
  statement: readonly AllocationStatementLine[],
  placements: readonly BlotterPlacement[],
): BlotterBlock {
  const block = blockOf(row, statement);
  const totals = placements.map(({ executions }) => totalsOf(executions));
  const cumulativeQuantity = sum(totals.map((total) => total.cumulativeQuantity));
  const grossAmount = sum(totals.map((total) => total.grossAmount));
  return {
    block,
    runId: identifier<RunId>(row.run_id),
    state: row.shown_state as BlotterBlock['state'],
    referencePrice: nullableDecimalOf<'Price'>(row.reference_price),
    cumulativeQuantity,
    leavesQuantity:
      row.state === 'staged'
        ? block.orderQuantity
        : sum(placements.map(({ placement }) => placement.leavesQuantity)),
    averagePrice: cumulativeQuantity.isPositive()
      ? divide<'Price'>(grossAmount, cumulativeQuantity, {
          scale: AVERAGE_PRICE_SCALE,
          mode: 'halfEven',
        })
      : null,
    stagedAt: row.staged_at as Instant,
    releasedAt: row.released_at as Instant | null,
    statement,
    placements,
  };
}

/** Flags of some placements, oldest first. */
export async function readFlags(
  db: Queryable,
  firmId: string,
  placementIds: readonly PlacementId[],
): Promise<readonly RecordedFlag[]> {
  const { rows } = await db.query<{
    code: string;
    placement_id: string | null;
    reference: string;
    expected_value: string | null;
    received_value: string | null;
    recorded_at: string;
  }>(
    `SELECT code, placement_id, reference, expected_value, received_value, recorded_at
       FROM execution_flag WHERE firm_id = $1 AND placement_id = ANY($2::text[]) ORDER BY flag_id`,
    [firmId, placementIds],
  );
  return rows.map((row) => ({
    code: row.code as ExecutionFlagCode,
    placementId: row.placement_id === null ? null : identifier<PlacementId>(row.placement_id),
    reference: row.reference,
    expected: row.expected_value,
    received: row.received_value,
    recordedAt: row.recorded_at as Instant,
  }));
}

/** How far the blocks of a run have got; a run without blocks is not done. */
export async function readRunProgress(
  db: Queryable,
  firmId: string,
  runId: RunId,
): Promise<RunExecutionProgress> {
  const { rows } = await db.query<{
    block_count: number;
    staged_count: number;
    working_count: number;
    done_count: number;
    unknown_count: number;
    order_quantity: string | null;
    cumulative_quantity: string | null;
  }>(
    `SELECT count(*) AS block_count,
            count(*) FILTER (WHERE shown_state = 'staged') AS staged_count,
            count(*) FILTER (WHERE shown_state = 'working') AS working_count,
            count(*) FILTER (WHERE shown_state = 'done') AS done_count,
            coalesce(sum(unknown_count), 0)::int8 AS unknown_count,
            sum(order_quantity) AS order_quantity, sum(cumulative_quantity) AS cumulative_quantity
       FROM (SELECT b.order_quantity, ${BLOCK_STATE} AS shown_state,
                    (SELECT count(*) FROM placement u WHERE u.firm_id = b.firm_id
                        AND u.block_id = b.block_id AND u.status = 'unknown') AS unknown_count,
                    (SELECT sum(p.cumulative_quantity) FROM placement p
                      WHERE p.firm_id = b.firm_id AND p.block_id = b.block_id) AS cumulative_quantity
               FROM block b WHERE b.firm_id = $1 AND b.run_id = $2) AS shown`,
    [firmId, runId],
  );
  const row = rows[0];
  const blockCount = row?.block_count ?? 0;
  const doneCount = row?.done_count ?? 0;
  return {
    runId,
    blockCount,
    stagedCount: row?.staged_count ?? 0,
    workingCount: row?.working_count ?? 0,
    doneCount,
    unknownCount: row?.unknown_count ?? 0,
    orderQuantity: decimalOf<'Quantity'>(row?.order_quantity ?? '0'),
    cumulativeQuantity: decimalOf<'Quantity'>(row?.cumulative_quantity ?? '0'),
    isDone: blockCount > 0 && doneCount === blockCount,
  };
}

/** One placement with its executions; null when there is none of this id. */
export async function readPlacement(
  db: Queryable,
  firmId: string,
  placementId: PlacementId,
): Promise<BlotterPlacement | null> {
  const { rows } = await db.query<{ block_id: string }>(
    'SELECT block_id FROM placement WHERE firm_id = $1 AND placement_id = $2',
    [firmId, placementId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const blocks = await readBlotter(db, { firmId, blockId: identifier<BlockId>(row.block_id) });
  const placements = blocks.flatMap((block) => block.placements);
  return placements.find((item) => item.placement.placementId === placementId) ?? null;
}
