import { z } from 'zod';
import {
  accountView as accountSchema,
  identifierText,
  MONITOR_TILES,
  monitorTile,
  monitorView as monitorSchema,
  pageQuery,
} from '../contract/index.ts';
import { lastRebalancedAt, openOrderCounts } from '../../workflow/index.ts';
import type { Snapshot } from '../../domain/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { cursorOf, limitOf, readCursor } from '../cursor.ts';
import { refuse } from '../problem.ts';
import { accountView, monitorRow, rowsOf, type RowHistory } from '../views/monitor-view.ts';

const monitorQuery = pageQuery.extend({
  tile: z.union([monitorTile, z.array(monitorTile)]).optional(),
  householdId: identifierText.optional(),
});

/** The drift monitor and accounts opened. */
export function monitorRoutes(app: Api, context: ApiContext): void {
  app.get(
    '/v1/monitor',
    {
      config: { action: 'monitor.read' },
      schema: {
        tags: ['monitor'],
        summary: 'Every account with its drift, cash and triggers',
        querystring: monitorQuery,
        response: { 200: monitorSchema },
      },
    },
    async (request) => {
      const { cursor, limit, tile, householdId } = request.query;
      const snapshot = await currentSnapshot(context);
      const history = await historyOf(context);
      const rows = rowsOf(snapshot).map((row) => monitorRow(row, snapshot, history));
      const tiles = tile === undefined ? [] : [tile].flat();
      const matching = rows.filter(
        (row) =>
          tiles.every((wanted) => row.tiles.includes(wanted)) &&
          (householdId === undefined || row.householdId === householdId),
      );
      const [after] = readCursor(cursor, 1) ?? [];
      const start = after === undefined ? 0 : matching.findIndex((row) => row.accountId > after);
      const items = start < 0 ? [] : matching.slice(start, start + limitOf(limit));
      const last = items.at(-1);
      const isEnd = start < 0 || start + items.length >= matching.length;
      return {
        asOfDate: snapshot.asOfDate,
        snapshotHash: snapshot.snapshotHash,
        computedAt: context.workflow.clock.instant(),
        tiles: MONITOR_TILES.map((name) => ({
          tile: name,
          count: rows.filter((row) => row.tiles.includes(name)).length,
        })),
        items,
        nextCursor: isEnd || last === undefined ? null : cursorOf([last.accountId]),
        total: matching.length,
      };
    },
  );
  app.get(
    '/v1/accounts/:accountId',
    {
      config: { action: 'monitor.read' },
      schema: {
        tags: ['monitor'],
        summary: 'One account down to lots, targets, bands and restrictions',
        params: z.object({ accountId: identifierText }),
        response: { 200: accountSchema },
      },
    },
    async (request) => {
      const { accountId } = request.params;
      const snapshot = await currentSnapshot(context);
      const row = rowsOf(snapshot).find((item) => item.account.account.accountId === accountId);
      if (row === undefined) throw refuse('RESOURCE_UNKNOWN', `there is no account ${accountId}`);
      return accountView(row, snapshot, await historyOf(context));
    },
  );
}

interface RecentSnapshot {
  readonly takenAt: number;
  readonly snapshot: Promise<Snapshot>;
}

const recent = new WeakMap<ApiContext, RecentSnapshot>();

/** While a hundred blocks are booked, screens may be this much behind instead of reloading the firm each time. */
const SNAPSHOT_AGE_MS_MAX = 1_000;

/** The firm as known now, or at most a second ago. @throws ApiRefusal VAULT_EMPTY */
async function currentSnapshot(context: ApiContext): Promise<Snapshot> {
  const { books, clock } = context.workflow;
  if ((await books.version()) === null) {
    throw refuse('VAULT_EMPTY', 'no firm has been imported yet');
  }
  const takenAt = clock.monotonic();
  const known = recent.get(context);
  if (known !== undefined && takenAt - known.takenAt < SNAPSHOT_AGE_MS_MAX) return known.snapshot;
  const snapshot = books.snapshot(await books.latestDate());
  recent.set(context, { takenAt, snapshot });
  snapshot.catch(() => recent.delete(context));
  return snapshot;
}

/** Names, instruments and settings as known now. @throws ApiRefusal VAULT_EMPTY */
export async function currentReference(context: ApiContext): Promise<Snapshot> {
  const { books } = context.workflow;
  if ((await books.version()) === null) {
    throw refuse('VAULT_EMPTY', 'no firm has been imported yet');
  }
  return books.reference(await books.latestDate());
}

async function historyOf(context: ApiContext): Promise<RowHistory> {
  const { database, firmId } = context.workflow;
  return {
    lastRebalancedAt: await lastRebalancedAt(database, firmId),
    openOrderCounts: await openOrderCounts(database, firmId),
  };
}
