import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AccountFrontier, Page, Problem, Run, RunAccount } from './contract/index.ts';
import {
  bodyOf,
  openApiWorld,
  until,
  type ApiClient,
  type ApiWorld,
} from '../../test/support/api-server.ts';

let world: ApiWorld;
let tara: ApiClient;
let run: Run;

beforeAll(async () => {
  world = await openApiWorld({ households: 4 });
  tara = await world.as('tara');
  const body = { rebalanceKind: 'full', reason: 'frontier', selection: 'triggered' };
  const started = bodyOf<Run>(await tara.post('/v1/runs', body));
  run = await until(
    async () => bodyOf<Run>(await tara.get(`/v1/runs/${started.runId}`)),
    ({ state }) => state !== 'computing',
  );
});
afterAll(() => world.close());

const frontierOf = async (accountId: string, query = ''): Promise<AccountFrontier> =>
  bodyOf(await tara.get(`/v1/runs/${run.runId}/accounts/${accountId}/frontier${query}`));

it('shows beside the proposal what less tax would cost in tracking error, each point proved', async () => {
  const page = bodyOf<Page<RunAccount>>(await tara.get(`/v1/runs/${run.runId}/accounts?limit=500`));
  const solved = page.items.filter(({ certificate }) => certificate !== null);
  expect(solved.length).toBeGreaterThan(3);
  let taxed = 0;
  for (const account of solved) {
    const frontier = await frontierOf(account.accountId, '?points=12');
    expect(frontier.status).toBe('traced');
    const { points } = frontier;
    const taxes = points.map(({ estimatedTax }) => Number(estimatedTax));
    const errors = points.map(({ trackingError }) => trackingError);
    expect(taxes).toEqual(taxes.toSorted((a, b) => a - b));
    // Risk and costs together rise as tax falls; tracking error alone may give back what costs save.
    expect(errors.at(-1)).toBeLessThanOrEqual((errors[0] as number) + 1e-6);
    const proposed = points.filter(({ isProposed }) => isProposed);
    expect(proposed).toHaveLength(1);
    // The point of today's weights is the answer that the run certified.
    const ours = account.certificate?.primal as number;
    expect(Math.abs((proposed[0]?.certificate.primal as number) - ours)).toBeLessThan(1e-9);
    for (const { certificate } of points) {
      expect(certificate.gap).toBeLessThan(1e-9 * (1 + Math.abs(certificate.primal)));
      expect(certificate.maxViolation).toBeLessThan(1e-8);
    }
    if ((taxes.at(-1) as number) > (taxes[0] as number)) taxed += 1;
  }
  expect(taxed).toBeGreaterThan(0);
});

it('has no curve for an account that the run did not solve, and says what it cannot find', async () => {
  const accounts = `/v1/runs/${run.runId}/accounts`;
  const unknown = await tara.get(`${accounts}/NOBODY/frontier`);
  expect([unknown.status, bodyOf<Problem>(unknown).code]).toEqual([404, 'RESOURCE_UNKNOWN']);
  const few = await tara.get(`${accounts}/NOBODY/frontier?points=1`);
  expect([few.status, bodyOf<Problem>(few).code]).toEqual([400, 'REQUEST_INVALID']);
});
