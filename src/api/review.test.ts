import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalOutcome, Order, Page, Problem, Run } from './contract/index.ts';
import {
  bodyOf,
  openApiWorld,
  PASSWORD,
  until,
  type Answer,
  type ApiClient,
  type ApiWorld,
} from '../../test/support/api-server.ts';

let world: ApiWorld;
let tara: ApiClient;
let carl: ApiClient;

beforeAll(async () => {
  world = await openApiWorld({ households: 4 });
  tara = await world.as('tara');
  carl = await world.as('carl');
});
afterAll(() => world.close());

const codeOf = (answer: Answer): string => bodyOf<Problem>(answer).code;

async function proposedRun(reason: string): Promise<Run> {
  const body = { rebalanceKind: 'full', reason, selection: 'all' };
  const started = bodyOf<Run>(await tara.post('/v1/runs', body));
  return until(
    async () => bodyOf<Run>(await tara.get(`/v1/runs/${started.runId}`)),
    (run) => run.state !== 'computing',
  );
}

async function ordersOf(runId: string, query = ''): Promise<readonly Order[]> {
  const answer = await carl.get(`/v1/runs/${runId}/orders?limit=5000${query}`);
  return bodyOf<Page<Order>>(answer).items;
}

const decision = (orders: readonly Order[]) => ({
  orders: orders.map(({ orderId, factsHash }) => ({ orderId, factsHash })),
  reasonText: 'looked at each',
});

async function passingOrder(runId: string, side: 'buy' | 'sell'): Promise<Order> {
  const order = (await ordersOf(runId)).find(
    (item) => item.side === side && item.verdict === 'pass' && Number(item.quantity) > 2,
  );
  if (order === undefined) throw new Error(`the run has no ${side} order to try`);
  return order;
}

const halved = (order: Order): string => String(Math.floor(Number(order.quantity) / 2));

const edit = (client: ApiClient, order: Order, quantity: string): Promise<Answer> =>
  client.send('PATCH', `/v1/orders/${order.orderId}`, {
    body: { quantity, reasonCode: 'clientRequest', reasonText: 'the client asked for less' },
    headers: { 'if-match': order.etag },
  });

