/**
 * The commands of the order manager. Each takes the caller's transaction, so that the caller's own change
 * and this one happen together or not at all, and each is idempotent by the ids it is given.
 *
 * Invariants (order-manager.test.ts; the crash scenario proves OM1 and OM2 under kills):
 *   OM1  an approved order is a member of one block, and a block has one placement on its way: the order
 *        reaches the market exactly once whatever is repeated.
 *   OM2  nothing is released that is not staged, nothing staged that is not approved to the share.
 *   OM3  a command given again with the same ids changes nothing and answers the same.
 *   OM4  every change writes one audit entry and one event in its own transaction.
 *   OM5  while the kill switch is engaged, no block is released and no new order is sent.
 */
import { derivedId, err, ok, toPlainJson, zero, type Result } from '../kernel/index.ts';
import {
  errorFinding,
  isLive,
  statusAfter,
  type ApprovedOrder,
  type Block,
  type BlockId,
  type Finding,
  type OrderId,
  type Placement,
  type PlacementId,
  type Quantity,
  type RunId,
} from '../domain/index.ts';
import type { Transaction } from '../db/index.ts';
import { blockHash, blockRefusals, type BlockToStage } from './block-check.ts';
import {
  blockOf,
  insertBlock,
  lockBlocks,
  lockFirm,
  markReleased,
  membershipsOf,
  type BlockRow,
} from './blocks-postgres.ts';
import { clientOrderIdOf } from './client-order-id.ts';
import { record, type OmsServices } from './journal.ts';
import {
  lockKillSwitch,
  writeEngaged,
  writeReleased,
  writeReleaseRequested,
} from './kill-switch-postgres.ts';
import type { CommandContext, KillSwitch, PlacementRecord } from './oms-records.ts';
import { queueIntent, queueStatusRequest, withdrawIntents } from './outbox-postgres.ts';
import { applyEvent } from './placement-fold.ts';
import {
  executionsOf,
  insertPlacement,
  insertVersion,
  lockPlacement,
  placementsOfBlocks,
  recordOf,
  savePlacement,
  setVersionState,
} from './placements-postgres.ts';
import { nullableDecimalOf } from '../db/index.ts';

export type Refusals = readonly Finding[];

export interface StageBlocks {
  readonly blocks: readonly BlockToStage[];
  /** At least every order that a statement names. */
  readonly approvedOrders: readonly ApprovedOrder[];
  readonly context: CommandContext;
}

export interface ReleaseBlocks {
  readonly blockIds: readonly BlockId[];
  readonly executingBroker: string;
  readonly context: CommandContext;
}

export class OrderManager {
  readonly #services: OmsServices;

  constructor(services: OmsServices) {
    this.#services = services;
  }

