import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from './contract/index.ts';
import { ACTIONS, ROLES, type Action, type Role } from '../domain/index.ts';
import { isPermitted } from '../identity/index.ts';
import {
  type ApiClient,
  bodyOf,
  openApiWorld,
  PASSWORD,
  type ApiWorld,
} from '../../test/support/api-server.ts';

interface Try {
  readonly action: Action;
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

/** One request for every route that names an action; ids that do not exist, so that nothing happens. */
const REQUESTS: readonly Try[] = (
  [
    ['monitor.read', 'GET', '/v1/monitor'],
    ['monitor.read', 'GET', '/v1/accounts/none'],
    ['run.read', 'GET', '/v1/runs'],
    ['run.read', 'GET', '/v1/runs/none'],
    ['run.read', 'GET', '/v1/runs/none/accounts'],
    ['run.read', 'GET', '/v1/runs/none/accounts/none/frontier'],
    ['run.read', 'GET', '/v1/runs/none/orders'],
    ['run.read', 'GET', '/v1/runs/none/compliance'],
    ['run.read', 'GET', '/v1/orders/none'],
    ['run.read', 'GET', '/v1/approvals'],
    ['run.create', 'POST', '/v1/runs', {}],
    ['run.submit', 'POST', '/v1/runs/none/submission', {}],
    ['order.edit', 'PATCH', '/v1/orders/none', {}],
    ['order.hold', 'PUT', '/v1/orders/none/hold', {}],
    ['order.hold', 'DELETE', '/v1/orders/none/hold'],
    ['order.approve', 'POST', '/v1/runs/none/approvals', {}],
    ['order.approve', 'POST', '/v1/runs/none/declines', {}],
    ['order.override', 'POST', '/v1/orders/none/overrides', {}],
    ['run.release', 'POST', '/v1/runs/none/release'],
    ['block.read', 'GET', '/v1/blocks'],
    ['block.read', 'GET', '/v1/blocks/none'],
    ['placement.cancel', 'POST', '/v1/placements/none/cancellation'],
    ['allocation.read', 'GET', '/v1/allocations'],
    ['reconciliation.read', 'GET', '/v1/reconciliations'],
    ['reconciliation.read', 'GET', '/v1/reconciliations/none'],
    ['reconciliation.create', 'POST', '/v1/reconciliations', {}],
    ['audit.read', 'GET', '/v1/audit'],
    ['audit.read', 'GET', '/v1/audit/checkpoint'],
    ['audit.read', 'GET', '/v1/audit/999999999/proof'],
    ['rule.read', 'GET', '/v1/rules'],
    ['schedule.read', 'GET', '/v1/schedules'],
    ['schedule.read', 'GET', '/v1/triggers'],
    ['schedule.write', 'POST', '/v1/schedules', {}],
    ['status.read', 'GET', '/v1/status'],
  ] as readonly (readonly [Action, string, string, object?])[]
).map(([action, method, path, body]) => ({ action, method, path, body }));

let world: ApiWorld;
const people = new Map<Role, ApiClient>();

beforeAll(async () => {
  world = await openApiWorld({ households: 1 });
  for (const role of ROLES) {
    const person = { username: `only-${role.toLowerCase()}`, displayName: role, roles: [role] };
    await world.directory.seed([person], PASSWORD);
    people.set(role, await world.as(person.username));
  }
});
afterAll(() => world.close());

describe('permissions over HTTP', () => {
  it('cover every action with at least one route', () => {
    expect(new Set(REQUESTS.map(({ action }) => action))).toEqual(new Set(ACTIONS));
  });

  it('cover every route of the served document', async () => {
    const document = bodyOf<{ paths: Record<string, Record<string, unknown>> }>(
      await world.client().get('/openapi.json'),
    );
    const served = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const tried = new Set(
      REQUESTS.map(({ method, path }) => `${method} ${path.replaceAll(/none|999999999/g, '{}')}`),
    );
    const untried = served.filter((route) => !tried.has(route.replaceAll(/\{[^}]+\}/g, '{}')));
    // The session's own routes are open to everybody; the stream is tried in events.test.ts.
    expect(untried.sort()).toEqual([
      'DELETE /v1/session',
      'GET /v1/events',
      'GET /v1/session',
      'POST /v1/session',
    ]);
  });

  describe.each(ROLES)('%s', (role) => {
    it.each(REQUESTS)('$action by $method $path', async ({ action, method, path, body }) => {
      const client = people.get(role) ?? world.client();
      const answer = await client.send(method, path, body === undefined ? {} : { body });
      const code = answer.status >= 400 ? bodyOf<Problem>(answer).code : 'none';
      if (isPermitted([role], action)) expect(code).not.toBe('PERMISSION_DENIED');
      else expect([answer.status, code]).toEqual([403, 'PERMISSION_DENIED']);
    });
  });

  it('are refused to nobody in particular with 401', async () => {
    for (const { method, path, body } of REQUESTS) {
      const answer = await world.client().send(method, path, body === undefined ? {} : { body });
      expect([path, answer.status, bodyOf<Problem>(answer).code]).toEqual([
        path,
        401,
        'SESSION_REQUIRED',
      ]);
    }
  });

  it('leave every refusal in the audit log', async () => {
    const { rows } = await world.db.database.query<{ count: number }>(
      `SELECT count(*) AS count FROM audit_entry WHERE action = 'permission.denied'`,
    );
    const denied = ROLES.flatMap((role) =>
      REQUESTS.filter(({ action }) => !isPermitted([role], action)),
    );
    expect(rows[0]?.count).toBe(denied.length);
  });
});
