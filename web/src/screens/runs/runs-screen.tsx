import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Run } from '../../../../src/api/contract/index.ts';
import { KINDS, RUN_STATES } from '../../api/labels.ts';
import { runsQuery } from '../../api/queries.ts';
import { DataGrid } from '../../grid/data-grid.tsx';
import type { GridColumn } from '../../grid/column.ts';
import { useGridView, useScreenSearch } from '../../shell/search.ts';
import { Screen } from '../../ui/screen.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/state.tsx';
import { ProgressMeter, progressText } from './run-progress.tsx';
import { RunSheet } from './run-sheet.tsx';

const COLUMNS: readonly GridColumn<Run>[] = [
  {
    id: 'started',
    kind: 'instant',
    header: 'Started UTC',
    value: (run) => run.startedAt,
    width: 146,
  },
  { id: 'reason', kind: 'text', header: 'Reason', value: (run) => run.reason, flex: 1, width: 200 },
  {
    id: 'kind',
    kind: 'text',
    header: 'Kind',
    value: (run) => KINDS[run.rebalanceKind].text,
    width: 96,
  },
  { id: 'state', kind: 'chip', header: 'State', value: (run) => RUN_STATES[run.state], width: 138 },
  {
    id: 'progress',
    kind: 'drawn',
    header: 'Progress',
    value: progressText,
    width: 230,
    draw: (run) => (
      <span style={{ display: 'flex', alignItems: 'center', gap: 8, height: '100%' }}>
        <span style={{ width: 70 }}>
          <ProgressMeter run={run} />
        </span>
        <span>{progressText(run)}</span>
      </span>
    ),
  },
  {
    id: 'refused',
    kind: 'count',
    header: 'Not computed',
    value: (run) => run.totals?.refusedAccountCount ?? null,
    width: 112,
  },
  {
    id: 'orders',
    kind: 'count',
    header: 'Orders',
    value: (run) => run.totals?.orderCount ?? null,
    width: 84,
  },
  {
    id: 'buys',
    kind: 'money',
    header: 'Buys USD',
    value: (run) => run.totals?.buyAmount ?? null,
    width: 128,
  },
  {
    id: 'sells',
    kind: 'money',
    header: 'Sells USD',
    value: (run) => run.totals?.sellAmount ?? null,
    width: 128,
  },
  {
    id: 'driftBefore',
    kind: 'weight',
    header: 'Before',
    description: 'Active share before, averaged by value',
    value: (run) => run.totals?.activeShareBefore ?? null,
    width: 84,
  },
  {
    id: 'driftAfter',
    kind: 'weight',
    header: 'After',
    description: 'Active share after, averaged by value',
    value: (run) => run.totals?.activeShareAfter ?? null,
    width: 84,
  },
  { id: 'by', kind: 'text', header: 'Started by', value: (run) => run.startedByName, width: 120 },
];
const rowId = (run: Run): string => run.runId;

export function RunsScreen() {
  const query = useQuery(runsQuery);
  const [search, change] = useScreenSearch();
  const [view, setView] = useGridView();
  const open = useCallback((run: Run) => change({ run: run.runId }), [change]);
  const isComputing = query.data?.some((run) => run.state === 'computing') ?? false;
  return (
    <Screen
      title="Runs"
      subtitle="Each run is one decision with its inputs, outcome and evidence."
      actions={
        <Button component={Link} to="/monitor" variant="default">
          Start from the monitor
        </Button>
      }
    >
      {query.data === undefined ? (
        query.error !== null ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <LoadingState what="runs" />
        )
      ) : query.data.length === 0 && search.run === undefined ? (
        <EmptyState
          title="No run yet"
          action={
            <Button component={Link} to="/monitor">
              Open the monitor
            </Button>
          }
        >
          Select accounts in the monitor and start a rebalance.
        </EmptyState>
      ) : (
        <div className="ek-split">
          <div className="ek-main-pane">
            <DataGrid
              label="Rebalance runs"
              noun="run"
              rows={query.data}
              columns={COLUMNS}
              rowId={rowId}
              view={view}
              onViewChange={setView}
              openRowId={search.run ?? null}
              onOpen={open}
              tools={isComputing ? <span className="ek-dim">computing…</span> : null}
            />
          </div>
          {search.run === undefined ? null : (
            <RunSheet runId={search.run} onClose={() => change({ run: undefined })} />
          )}
        </div>
      )}
    </Screen>
  );
}
