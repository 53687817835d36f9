import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Decimal, parseCalendarDate, systemClock, type Instant } from '../kernel/index.ts';
import {
  identifier,
  type ApprovedOrder,
  type ExecutionReport,
  type PlacementId,
  type ReportKind,
} from '../domain/index.ts';
import { createAuditWriter } from '../audit/index.ts';
import { approvedOrders, blockOfOrders } from '../../test/support/approved-orders.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import {
  loseContact,
  receiveCancelRejection,
  receiveExecutionReport,
  type BrokerContext,
} from './broker-messages.ts';
import {
  eventsAfter,
  FIRST_EVENT,
  OrderManager,
  readBlotter,
  readPlacement,
  readRunProgress,
} from './index.ts';
import { orderHooks, referenceOf } from './gateway/order-hooks.ts';
import { queuedIntents } from './outbox-postgres.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const audit = createAuditWriter(systemClock);
let firmCount = 0;

/** A firm of its own per test: keys lead with firm_id, so tests do not meet. */
function desk() {
  firmCount += 1;
  const firmId = `firm-${String(firmCount)}`;
  const manager = new OrderManager({ firmId, audit });
  const context = { actor: 'tom', correlationId: null };
  const broker: BrokerContext = { firmId, audit, executingBroker: 'SIM', actor: 'system:gateway' };
  const stage = (blockId: string, orders: readonly ApprovedOrder[], given = orders) =>
    db.database.transaction((tx) =>
      manager.stageBlocks(tx, {
        blocks: [{ block: blockOfOrders(blockId, orders), referencePrice: null }],
        approvedOrders: given,
        context,
      }),
    );
  const release = (...blockIds: string[]) =>
    db.database.transaction((tx) =>
      manager.releaseBlocks(tx, {
        blockIds: blockIds.map((blockId) => identifier(blockId)),
        executingBroker: 'SIM',
        context,
      }),
    );
  const queued = () => queuedIntents(db.database, firmId, { executingBroker: 'SIM', limit: 100 });
  return { firmId, manager, context, broker, stage, release, queued };
}

type Desk = ReturnType<typeof desk>;

async function releasedPlacement(given: Desk, quantity = '100'): Promise<PlacementId> {
  const orders = approvedOrders('run-1', [`o1 A1 buy ${quantity} AAPL`]);
  await given.stage('b1', orders);
  const released = await given.release('b1');
  if (!released.ok) throw new Error('refused');
  const placementId = released.value[0]?.placementId;
  if (placementId === undefined) throw new Error('no placement');
  return placementId;
}

/** As the gateway's transaction does, without a wire. */
async function markSent(given: Desk, placementId: PlacementId): Promise<void> {
  await db.database.query(
    `UPDATE placement SET status = 'sent' WHERE firm_id = $1 AND placement_id = $2`,
    [given.firmId, placementId],
  );
  await db.database.query(
    `UPDATE order_outbox SET state = 'sent', settled_at = now(), outgoing_sequence = 1
      WHERE firm_id = $1 AND placement_id = $2 AND state = 'queued'`,
    [given.firmId, placementId],
  );
}

async function report(given: Desk, placementId: PlacementId, said: Partial<ExecutionReport>) {
  const found = await readPlacement(db.database, given.firmId, placementId);
  if (found === null) throw new Error('no placement');
  const kind: ReportKind = said.reportKind ?? 'new';
  return db.database.transaction((tx) =>
    receiveExecutionReport(tx, given.broker, {
      reportKind: kind,
      orderStatus: 'new',
      clientOrderId: found.placement.clientOrderId,
      originalClientOrderId: null,
      brokerOrderId: 'O1',
      brokerExecutionId: 'E0',
      referenceExecutionId: null,
      orderQuantity: null,
      limitPrice: null,
      lastQuantity: null,
      lastPrice: null,
      cumulativeQuantity: Decimal.parse('0'),
      leavesQuantity: Decimal.parse('0'),
      averagePrice: null,
      transactTime: '2026-11-20T15:00:00.000Z' as Instant,
      tradeDate: parseCalendarDate('2026-11-20'),
      text: null,
      ...said,
    }),
  );
}