  /**
   * Writes blocks and their allocation statements down. Nothing is sent yet.
   *
   * @returns the ids of the blocks, those staged before included
   * @refuses ORDER_NOT_APPROVED, APPROVAL_EVIDENCE_MISSING, BLOCK_STATEMENT_MISMATCH,
   *   ORDER_ALREADY_IN_BLOCK, BLOCK_CHANGED: all causes at once, and then nothing is written
   */
  async stageBlocks(tx: Transaction, command: StageBlocks): Promise<Result<BlockId[], Refusals>> {
    const { firmId } = this.#services;
    const approved = new Map(command.approvedOrders.map((order) => [order.orderId, order]));
    await lockFirm(tx, firmId);
    const blockIds = command.blocks.map(({ block }) => block.blockId);
    const existing = new Map(
      (await lockBlocks(tx, firmId, blockIds)).map((row) => [row.block_id, row]),
    );
    const refusals = command.blocks.flatMap(({ block }) => blockRefusals(block, approved));
    refusals.push(...(await this.#stagingConflicts(tx, command, existing)));
    if (refusals.length > 0) return err(refusals);
    for (const staged of command.blocks) {
      if (existing.has(staged.block.blockId)) continue;
      await this.#insertStaged(tx, staged, { approved, context: command.context });
    }
    return ok(blockIds);
  }

  async #stagingConflicts(
    tx: Transaction,
    command: StageBlocks,
    existing: ReadonlyMap<string, BlockRow>,
  ): Promise<Finding[]> {
    const refusals: Finding[] = [];
    const orderIds = command.blocks.flatMap(({ block }) =>
      block.statement.map((line) => line.orderId),
    );
    const memberships = new Map(await membershipsOf(tx, this.#services.firmId, orderIds));
    for (const staged of command.blocks) {
      const { block } = staged;
      const before = existing.get(block.blockId);
      if (before !== undefined && before.content_hash !== blockHash(staged)) {
        const message = `block ${block.blockId} is staged already with other contents`;
        refusals.push(errorFinding('BLOCK_CHANGED', message, { symbol: block.symbol }));
      }
      for (const { orderId, accountId } of block.statement) {
        const member = memberships.get(orderId);
        if (member !== undefined && member !== block.blockId) {
          const message = `order ${orderId} is a member of block ${member}`;
          const location = { accountId, symbol: block.symbol };
          refusals.push(errorFinding('ORDER_ALREADY_IN_BLOCK', message, location));
        }
        memberships.set(orderId, member ?? block.blockId);
      }
    }
    return refusals;
  }

  async #insertStaged(
    tx: Transaction,
    staged: BlockToStage,
    given: {
      readonly approved: ReadonlyMap<OrderId, ApprovedOrder>;
      readonly context: CommandContext;
    },
  ): Promise<void> {
    const { block, referencePrice } = staged;
    const first = block.statement[0];
    const runId = first === undefined ? undefined : given.approved.get(first.orderId)?.runId;
    if (runId === undefined) return;
    await insertBlock(tx, this.#services.firmId, {
      block,
      runId,
      referencePrice,
      contentHash: blockHash(staged),
      stagedBy: given.context.actor,
      approved: given.approved,
    });
    await this.#journal(tx, given.context, {
      action: 'block.staged',
      subjectKind: 'block',
      subjectId: block.blockId,
      runId,
      event: 'block.changed',
      payload: toPlainJson({ ...block, referencePrice }),
    });
  }

  /**
   * Turns staged blocks into placements for the gateway to send. A block released before answers with the
   * placements it has.
   *
   * @refuses BLOCK_NOT_FOUND, KILL_SWITCH_ENGAGED
   */
  async releaseBlocks(
    tx: Transaction,
    command: ReleaseBlocks,
  ): Promise<Result<Placement[], Refusals>> {
    const { firmId } = this.#services;
    const killSwitch = await lockKillSwitch(tx, firmId);
    if (killSwitch.isEngaged) return err([killSwitchFinding(killSwitch)]);
    const rows = await lockBlocks(tx, firmId, command.blockIds);
    const found = new Set(rows.map((row) => row.block_id));
    const missing = command.blockIds.filter((blockId) => !found.has(blockId));
    if (missing.length > 0) return err(missing.map(notFound));
    for (const row of rows) {
      if (row.state === 'released') continue;
      const block = blockOf(row, []);
      await markReleased(tx, firmId, { blockId: block.blockId, releasedBy: command.context.actor });
      await this.#place(tx, row, { ...command, attempt: 1, quantity: block.orderQuantity });
    }
    const placements = await placementsOfBlocks(tx, firmId, command.blockIds);
    return ok(placements.map((row) => recordOf(row).placement));
  }

  /**
   * Places what is left of a released block again, after a rejection, an expiry or an order that never
   * arrived. A person's decision, never a retry: nothing may be in doubt and nothing may still trade.
   *
   * @param command.attempt the number of this placement in its block: the key that makes it happen once
   * @refuses BLOCK_NOT_FOUND, BLOCK_STILL_WORKING, BLOCK_FULLY_EXECUTED, KILL_SWITCH_ENGAGED
   */
  async placeAgain(
    tx: Transaction,
    command: {
      readonly blockId: BlockId;
      readonly attempt: number;
      readonly executingBroker: string;
      readonly context: CommandContext;
    },
  ): Promise<Result<Placement, Refusals>> {
    const { firmId } = this.#services;
    const killSwitch = await lockKillSwitch(tx, firmId);
    if (killSwitch.isEngaged) return err([killSwitchFinding(killSwitch)]);
    const row = (await lockBlocks(tx, firmId, [command.blockId]))[0];
    if (row?.state !== 'released') return err([notFound(command.blockId)]);
    const earlier = (await placementsOfBlocks(tx, firmId, [command.blockId])).map(recordOf);
    const same = earlier.find((item) => item.attempt === command.attempt);
    if (same !== undefined) return ok(same.placement);
    const isWorking = earlier.some(({ placement }) => isLive(placement.status));
    if (isWorking || command.attempt !== earlier.length + 1) {
      const message = `block ${command.blockId} has ${String(earlier.length)} placements${isWorking ? ', one of them live' : ''}`;
      return err([errorFinding('BLOCK_STILL_WORKING', message)]);
    }
    const executed = earlier.reduce<Quantity>(
      (total, { placement }) => total.plus(placement.cumulativeQuantity),
      zero(),
    );
    const quantity = blockOf(row, []).orderQuantity.minus(executed);
    if (!quantity.isPositive()) {
      const message = `block ${command.blockId} is executed in full`;
      return err([errorFinding('BLOCK_FULLY_EXECUTED', message)]);
    }
    return ok(await this.#place(tx, row, { ...command, quantity }));
  }

  async #place(
    tx: Transaction,
    row: BlockRow,
    given: {
      readonly executingBroker: string;
      readonly attempt: number;
      readonly quantity: Quantity;
      readonly context: CommandContext;
    },
  ): Promise<Placement> {
    const { firmId } = this.#services;
    const block = blockOf(row, []);
    const placement = newPlacement(block, { ...given, firmId });
    const { placementId, clientOrderId } = placement;
    const referencePrice = nullableDecimalOf<'Price'>(row.reference_price);
    await insertPlacement(tx, firmId, { placement, attempt: given.attempt, referencePrice });
    await insertVersion(tx, firmId, {
      placementId,
      version: 1,
      kind: 'new',
      clientOrderId,
      originalClientOrderId: null,
      orderQuantity: placement.orderQuantity,
      requestedBy: given.context.actor,
    });
    const { executingBroker } = given;
    await queueIntent(tx, firmId, { kind: 'newOrder', placementId, version: 1, executingBroker });
    await this.#journal(tx, given.context, {
      action: 'placement.released',
      subjectKind: 'placement',
      subjectId: placementId,
      runId: row.run_id as RunId,
      event: 'placement.changed',
      payload: toPlainJson(placement),
    });
    return placement;
  }

  /**
   * Asks for a placement to be canceled. One not yet on the wire is taken back at once; a request that is
   * already on its way is not repeated.
   *
   * @refuses PLACEMENT_NOT_FOUND, PLACEMENT_NOT_CANCELABLE
   */
  async requestCancel(
    tx: Transaction,
    command: { readonly placementId: PlacementId; readonly context: CommandContext },
  ): Promise<Result<Placement, Refusals>> {
    const { firmId } = this.#services;
    const found = await lockPlacement(tx, firmId, command.placementId);
    if (found === null) {
      const message = `no placement ${command.placementId}`;
      return err([errorFinding('PLACEMENT_NOT_FOUND', message)]);
    }
    const { placement } = found;
    // Done or asked before: the wish is fulfilled or on its way, so the same answer again.
    if (placement.status === 'pendingCancel' || placement.status === 'canceled') {
      return ok(placement);
    }
    if (!isLive(placement.status) || statusAfter(placement.status, 'requestCancel') === null) {
      const message = `placement ${command.placementId} is ${placement.status}`;
      return err([errorFinding('PLACEMENT_NOT_CANCELABLE', message)]);
    }
    const executions = await executionsOf(tx, firmId, [placement.placementId]);
    const changed = applyEvent({ placement, executions }, 'requestCancel').placement;
    await savePlacement(tx, firmId, changed);
    if (placement.status === 'pendingSend') {
      await withdrawIntents(tx, firmId, placement.placementId);
      await this.#setVersion(tx, placement.placementId, 'withdrawn');
    } else {
      await this.#queueCancel(tx, found, command.context);
    }
    await this.#journal(tx, command.context, {
      action: changed.status === 'canceled' ? 'placement.withdrawn' : 'placement.cancelRequested',
      subjectKind: 'placement',
      subjectId: placement.placementId,
      runId: found.runId,
      event: 'placement.changed',
      payload: { status: changed.status, statusBefore: placement.status },
    });
    return ok(changed);
  }

  async #setVersion(tx: Transaction, placementId: PlacementId, to: 'withdrawn'): Promise<void> {
    const change = { placementId, kind: 'new', from: ['pendingSend'], to } as const;
    await setVersionState(tx, this.#services.firmId, change);
  }

  async #queueCancel(
    tx: Transaction,
    found: PlacementRecord,
    context: CommandContext,
  ): Promise<void> {
    const { firmId } = this.#services;
    const { placementId, executingBroker, clientOrderId, orderQuantity } = found.placement;
    const version = found.version + 1;
    await insertVersion(tx, firmId, {
      placementId,
      version,
      kind: 'cancel',
      clientOrderId: clientOrderIdOf(placementId, version),
      originalClientOrderId: clientOrderId,
      orderQuantity,
      requestedBy: context.actor,
    });
    await queueIntent(tx, firmId, { kind: 'cancel', placementId, version, executingBroker });
  }

  /** Asks the broker what became of an order; the answer comes as a report. Safe to repeat. */
  async requestStatus(
    tx: Transaction,
    command: { readonly placementId: PlacementId; readonly context: CommandContext },
  ): Promise<Result<Placement, Refusals>> {
    const { firmId } = this.#services;
    const found = await lockPlacement(tx, firmId, command.placementId);
    if (found === null || found.placement.status === 'pendingSend') {
      const message = `no placement ${command.placementId} at a broker`;
      return err([errorFinding('PLACEMENT_NOT_FOUND', message)]);
    }
    const { placementId, executingBroker } = found.placement;
    await queueStatusRequest(tx, firmId, { placementId, executingBroker });
    return ok(found.placement);
  }

  /** Stops all new orders of the firm; cancels still go out. One person, one action. */
  async engageKillSwitch(
    tx: Transaction,
    command: { readonly reason: string; readonly context: CommandContext },
  ): Promise<void> {
    const { firmId } = this.#services;
    const before = await lockKillSwitch(tx, firmId);
    if (before.isEngaged) return;
    await writeEngaged(tx, firmId, { by: command.context.actor, reason: command.reason });
    await this.#journalSwitch(tx, command.context, {
      action: 'killSwitch.engaged',
      reasonText: command.reason,
    });
  }

  /**
   * The first call asks for the release, the second, by another person, grants it.
   *
   * @returns whether the switch is off now
   * @refuses KILL_SWITCH_SAME_PERSON
   */
  async releaseKillSwitch(
    tx: Transaction,
    command: { readonly reason: string; readonly context: CommandContext },
  ): Promise<Result<boolean, Refusals>> {
    const { firmId } = this.#services;
    const { actor } = command.context;
    const before = await lockKillSwitch(tx, firmId);
    if (!before.isEngaged) return ok(true);
    const reasonText = command.reason;
    if (before.releaseRequestedBy === null) {
      await writeReleaseRequested(tx, firmId, actor);
      const action = 'killSwitch.releaseRequested';
      await this.#journalSwitch(tx, command.context, { action, reasonText });
      return ok(false);
    }
    if (before.releaseRequestedBy === actor) {
      const message = `${actor} asked for the release; another person confirms it`;
      return err([errorFinding('KILL_SWITCH_SAME_PERSON', message)]);
    }
    await writeReleased(tx, firmId);
    await this.#journalSwitch(tx, command.context, { action: 'killSwitch.released', reasonText });
    return ok(true);
  }

  async #journalSwitch(
    tx: Transaction,
    context: CommandContext,
    said: { readonly action: string; readonly reasonText: string },
  ): Promise<void> {
    await this.#journal(tx, context, {
      ...said,
      subjectKind: 'firm',
      subjectId: this.#services.firmId,
      runId: null,
      event: 'killSwitch.changed',
      payload: {},
    });
  }

  async #journal(
    tx: Transaction,
    context: CommandContext,
    entry: Omit<Parameters<typeof record>[2], 'context'>,
  ): Promise<void> {
    await record(tx, this.#services, { ...entry, context });
  }
}

