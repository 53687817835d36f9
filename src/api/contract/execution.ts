/** The blotter: blocks, placements, executions, and each account's allocation. */
import { z } from 'zod';
import { calendarDate, decimalText, instant, pageQuery, side } from './shapes.ts';
import { run } from './run.ts';

/** The life of an order at a broker (FIX OrdStatus, and ours before and beside the market). */
export const placementStatus = z.enum([
  'pendingSend',
  'sent',
  'pendingNew',
  'new',
  'partiallyFilled',
  'filled',
  'pendingCancel',
  'pendingReplace',
  'canceled',
  'rejected',
  'expired',
  'doneForDay',
  'suspended',
  'unknown',
]);
export type PlacementStatus = z.infer<typeof placementStatus>;

export const execution = z
  .object({
    executionId: z.string(),
    brokerExecutionId: z.string(),
    executionType: z.enum(['trade', 'tradeCorrect', 'tradeCancel']),
    referenceExecutionId: z.string().nullable(),
    lastQuantity: decimalText,
    lastPrice: decimalText,
    transactTime: instant,
  })
  .meta({ id: 'Execution' });
export type ExecutionView = z.infer<typeof execution>;

export const placement = z
  .object({
    placementId: z.string(),
    blockId: z.string(),
    clientOrderId: z.string(),
    brokerOrderId: z.string().nullable(),
    executingBroker: z.string(),
    orderQuantity: decimalText,
    orderType: z.enum(['market', 'limit']),
    limitPrice: decimalText.nullable(),
    timeInForce: z.string(),
    status: placementStatus,
    cumulativeQuantity: decimalText,
    leavesQuantity: decimalText,
    averagePrice: decimalText.nullable(),
    /** The broker's words, for example why it rejected. */
    text: z.string().nullable(),
    canCancel: z.boolean(),
    executions: z.array(execution),
  })
  .meta({ id: 'Placement' });
export type PlacementView = z.infer<typeof placement>;

export const allocation = z
  .object({
    allocationId: z.string(),
    blockId: z.string(),
    orderId: z.string(),
    accountId: z.string(),
    accountName: z.string(),
    symbol: z.string(),
    side,
    orderedQuantity: decimalText,
    quantity: decimalText,
    averagePrice: decimalText,
    grossAmount: decimalText,
    commission: decimalText,
    netAmount: decimalText,
    tradeDate: calendarDate,
  })
  .meta({ id: 'Allocation' });
export type AllocationView = z.infer<typeof allocation>;

export const blockState = z.enum(['staged', 'working', 'done', 'allocated']);

export const block = z
  .object({
    blockId: z.string(),
    runId: z.string(),
    symbol: z.string(),
    instrumentName: z.string(),
    side,
    state: blockState,
    orderQuantity: decimalText,
    cumulativeQuantity: decimalText,
    leavesQuantity: decimalText,
    averagePrice: decimalText.nullable(),
    /** Estimated price of the proposal: what slippage is measured against. */
    arrivalPrice: decimalText.nullable(),
    /** (average - arrival) / arrival in basis points, positive = cost to us; null before a fill. */
    slippageBps: decimalText.nullable(),
    orderType: z.enum(['market', 'limit']),
    limitPrice: decimalText.nullable(),
    timeInForce: z.string(),
    tradeDate: calendarDate,
    /** Who gets what, written down before the block was sent. */
    statement: z.array(
      z.object({
        orderId: z.string(),
        accountId: z.string(),
        accountName: z.string(),
        quantity: decimalText,
      }),
    ),
    placements: z.array(placement),
    allocations: z.array(allocation),
  })
  .meta({ id: 'Block' });
export type BlockView = z.infer<typeof block>;

export const blockQuery = pageQuery.extend({
  runId: z.string().max(128).optional(),
  tradeDate: calendarDate.optional(),
  state: blockState.optional(),
});

export const allocationQuery = pageQuery.extend({
  runId: z.string().max(128).optional(),
  blockId: z.string().max(128).optional(),
  accountId: z.string().max(128).optional(),
});

export const releaseOutcome = z
  .object({ run, blockIds: z.array(z.string()) })
  .meta({ id: 'ReleaseOutcome' });
export type ReleaseOutcome = z.infer<typeof releaseOutcome>;
