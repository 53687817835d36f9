import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalog } from '../domain/index.ts';
import type { Problem } from './contract/index.ts';
import {
  bodyOf,
  openApiWorld,
  type Answer,
  type ApiClient,
  type ApiWorld,
} from '../../test/support/api-server.ts';

let world: ApiWorld;
let tara: ApiClient;

beforeAll(async () => {
  world = await openApiWorld({ households: 1 });
  tara = await world.as('tara');
});
afterAll(() => world.close());

/** AP1: what every answer above 399 must look like. */
function expectProblem(answer: Answer, code: keyof typeof catalog): Problem {
  const problem = bodyOf<Problem>(answer);
  expect([answer.status, problem.code]).toEqual([catalog[code].httpStatus, code]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(problem).toMatchObject({ status: answer.status, title: catalog[code].meaning });
  expect(problem.traceId).not.toBe('');
  expect(Array.isArray(problem.errors)).toBe(true);
  return problem;
}

const RUN = { rebalanceKind: 'full', reason: 'a reason', selection: 'all' };

describe('hostile and broken requests', () => {
  it('AP1 answers an unknown path, method and resource with a problem', async () => {
    expectProblem(await tara.get('/v1/nothing'), 'ROUTE_UNKNOWN');
    expectProblem(await tara.get('/'), 'ROUTE_UNKNOWN');
    expectProblem(await tara.send('PUT', '/v1/runs'), 'ROUTE_UNKNOWN');
    expectProblem(await tara.get('/v1/runs/none'), 'RESOURCE_UNKNOWN');
    expectProblem(await tara.get('/v1/orders/none'), 'RESOURCE_UNKNOWN');
    expectProblem(await tara.get('/v1/accounts/none'), 'RESOURCE_UNKNOWN');
  });

  it('AP2 reports all errors of a body at once, with pointers', async () => {
    const answer = await tara.post('/v1/runs', { rebalanceKind: 'sideways', extra: 1 });
    const problem = expectProblem(answer, 'REQUEST_INVALID');
    const pointers = problem.errors.map((error) => error.pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/rebalanceKind', '/reason', '/selection']));
    expect(problem.errors.length).toBeGreaterThanOrEqual(4);
  });

  it('AP2 names the parameter that is wrong', async () => {
    const problem = expectProblem(await tara.get('/v1/runs?limit=abc'), 'REQUEST_INVALID');
    expect(problem.errors[0]?.parameter).toBe('limit');
    expectProblem(await tara.get('/v1/runs?limit=5001'), 'REQUEST_INVALID');
    expectProblem(await tara.get('/v1/monitor?tile=nothing'), 'REQUEST_INVALID');
  });

  it.each(['x', 'bm90LWpzb24', 'L10', 'WyIxIiwiMiIsIjMiXQ', '%00', 'WzFd'])(
    'refuses the cursor %s',
    async (cursor) => {
      expectProblem(await tara.get(`/v1/runs?cursor=${cursor}`), 'CURSOR_INVALID');
      expectProblem(await tara.get(`/v1/blocks?cursor=${cursor}`), 'CURSOR_INVALID');
    },
  );

  it('refuses a JSON number where a decimal belongs', async () => {
    const body = { quantity: 100, reasonCode: 'other', reasonText: 'because' };
    const answer = await tara.send('PATCH', '/v1/orders/none', {
      body,
      headers: { 'if-match': '"1"' },
    });
    const problem = expectProblem(answer, 'REQUEST_INVALID');
    expect(problem.errors.map((error) => error.pointer)).toEqual(['/quantity']);
  });

  it.each(['0', '-5', '1e3', 'NaN', '', ' 1', '0x10', '1,000', '1.1234567'])(
    'refuses the quantity %j',
    async (quantity) => {
      const body = { quantity, reasonCode: 'other', reasonText: 'because' };
      const headers = { 'if-match': '"1"' };
      const answer = await tara.send('PATCH', '/v1/orders/none', { body, headers });
      expectProblem(answer, 'REQUEST_INVALID');
    },
  );

  it.each([
    ['not json', '{'],
    ['a prototype', '{"__proto__":{"isAdmin":true},"reason":"x"}'],
    ['a constructor', '{"constructor":{"prototype":{"isAdmin":true}}}'],
    ['thousands of levels', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['33 levels', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
  ])('AP10 refuses %s', async (_what, body) => {
    expectProblem(await tara.post('/v1/runs', body), 'JSON_INVALID');
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('AP10 refuses a body above one megabyte, and another media type', async () => {
    const large = JSON.stringify({ ...RUN, reason: 'x'.repeat(1_048_577) });
    expectProblem(await tara.post('/v1/runs', large), 'BODY_TOO_LARGE');
    const xml = await tara.post('/v1/runs', '<run/>', { 'content-type': 'application/xml' });
    expectProblem(xml, 'MEDIA_TYPE_UNSUPPORTED');
  });

  it('refuses dates that do not exist or that the books do not know', async () => {
    const listed = { ...RUN, selection: 'listed', accountIds: ['none', 'neither'] };
    const never = await tara.post('/v1/runs', { ...RUN, asOfDate: '2026-02-30' });
    expectProblem(never, 'REQUEST_INVALID');
    expectProblem(await tara.get('/v1/blocks?tradeDate=2026-02-30'), 'REQUEST_INVALID');
    for (const asOfDate of ['1999-12-31', '2999-01-01']) {
      const answer = await tara.post('/v1/runs', { ...listed, asOfDate });
      expectProblem(answer, 'DATE_OUTSIDE_BOOKS');
    }
    const unknown = expectProblem(await tara.post('/v1/runs', listed), 'ACCOUNTS_UNKNOWN');
    expect(unknown.errors.map(({ pointer }) => pointer)).toEqual([
      '/accountIds/0',
      '/accountIds/1',
    ]);
  });

  it('takes hostile text as text', async () => {
    const reason = `'; DROP TABLE rebalance_run; -- <script>alert(1)</script> \u202e =1+1`;
    const answer = await tara.post('/v1/runs', { ...RUN, reason });
    expect(answer.status).toBe(202);
    expect(bodyOf<{ reason: string }>(answer).reason).toBe(reason);
  });

  it.each(["' OR '1'='1", '../../etc/passwd', '%2e%2e%2f', 'a'.repeat(128), '🂡'])(
    'finds no resource named %s',
    async (id) => {
      const answer = await tara.get(`/v1/runs/${encodeURIComponent(id)}`);
      expectProblem(answer, 'RESOURCE_UNKNOWN');
    },
  );

  it('refuses identifiers with control characters or without end', async () => {
    expectProblem(await tara.get('/v1/runs/a%00b'), 'REQUEST_INVALID');
    const answer = await tara.get(`/v1/runs/${'a'.repeat(200)}`);
    expectProblem(answer, 'REQUEST_INVALID');
  });

  it('AP5 refuses a changing request without the token, or with another one', async () => {
    const bare = { 'x-csrf-token': '' };
    expectProblem(await tara.post('/v1/runs', RUN, bare), 'CSRF_TOKEN_WRONG');
    const other = await world.as('carl');
    const borrowed = { 'x-csrf-token': other.csrfToken };
    expectProblem(await tara.post('/v1/runs', RUN, borrowed), 'CSRF_TOKEN_WRONG');
  });

  it('AP5 refuses a changing request from another origin', async () => {
    const origin = { origin: 'http://evil.example' };
    expectProblem(await tara.post('/v1/runs', RUN, origin), 'ORIGIN_REFUSED');
    const site = { 'sec-fetch-site': 'cross-site' };
    expectProblem(await tara.post('/v1/session', {}, site), 'ORIGIN_REFUSED');
  });

  it('AP6 refuses a request for another host name', async () => {
    const answer = await rawRequest(
      world.server.port,
      'GET /livez HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain('403 Forbidden');
    expect(answer).toContain('ORIGIN_REFUSED');
  });

  it('tells neither which names exist nor who guesses when passwords are wrong', async () => {
    const client = world.client();
    const wrong = expectProblem(await client.signIn('tara', 'nope'), 'CREDENTIALS_WRONG');
    const unknown = expectProblem(await client.signIn('nobody', 'nope'), 'CREDENTIALS_WRONG');
    expect(wrong.detail).toBe(unknown.detail);
    for (let i = 0; i < 10; i += 1) await client.signIn('mallory', 'nope');
    expectProblem(await client.signIn('mallory', 'nope'), 'LOGIN_LIMITED');
  });

  it('ends a session for good when it is closed', async () => {
    const carl = await world.as('carl');
    expect((await carl.get('/v1/session')).status).toBe(200);
    expect((await carl.send('DELETE', '/v1/session')).status).toBe(204);
    const { cookie } = tara;
    expect((await carl.send('GET', '/v1/session')).status).toBe(401);
    expect(cookie).not.toBe('');
  });

  it('sends the cookie where scripts and other sites cannot reach it, and a strict policy', async () => {
    const client = world.client();
    const answer = await client.signIn('carl');
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.text).not.toContain('argon2');
  });
});

function rawRequest(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('end', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}
