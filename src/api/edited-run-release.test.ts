/** Regression: an edit before approval made every approval of its account fall at release. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalOutcome, Order, Page, Run } from './contract/index.ts';
import { bodyOf, openApiWorld, until, type ApiWorld } from '../../test/support/api-server.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ households: 2 });
});
afterAll(() => world.close());

describe('a run with an edited order', () => {
  it('is released on the approvals given after the edit', async () => {
    const tara = await world.as('tara');
    const carl = await world.as('carl');
    const body = { rebalanceKind: 'full', reason: 'edited before approval', selection: 'all' };
    const { runId } = bodyOf<Run>(await tara.post('/v1/runs', body));
    await until(
      async () => bodyOf<Run>(await tara.get(`/v1/runs/${runId}`)),
      (run) => run.state !== 'computing',
    );
    const orders = async (): Promise<readonly Order[]> =>
      bodyOf<Page<Order>>(await carl.get(`/v1/runs/${runId}/orders?limit=5000`)).items;
    const toEdit = (await orders()).find(
      ({ side, verdict, quantity }) => side === 'buy' && verdict === 'pass' && Number(quantity) > 2,
    );
    if (toEdit === undefined) throw new Error('the run has no order to edit');
    const edited = await tara.send('PATCH', `/v1/orders/${toEdit.orderId}`, {
      body: { quantity: '1', reasonCode: 'clientRequest', reasonText: 'the client wants one' },
      headers: { 'if-match': toEdit.etag },
    });
    expect(edited.status).toBe(200);
    await tara.post(`/v1/runs/${runId}/submission`, {});
    const passing = (await orders()).filter(({ verdict }) => verdict === 'pass');
    const approved = await carl.post(`/v1/runs/${runId}/approvals`, {
      orders: passing.map(({ orderId, factsHash }) => ({ orderId, factsHash })),
      reasonText: 'looked at each',
    });
    expect(bodyOf<ApprovalOutcome>(approved).refused).toEqual([]);
    const released = await tara.post(`/v1/runs/${runId}/release`);
    expect([released.status, released.text]).toEqual([200, expect.any(String)]);
    const states = new Set((await orders()).map(({ state }) => state));
    expect(states.has('released')).toBe(true);
  });
});