function killSwitchFinding(killSwitch: KillSwitch): Finding {
  const message = `engaged by ${killSwitch.engagedBy ?? '?'}: ${killSwitch.engagedReason ?? ''}`;
  return errorFinding('KILL_SWITCH_ENGAGED', message);
}

function notFound(blockId: BlockId): Finding {
  return errorFinding('BLOCK_NOT_FOUND', `no block ${blockId}`);
}

/** Ids are functions of firm, block and attempt: a retry that lost its answer makes the same placement. */
function newPlacement(
  block: Block,
  given: {
    readonly firmId: string;
    readonly executingBroker: string;
    readonly attempt: number;
    readonly quantity: Quantity;
  },
): Placement {
  const placementId = derivedId('PL', given.firmId, block.blockId, given.attempt) as PlacementId;
  return {
    placementId,
    blockId: block.blockId,
    clientOrderId: clientOrderIdOf(placementId, 1),
    brokerOrderId: null,
    executingBroker: given.executingBroker,
    symbol: block.symbol,
    side: block.side,
    orderQuantity: given.quantity,
    orderType: block.orderType,
    limitPrice: block.limitPrice,
    timeInForce: block.timeInForce,
    tradeDate: block.tradeDate,
    status: 'pendingSend',
    cumulativeQuantity: zero(),
    leavesQuantity: given.quantity,
    averagePrice: null,
    text: null,
  };
}