describe('a run under review', () => {
  it('shows every order with reasons, a sentence, lots that add up, and a verdict', async () => {
    const run = await proposedRun('to be looked at');
    expect(run).toMatchObject({ state: 'proposed', failure: null });
    expect(run.permittedActions).toEqual(['submit', 'edit', 'hold']);
    const orders = await ordersOf(run.runId);
    expect(orders.length).toBe(run.totals?.orderCount);
    for (const order of orders) {
      expect(order.reasons.length).toBeGreaterThan(0);
      expect(order.why.length).toBeGreaterThan(10);
      const lots = order.lots.reduce((total, lot) => total + Number(lot.quantity), 0);
      if (order.side === 'sell') expect(lots).toBeCloseTo(Number(order.quantity), 6);
      else expect(order.lots).toEqual([]);
    }
  });

  it('pages through orders without missing or repeating one', async () => {
    const run = await proposedRun('to be paged');
    const all = await ordersOf(run.runId);
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < all.length; page += 1) {
      const answer = await tara.get(`/v1/runs/${run.runId}/orders?limit=7${cursor}`);
      const { items, nextCursor, total } = bodyOf<Page<Order>>(answer);
      expect(total).toBe(all.length);
      seen.push(...items.map((order) => order.orderId));
      if (nextCursor === null) break;
      cursor = `&cursor=${nextCursor}`;
    }
    expect(seen).toEqual(all.map((order) => order.orderId));
  });

  it('asks for the version that was seen, and says when it is stale', async () => {
    const run = await proposedRun('to be edited twice');
    const order = await passingOrder(run.runId, 'sell');
    const body = { quantity: '1', reasonCode: 'other', reasonText: 'a reason' };
    const without = await tara.send('PATCH', `/v1/orders/${order.orderId}`, { body });
    expect([without.status, codeOf(without)]).toEqual([428, 'PRECONDITION_REQUIRED']);
    const first = await edit(tara, order, halved(order));
    expect(first.status).toBe(200);
    const changed = bodyOf<Order>(first);
    expect(first.headers.get('etag')).toBe(changed.etag);
    expect(changed.quantityProposed).toBe(order.quantity);
    expect(changed.lots.reduce((total, lot) => total + Number(lot.quantity), 0)).toBeCloseTo(
      Number(changed.quantity),
      6,
    );
    const second = await edit(tara, order, '1');
    expect([second.status, codeOf(second)]).toEqual([412, 'VERSION_CHANGED']);
  });

  it('refuses more than is held or can be paid for', async () => {
    const run = await proposedRun('to be overdone');
    const sale = await passingOrder(run.runId, 'sell');
    expect(codeOf(await edit(tara, sale, '900000000'))).toBe('ORDER_EXCEEDS_POSITION');
    const purchase = await passingOrder(run.runId, 'buy');
    expect(codeOf(await edit(tara, purchase, '900000000'))).toBe('ORDER_EXCEEDS_CASH');
  });

  it('L5 voids the approval of an order that is edited after it, and tells who must look', async () => {
    const run = await proposedRun('approved, then edited');
    await tara.post(`/v1/runs/${run.runId}/submission`, { reasonText: 'please look' });
    const order = await passingOrder(run.runId, 'sell');
    const approved = await carl.post(`/v1/runs/${run.runId}/approvals`, decision([order]));
    expect(bodyOf<ApprovalOutcome>(approved).approvedOrderIds).toEqual([order.orderId]);
    const seen = bodyOf<Order>(await carl.get(`/v1/orders/${order.orderId}`));
    expect(seen).toMatchObject({ state: 'approved', approval: { approvedBy: 'carl' } });
    const edited = bodyOf<Order>(await edit(tara, seen, halved(order)));
    expect(edited).toMatchObject({ state: 'submitted', approval: null });
    expect(edited.approvalVoided?.reasonText).toContain('quantity was changed');
    const timeline = await carl.get(`/v1/audit?subjectId=${order.orderId}`);
    const actions = bodyOf<Page<{ action: string }>>(timeline).items.map((entry) => entry.action);
    expect(actions).toEqual(['approval.voided', 'order.edited', 'order.approved']);
    const stale = await carl.post(`/v1/runs/${run.runId}/approvals`, decision([order]));
    expect([stale.status, codeOf(stale)]).toEqual([409, 'FACTS_CHANGED']);
  });

  it('keeps held and declined orders from approval, and takes a hold back', async () => {
    const run = await proposedRun('held and declined');
    await tara.post(`/v1/runs/${run.runId}/submission`);
    const order = await passingOrder(run.runId, 'buy');
    const body = { reasonCode: 'review', reasonText: 'ask the client first' };
    const headers = { 'if-match': order.etag };
    const path = `/v1/orders/${order.orderId}/hold`;
    const held = bodyOf<Order>(await tara.send('PUT', path, { body, headers }));
    expect(held).toMatchObject({ state: 'held', hold: { heldBy: 'tara', reasonCode: 'review' } });
    const refused = await carl.post(`/v1/runs/${run.runId}/approvals`, decision([held]));
    expect(codeOf(refused)).toBe('ORDER_STATE_REFUSES');
    const resumed = await tara.send('DELETE', path, { headers: { 'if-match': held.etag } });
    expect(bodyOf<Order>(resumed)).toMatchObject({ state: 'submitted', hold: null });
    const declined = await carl.post(`/v1/runs/${run.runId}/declines`, {
      orderIds: [order.orderId],
      reasonText: 'not this one',
    });
    expect(bodyOf<Run>(declined).orderCounts.declined).toBe(1);
  });
});

