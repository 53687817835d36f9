/** Blocks, placements, executions and allocations, as the contract shows them. */
import { Decimal, divide } from '../../kernel/index.ts';
import type { AccountId, Price, Snapshot } from '../../domain/index.ts';
import type { BlotterBlock, BlotterPlacement } from '../../oms/index.ts';
import type { AllocationRecord, RunBlock } from '../../workflow/index.ts';
import type { AllocationView, BlockView, PlacementView } from '../contract/index.ts';

export interface BlockParts {
  readonly snapshot: Snapshot;
  readonly progress: BlotterBlock | undefined;
  readonly allocations: readonly AllocationRecord[];
}

function accountName(snapshot: Snapshot, accountId: string): string {
  return snapshot.accounts.get(accountId as AccountId)?.account.name ?? accountId;
}

export function blockView(runBlock: RunBlock, parts: BlockParts): BlockView | null {
  const { snapshot, progress } = parts;
  if (progress === undefined) return null;
  const { block } = progress;
  const average = progress.averagePrice;
  return {
    blockId: block.blockId,
    runId: runBlock.runId,
    symbol: block.symbol,
    instrumentName: snapshot.instruments.get(block.symbol)?.name ?? block.symbol,
    side: block.side,
    state: runBlock.state === 'allocated' ? 'allocated' : progress.state,
    orderQuantity: block.orderQuantity.toString(),
    cumulativeQuantity: progress.cumulativeQuantity.toString(),
    leavesQuantity: progress.leavesQuantity.toString(),
    averagePrice: average?.toString() ?? null,
    arrivalPrice: runBlock.arrivalPrice?.toString() ?? null,
    slippageBps: slippage(block.side, average, runBlock.arrivalPrice),
    orderType: block.orderType,
    limitPrice: block.limitPrice?.toString() ?? null,
    timeInForce: block.timeInForce,
    tradeDate: block.tradeDate,
    statement: progress.statement.map((line) => ({
      orderId: line.orderId,
      accountId: line.accountId,
      accountName: accountName(snapshot, line.accountId),
      quantity: line.quantity.toString(),
    })),
    placements: progress.placements.map(placementView),
    allocations: parts.allocations.map((allocation) => allocationView(allocation, snapshot)),
  };
}

const TEN_THOUSAND = Decimal.fromInteger(10_000);

/** Against arrival, in basis points, positive = it cost us; to a hundredth, half to even. */
function slippage(
  side: 'buy' | 'sell',
  average: Price | null,
  arrival: Price | null,
): string | null {
  if (average === null || arrival === null || arrival.isZero()) return null;
  const difference = side === 'buy' ? average.minus(arrival) : arrival.minus(average);
  return divide<'ratio'>(difference.times(TEN_THOUSAND), arrival, {
    scale: 2,
    mode: 'halfEven',
  }).toString();
}

export function placementView(item: BlotterPlacement): PlacementView {
  const { placement } = item;
  return {
    placementId: placement.placementId,
    blockId: placement.blockId,
    clientOrderId: placement.clientOrderId,
    brokerOrderId: placement.brokerOrderId,
    executingBroker: placement.executingBroker,
    orderQuantity: placement.orderQuantity.toString(),
    orderType: placement.orderType,
    limitPrice: placement.limitPrice?.toString() ?? null,
    timeInForce: placement.timeInForce,
    status: placement.status,
    cumulativeQuantity: placement.cumulativeQuantity.toString(),
    leavesQuantity: placement.leavesQuantity.toString(),
    averagePrice: placement.averagePrice?.toString() ?? null,
    text: placement.text,
    canCancel: item.canCancel,
    executions: item.executions.map((execution) => ({
      executionId: execution.executionId,
      brokerExecutionId: execution.brokerExecutionId,
      executionType: execution.executionType,
      referenceExecutionId: execution.referenceExecutionId,
      lastQuantity: execution.lastQuantity.toString(),
      lastPrice: execution.lastPrice.toString(),
      transactTime: execution.transactTime,
    })),
  };
}

export function allocationView(allocation: AllocationRecord, snapshot: Snapshot): AllocationView {
  return {
    allocationId: allocation.allocationId,
    blockId: allocation.blockId,
    orderId: allocation.orderId,
    accountId: allocation.accountId,
    accountName: accountName(snapshot, allocation.accountId),
    symbol: allocation.symbol,
    side: allocation.side,
    orderedQuantity: allocation.orderedQuantity.toString(),
    quantity: allocation.quantity.toString(),
    averagePrice: allocation.averagePrice.toString(),
    grossAmount: allocation.grossAmount.toString(),
    commission: allocation.commission.toString(),
    netAmount: allocation.netAmount.toString(),
    tradeDate: allocation.tradeDate,
  };
}
