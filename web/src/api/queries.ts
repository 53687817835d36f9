/** What the screens read, each under one key, so that a live event knows what it makes old. */
import { queryOptions } from '@tanstack/react-query';
import type {
  AccountFrontier,
  AccountView,
  ApprovalInboxItem,
  AuditCheckpointView,
  AuditEntryView,
  BlockView,
  ComplianceView,
  MonitorView,
  MonitorRow,
  Order,
  ReconciliationView,
  RuleView,
  Run,
  RunAccount,
  Session,
  StatusView,
} from '../../../src/api/contract/index.ts';
import { getAllPages, getJson, setCsrfToken, type Query } from './client.ts';
import { ApiProblem } from './problem.ts';

const part = encodeURIComponent;

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Infinity,
  retry: false,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      const session = await getJson<Session>('/v1/session', {}, signal);
      setCsrfToken(session.csrfToken);
      return session;
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
});

/** The monitor whole: its first page carries the tiles, the rest is appended. */
export const monitorQuery = queryOptions({
  queryKey: ['monitor'],
  queryFn: async ({ signal }): Promise<MonitorView> => {
    const first = await getJson<MonitorView>('/v1/monitor', { limit: '5000' }, signal);
    const items: MonitorRow[] = [...first.items];
    let cursor = first.nextCursor;
    for (let page = 0; cursor !== null && page < 200; page += 1) {
      const next: MonitorView = await getJson('/v1/monitor', { limit: '5000', cursor }, signal);
      items.push(...next.items);
      cursor = next.nextCursor;
    }
    return { ...first, items, nextCursor: null };
  },
});

export const accountQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId],
    queryFn: ({ signal }) => getJson<AccountView>(`/v1/accounts/${part(accountId)}`, {}, signal),
  });

export const runsQuery = queryOptions({
  queryKey: ['runs'],
  queryFn: ({ signal }) => getAllPages<Run>('/v1/runs', {}, signal),
});

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ['run', runId],
    queryFn: ({ signal }) => getJson<Run>(`/v1/runs/${part(runId)}`, {}, signal),
  });

export const runAccountsQuery = (runId: string) =>
  queryOptions({
    queryKey: ['run', runId, 'accounts'],
    queryFn: ({ signal }) =>
      getAllPages<RunAccount>(`/v1/runs/${part(runId)}/accounts`, {}, signal),
  });

export const accountFrontierQuery = (runId: string, accountId: string) =>
  queryOptions({
    // Not below ['run', runId]: what the run decided does not change with its orders.
    queryKey: ['frontier', runId, accountId],
    staleTime: Infinity,
    retry: false,
    queryFn: ({ signal }) =>
      getJson<AccountFrontier>(
        `/v1/runs/${part(runId)}/accounts/${part(accountId)}/frontier`,
        {},
        signal,
      ),
  });

export const runOrdersQuery = (runId: string) =>
  queryOptions({
    queryKey: ['run', runId, 'orders'],
    queryFn: ({ signal }) => getAllPages<Order>(`/v1/runs/${part(runId)}/orders`, {}, signal),
  });

/** Every evaluation of a run: the report's head with all pages of its items. */
export const complianceQuery = (runId: string) =>
  queryOptions({
    queryKey: ['run', runId, 'compliance'],
    queryFn: async ({ signal }): Promise<ComplianceView> => {
      const path = `/v1/runs/${part(runId)}/compliance`;
      const first = await getJson<ComplianceView>(path, { limit: '5000' }, signal);
      const items = [...first.items];
      let cursor = first.nextCursor;
      for (let page = 0; cursor !== null && page < 200; page += 1) {
        const next: ComplianceView = await getJson(path, { limit: '5000', cursor }, signal);
        items.push(...next.items);
        cursor = next.nextCursor;
      }
      return { ...first, items, nextCursor: null };
    },
  });

export const rulesQuery = queryOptions({
  queryKey: ['rules'],
  staleTime: 60_000,
  queryFn: ({ signal }) => getAllPages<RuleView>('/v1/rules', {}, signal),
});

export const approvalsQuery = queryOptions({
  queryKey: ['approvals'],
  queryFn: ({ signal }) => getAllPages<ApprovalInboxItem>('/v1/approvals', {}, signal),
});

export const blocksQuery = (runId: string | null) =>
  queryOptions({
    queryKey: ['blocks', runId],
    queryFn: ({ signal }) =>
      getAllPages<BlockView>('/v1/blocks', runId === null ? {} : { runId }, signal),
  });

export const reconciliationsQuery = queryOptions({
  queryKey: ['reconciliations'],
  queryFn: ({ signal }) => getAllPages<ReconciliationView>('/v1/reconciliations', {}, signal),
});

export const statusQuery = queryOptions({
  queryKey: ['status'],
  refetchInterval: 15_000,
  queryFn: ({ signal }) => getJson<StatusView>('/v1/status', {}, signal),
});

export const auditQuery = (filter: Query) =>
  queryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ signal }) => getAllPages<AuditEntryView>('/v1/audit', filter, signal),
  });

export const checkpointQuery = queryOptions({
  queryKey: ['audit', 'checkpoint'],
  queryFn: ({ signal }) => getJson<AuditCheckpointView>('/v1/audit/checkpoint', {}, signal),
});