describe('maker and checker', () => {
  it('are different people, whatever the proposer tries', async () => {
    const run = await proposedRun('bypass');
    await tara.post(`/v1/runs/${run.runId}/submission`);
    const order = await passingOrder(run.runId, 'sell');
    // By role: a trader does not approve.
    const direct = await tara.post(`/v1/runs/${run.runId}/approvals`, decision([order]));
    expect([direct.status, codeOf(direct)]).toEqual([403, 'PERMISSION_DENIED']);
    // Nor release what nobody approved.
    const release = await tara.post(`/v1/runs/${run.runId}/release`);
    expect([release.status, codeOf(release)]).toEqual([409, 'NOTHING_TO_RELEASE']);
    // By borrowed cookie: the token of the other session is missing.
    const borrowed = await tara.post(`/v1/runs/${run.runId}/approvals`, decision([order]), {
      cookie: carl.cookie,
    });
    expect([borrowed.status, codeOf(borrowed)]).toEqual([403, 'CSRF_TOKEN_WRONG']);
  });

  it('stay different when a proposer gets the other role', async () => {
    const person = { username: 'pat', displayName: 'Pat', roles: ['trader'] as const };
    await world.directory.seed([person], PASSWORD);
    const pat = await world.as('pat');
    const body = { rebalanceKind: 'full', reason: 'pat proposes', selection: 'all' };
    const { runId } = bodyOf<Run>(await pat.post('/v1/runs', body));
    await until(
      async () => bodyOf<Run>(await pat.get(`/v1/runs/${runId}`)),
      (run) => run.state === 'proposed',
    );
    await pat.post(`/v1/runs/${runId}/submission`);
    await world.db.database.query(
      `UPDATE app_user SET roles = '{compliance}' WHERE username = 'pat'`,
    );
    const order = await passingOrder(runId, 'sell');
    const own = await pat.post(`/v1/runs/${runId}/approvals`, decision([order]));
    expect([own.status, codeOf(own)]).toEqual([403, 'APPROVER_IS_PROPOSER']);
    const override = await pat.post(`/v1/orders/${order.orderId}/overrides`, {
      ruleId: 'any',
      factsHash: order.factsHash,
      reasonCode: 'other',
      reasonText: 'let it pass',
    });
    expect(codeOf(override)).toBe('APPROVER_IS_PROPOSER');
  });

  it('are kept apart by the tables when the program is not asked', async () => {
    const run = await proposedRun('straight to the tables');
    await tara.post(`/v1/runs/${run.runId}/submission`);
    const order = await passingOrder(run.runId, 'sell');
    const insert = (approver: string, proposer: string, editor: string | null) =>
      world.db.database.query(
        `INSERT INTO order_approval (firm_id, order_id, order_version, run_id, approver, proposer,
           editor, facts_hash, reason_text)
         VALUES ('demo', $1, $2, $3, $4, $5, $6, $7, 'direct')`,
        [order.orderId, order.version, run.runId, approver, proposer, editor, order.factsHash],
      );
    await expect(insert('tara', 'tara', null)).rejects.toThrow(/check constraint/);
    // A proposer who never submitted the run: the foreign key knows who did.
    await expect(insert('tara', 'mallory', null)).rejects.toThrow(/foreign key/);
    await expect(insert('carl', 'tara', 'carl')).rejects.toThrow(/check constraint/);
    await expect(
      world.db.database.query(
        `INSERT INTO app_user (firm_id, user_id, username, display_name, password_hash, roles)
         VALUES ('demo', 'eve', 'eve', 'Eve', 'x', '{trader,compliance}')`,
      ),
    ).rejects.toThrow(/check constraint/);
  });

  it('do not approve what a rule blocks, until the rule is overridden on these facts', async () => {
    const run = await proposedRun('blocked by a rule');
    await tara.post(`/v1/runs/${run.runId}/submission`);
    const [blocked] = (await ordersOf(run.runId, '&verdict=fail')).filter((o) => o.canOverride);
    if (blocked === undefined) throw new Error('the generated firm has no soft fail to override');
    const refused = await carl.post(`/v1/runs/${run.runId}/approvals`, decision([blocked]));
    expect([refused.status, codeOf(refused)]).toEqual([409, 'ORDER_BLOCKED_BY_COMPLIANCE']);
    const path = `/v1/orders/${blocked.orderId}/overrides`;
    const reason = { reasonCode: 'clientInstruction', reasonText: 'consent by letter' };
    const unfounded = await carl.post(path, {
      ...reason,
      ruleId: 'no-such-rule',
      factsHash: blocked.factsHash,
    });
    expect(codeOf(unfounded)).toBe('OVERRIDE_NOT_PERMITTED');
    for (const ruleId of blocked.failedRuleIds) {
      const given = await carl.post(path, { ...reason, ruleId, factsHash: blocked.factsHash });
      expect(given.status).toBe(200);
    }
    const shown = bodyOf<Order>(await carl.get(`/v1/orders/${blocked.orderId}`));
    expect(shown.overrides[0]).toMatchObject({ overriddenBy: 'carl', ...reason });
    const approved = await carl.post(`/v1/runs/${run.runId}/approvals`, decision([shown]));
    expect(approved.status).toBe(200);
  });
});

describe('idempotency', () => {
  const body = { rebalanceKind: 'hold', reason: 'once only', selection: 'all' };

  it('AP7 gives the first answer again, and one run', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await tara.post('/v1/runs', body, key);
    const second = await tara.post('/v1/runs', body, key);
    expect(second.status).toBe(202);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const other = await tara.post('/v1/runs', { ...body, reason: 'something else' }, key);
    expect([other.status, codeOf(other)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('AP7 lets one of many simultaneous requests through', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => tara.post('/v1/runs', body, key)),
    );
    const runIds = new Set(
      answers.filter(({ status }) => status === 202).map((a) => bodyOf<Run>(a).runId),
    );
    expect(runIds.size).toBe(1);
    const rest = answers.filter(({ status }) => status !== 202);
    expect(rest.every((answer) => codeOf(answer) === 'IDEMPOTENCY_IN_PROGRESS')).toBe(true);
  });

  it('asks for a key, and keeps refusals too', async () => {
    const none = await tara.post('/v1/runs', body, { 'idempotency-key': '' });
    expect([none.status, codeOf(none)]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
    const key = { 'idempotency-key': randomUUID() };
    const first = await tara.post('/v1/runs/none/release', undefined, key);
    const second = await tara.post('/v1/runs/none/release', undefined, key);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('content-type')).toContain('application/problem+json');
  });
});
