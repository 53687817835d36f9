/** Several people, or one person with several windows, doing the same at the same moment. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlockView, Order, Page, Problem, Run } from './contract/index.ts';
import {
  bodyOf,
  openApiWorld,
  until,
  type Answer,
  type ApiWorld,
} from '../../test/support/api-server.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ households: 2 });
});
afterAll(() => world.close());

const codeOf = (answer: Answer): string => bodyOf<Problem>(answer).code;
const four = <T>(act: () => Promise<T>): Promise<T[]> => Promise.all([act(), act(), act(), act()]);

describe('the same command four times at once, each with a key of its own', () => {
  it('edits once, approves once, and puts each order into one block', async () => {
    const tara = await world.as('tara');
    const carl = await world.as('carl');
    const body = { rebalanceKind: 'full', reason: 'two at once', selection: 'all' };
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
    const edits = await four(() =>
      tara.send('PATCH', `/v1/orders/${toEdit.orderId}`, {
        body: { quantity: '1', reasonCode: 'clientRequest', reasonText: 'the client wants one' },
        headers: { 'if-match': toEdit.etag },
      }),
    );
    // One window wins; the others are told that what they saw has changed.
    expect(edits.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412, 412, 412]);

    await tara.post(`/v1/runs/${runId}/submission`, {});
    const passing = (await orders()).filter(({ verdict }) => verdict === 'pass');
    const approvals = await four(() =>
      carl.post(`/v1/runs/${runId}/approvals`, {
        orders: passing.map(({ orderId, factsHash }) => ({ orderId, factsHash })),
        reasonText: 'looked at each',
      }),
    );
    for (const { status } of approvals) expect([200, 409]).toContain(status);
    expect(approvals.some(({ status }) => status === 200)).toBe(true);

    const releases = await four(() => tara.post(`/v1/runs/${runId}/release`));
    // One releases; who came meanwhile is told that the run changed, who came later that it is released.
    expect(releases.filter(({ status }) => status === 200).length).toBe(1);
    for (const release of releases.filter(({ status }) => status !== 200)) {
      expect(['VERSION_CHANGED', 'RUN_STATE_REFUSES']).toContain(codeOf(release));
    }
    const { items } = bodyOf<Page<BlockView>>(
      await tara.get(`/v1/blocks?runId=${runId}&limit=5000`),
    );
    const inBlocks = items.flatMap((block) => block.statement.map((line) => line.orderId));
    expect([...inBlocks].sort()).toEqual(passing.map(({ orderId }) => orderId).sort());
    for (const block of items) expect(block.placements.length).toBe(1);
  });
});