const fill = (id: string, quantity: string, cumulative: string): Partial<ExecutionReport> => ({
  reportKind: 'trade',
  brokerExecutionId: id,
  lastQuantity: Decimal.parse(quantity),
  lastPrice: Decimal.parse('50.01'),
  cumulativeQuantity: Decimal.parse(cumulative),
});

const refusalCodes = (result: { ok: boolean; error?: readonly { code: string }[] }) =>
  result.error?.map((finding) => finding.code) ?? [];

describe('order manager', () => {
  it('OM1 OM3 stages and releases once, however often it is told to', async () => {
    const given = desk();
    const orders = approvedOrders('run-1', ['o1 A1 buy 60 AAPL', 'o2 A2 buy 40 AAPL']);
    const stagings = await Promise.all([given.stage('b1', orders), given.stage('b1', orders)]);
    expect(stagings.map((result) => result.ok)).toEqual([true, true]);
    const releases = await Promise.all([given.release('b1'), given.release('b1')]);
    const ids = releases.map((result) => (result.ok ? result.value[0]?.placementId : null));
    expect(ids[0]).toBeTruthy();
    expect(ids[1]).toBe(ids[0]);
    expect(await given.queued()).toHaveLength(1);
    const [block] = await readBlotter(db.database, { firmId: given.firmId });
    expect(block?.placements).toHaveLength(1);
    expect(block?.block.orderQuantity.toString()).toBe('100');
    expect(block?.statement.map((line) => line.quantity.toString())).toEqual(['60', '40']);
  });

  it('OM1 refuses an order that is a member of another block', async () => {
    const given = desk();
    const orders = approvedOrders('run-1', ['o1 A1 buy 60 AAPL']);
    await given.stage('b1', orders);
    expect(refusalCodes(await given.stage('b2', orders))).toEqual(['ORDER_ALREADY_IN_BLOCK']);
  });

  it('OM1 the table itself refuses a second membership', async () => {
    const given = desk();
    await given.stage('b1', approvedOrders('run-1', ['o1 A1 buy 60 AAPL']));
    const second = db.database.query(
      `INSERT INTO block_statement_line SELECT firm_id, block_id, 'o9', account_id, quantity,
         facts_hash, approved_by, proposed_by FROM block_statement_line WHERE firm_id = $1
       UNION ALL SELECT firm_id, block_id, order_id, account_id, quantity, facts_hash, approved_by,
         proposed_by FROM block_statement_line WHERE firm_id = $1`,
      [given.firmId],
    );
    await expect(second).rejects.toMatchObject({ code: '23505' });
  });

  it('OM2 refuses what is not approved, not to the share, or changed: all at once', async () => {
    const given = desk();
    const [first, second] = approvedOrders('run-1', ['o1 A1 buy 60 AAPL', 'o2 A2 buy 40 AAPL']);
    if (first === undefined || second === undefined) throw new Error('two orders');
    const block = blockOfOrders('b1', [first, second]);
    const changed = {
      ...block,
      statement: block.statement.map((line) =>
        line.orderId === first.orderId
          ? { ...line, quantity: Decimal.parse<'Quantity'>('61') }
          : line,
      ),
    };
    const result = await db.database.transaction((tx) =>
      given.manager.stageBlocks(tx, {
        blocks: [{ block: changed, referencePrice: null }],
        approvedOrders: [first],
        context: given.context,
      }),
    );
    expect(refusalCodes(result)).toEqual([
      'BLOCK_STATEMENT_MISMATCH',
      'BLOCK_STATEMENT_MISMATCH',
      'ORDER_NOT_APPROVED',
    ]);
    expect(await readBlotter(db.database, { firmId: given.firmId })).toEqual([]);
    await given.stage('b1', [first]);
    expect(refusalCodes(await given.stage('b1', [first, second]))).toEqual(['BLOCK_CHANGED']);
    expect(refusalCodes(await given.release('b1', 'b7'))).toEqual(['BLOCK_NOT_FOUND']);
  });

  it('OM4 leaves one audit entry and one event for each change, in its transaction', async () => {
    const given = desk();
    const placementId = await releasedPlacement(given);
    const { rows } = await db.database.query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE subject_id = ANY($1::text[]) ORDER BY id`,
      [[placementId]],
    );
    expect(rows.map((row) => row.action)).toEqual(['placement.released']);
    // Shown once no older transaction of the whole server runs, in other tests' databases too.
    const all = () => eventsAfter(db.database, given.firmId, { cursor: FIRST_EVENT, limit: 10 });
    const events = await vi.waitFor(
      async () => {
        const found = await all();
        expect(found.length).toBeGreaterThan(0);
        return found;
      },
      { timeout: 20_000 },
    );
    expect(events.map((event) => event.kind)).toEqual(['block.changed', 'placement.changed']);
    const last = events.at(-1);
    const rest = await eventsAfter(db.database, given.firmId, {
      cursor: last?.cursor ?? FIRST_EVENT,
      limit: 10,
    });
    expect(rest).toEqual([]);
  });

  it('OM5 holds everything back while the kill switch is on; two people release it', async () => {
    const given = desk();
    await releasedPlacement(given);
    const { manager, context } = given;
    await db.database.transaction((tx) =>
      manager.engageKillSwitch(tx, { reason: 'wrong prices', context }),
    );
    expect(await given.queued()).toEqual([]);
    expect(refusalCodes(await given.release('b1'))).toEqual(['KILL_SWITCH_ENGAGED']);
    const letGo = (actor: string) =>
      db.database.transaction((tx) =>
        manager.releaseKillSwitch(tx, { reason: 'fixed', context: { ...context, actor } }),
      );
    expect(await letGo('tom')).toEqual({ ok: true, value: false });
    expect(refusalCodes(await letGo('tom'))).toEqual(['KILL_SWITCH_SAME_PERSON']);
    expect(await letGo('carol')).toEqual({ ok: true, value: true });
    expect(await given.queued()).toHaveLength(1);
  });

  it('takes back a placement that is not on the wire, and asks for one that is', async () => {
    const given = desk();
    const placementId = await releasedPlacement(given);
    const { manager, context } = given;
    const cancel = () =>
      db.database.transaction((tx) => manager.requestCancel(tx, { placementId, context }));
    const taken = await cancel();
    expect(taken.ok && taken.value.status).toBe('canceled');
    expect(await given.queued()).toEqual([]);
    expect((await cancel()).ok).toBe(true);

    const other = desk();
    const sent = await releasedPlacement(other);
    await markSent(other, sent);
    const ask = () =>
      db.database.transaction((tx) =>
        other.manager.requestCancel(tx, { placementId: sent, context }),
      );
    const asked = await ask();
    expect(asked.ok && asked.value.status).toBe('pendingCancel');
    await ask();
    expect((await other.queued()).map((intent) => [intent.kind, intent.version])).toEqual([
      ['cancel', 2],
    ]);
    await report(other, sent, fill('E1', '100', '100'));
    const rejected = await db.database.transaction((tx) =>
      receiveCancelRejection(tx, other.broker, {
        clientOrderId: identifier('none'),
        originalClientOrderId: asked.ok ? asked.value.clientOrderId : identifier('none'),
        orderStatus: 'filled',
        respondsTo: 'cancel',
        text: 'too late to cancel',
      }),
    );
    expect(rejected?.status).toBe('filled');
    expect(refusalCodes(await ask())).toEqual(['PLACEMENT_NOT_CANCELABLE']);
  });
});

describe('the moment of sending', () => {
  const send = (given: Desk, intent: { readonly intentId: number }) =>
    db.database.transaction((tx) =>
      orderHooks(given.broker).onOutgoing(tx, { sequence: 1, reference: referenceOf(intent) }),
    );

  it('OH1 an intent goes out once, with its placement', async () => {
    const given = desk();
    const placementId = await releasedPlacement(given);
    const [intent] = await given.queued();
    if (intent === undefined) throw new Error('no intent');
    await send(given, intent);
    const found = await readPlacement(db.database, given.firmId, placementId);
    expect(found?.placement.status).toBe('sent');
    expect(found?.sentAt).not.toBeNull();
    await expect(send(given, intent)).rejects.toMatchObject({ code: 'INTENT_WITHDRAWN' });
  });

  it('OH1 OM5 what was taken back or stopped after it was read is not sent', async () => {
    const given = desk();
    const { manager, context } = given;
    const placementId = await releasedPlacement(given);
    const [intent] = await given.queued();
    if (intent === undefined) throw new Error('no intent');
    await db.database.transaction((tx) =>
      manager.engageKillSwitch(tx, { reason: 'stop', context }),
    );
    await expect(send(given, intent)).rejects.toMatchObject({ code: 'INTENT_WITHDRAWN' });
    await db.database.transaction((tx) => manager.requestCancel(tx, { placementId, context }));
    await expect(send(given, intent)).rejects.toMatchObject({ code: 'INTENT_WITHDRAWN' });
    const found = await readPlacement(db.database, given.firmId, placementId);
    expect(found?.placement.status).toBe('canceled');
    expect(found?.sentAt).toBeNull();
  });
});

describe('broker messages', () => {
  it('BM1 books each execution once and shows the block done', async () => {
    const given = desk();
    const placementId = await releasedPlacement(given);
    await markSent(given, placementId);
    await report(given, placementId, { reportKind: 'new' });
    await report(given, placementId, fill('E1', '40', '40'));
    await report(given, placementId, fill('E1', '40', '40'));
    await report(given, placementId, fill('E2', '60', '100'));
    const found = await readPlacement(db.database, given.firmId, placementId);
    expect(found?.placement.status).toBe('filled');
    expect(found?.executions).toHaveLength(2);
    expect(found?.flags.map((item) => item.code)).toEqual(['EXECUTION_DUPLICATE_IGNORED']);
    const [block] = await readBlotter(db.database, { firmId: given.firmId, state: 'done' });
    expect(block?.averagePrice?.toString()).toBe('50.01');
    const progress = await readRunProgress(db.database, given.firmId, identifier('run-1'));
    expect(progress).toMatchObject({ blockCount: 1, doneCount: 1, unknownCount: 0, isDone: true });
  });

  it('BM2 books nothing for an order that is not ours, and flags it', async () => {
    const given = desk();
    const placementId = await releasedPlacement(given);
    const stray = await report(given, placementId, {
      ...fill('E1', '40', '40'),
      clientOrderId: identifier('SOMEBODY-ELSE'),
    });
    expect(stray).toBeNull();
    const { rows } = await db.database.query<{ code: string }>(
      'SELECT code FROM execution_flag WHERE firm_id = $1',
      [given.firmId],
    );
    expect(rows).toEqual([{ code: 'REPORT_FOR_UNKNOWN_ORDER' }]);
  });

  it('BM3 books an overfill, because it happened, and flags it', async () => {
    const given = desk();
    const placementId = await releasedPlacement(given);
    await markSent(given, placementId);
    await report(given, placementId, fill('E1', '140', '140'));
    const found = await readPlacement(db.database, given.firmId, placementId);
    expect(found?.placement.cumulativeQuantity.toString()).toBe('140');
    expect(found?.flags.map((item) => item.code)).toEqual(['ORDER_OVERFILLED']);
  });

  it('an order in doubt is asked about once and resolved by the answer, then placed again', async () => {
    const given = desk();
    const placementId = await releasedPlacement(given);
    await markSent(given, placementId);
    const lose = () => db.database.transaction((tx) => loseContact(tx, given.broker, placementId));
    await lose();
    await lose();
    const unknown = await readPlacement(db.database, given.firmId, placementId);
    expect(unknown?.placement.status).toBe('unknown');
    expect(unknown?.canCancel).toBe(false);
    expect((await given.queued()).map((intent) => intent.kind)).toEqual(['statusRequest']);
    const again = (attempt: number) =>
      db.database.transaction((tx) =>
        given.manager.placeAgain(tx, {
          blockId: identifier('b1'),
          attempt,
          executingBroker: 'SIM',
          context: given.context,
        }),
      );
    expect(refusalCodes(await again(2))).toEqual(['BLOCK_STILL_WORKING']);
    await report(given, placementId, { reportKind: 'orderStatus', orderStatus: 'rejected' });
    const second = await again(2);
    expect(second.ok && second.value.orderQuantity.toString()).toBe('100');
    const same = await again(2);
    expect(same.ok && second.ok && same.value.placementId).toBe(
      second.ok ? second.value.placementId : '',
    );
  });
});
