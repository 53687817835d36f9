import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type {
  ReconciliationBreakView,
  ReconciliationView,
} from '../../../../src/api/contract/index.ts';
import { newIdempotencyKey } from '../../api/client.ts';
import { startReconciliation } from '../../api/commands.ts';
import { BREAK_KINDS, RECONCILIATION_STATES } from '../../api/labels.ts';
import { blocksQuery, reconciliationsQuery, statusQuery } from '../../api/queries.ts';
import { formatInstant } from '../../format/dates.ts';
import { formatCount } from '../../format/numbers.ts';
import type { GridColumn } from '../../grid/column.ts';
import { DataGrid } from '../../grid/data-grid.tsx';
import { useGridView, useScreenSearch } from '../../shell/search.ts';
import { useCan } from '../../shell/session.ts';
import { Chip } from '../../ui/chip.tsx';
import { Facts, Screen, Section, Sheet } from '../../ui/screen.tsx';
import { EmptyState, ErrorState, LoadingState, ProblemBanner } from '../../ui/state.tsx';
import { FactTile } from '../../ui/tile.tsx';
import { DriftAfter } from './drift-after.tsx';

const BREAK_COLUMNS: readonly GridColumn<ReconciliationBreakView>[] = [
  {
    id: 'kind',
    kind: 'text',
    header: 'Break',
    value: (row) => BREAK_KINDS[row.kind],
    width: 220,
    isPinned: true,
  },
  { id: 'account', kind: 'text', header: 'Account', value: (row) => row.accountId, width: 140 },
  { id: 'symbol', kind: 'text', header: 'Symbol', value: (row) => row.symbol, width: 100 },
  { id: 'left', kind: 'quantity', header: 'Ours', value: (row) => row.left, width: 130 },
  { id: 'right', kind: 'quantity', header: 'Theirs', value: (row) => row.right, width: 130 },
  {
    id: 'difference',
    kind: 'quantity',
    header: 'Difference',
    value: (row) => row.difference,
    width: 130,
  },
  {
    id: 'reference',
    kind: 'id',
    header: 'Reference',
    value: (row) => row.reference,
    flex: 1,
    width: 180,
  },
];
const HISTORY_COLUMNS: readonly GridColumn<ReconciliationView>[] = [
  {
    id: 'requested',
    kind: 'instant',
    header: 'Requested UTC',
    value: (row) => row.requestedAt,
    width: 150,
  },
  {
    id: 'tradeDate',
    kind: 'date',
    header: 'Trade date',
    value: (row) => row.tradeDate,
    width: 104,
  },
  {
    id: 'state',
    kind: 'chip',
    header: 'Result',
    value: (row) => RECONCILIATION_STATES[row.state],
    width: 160,
  },
  {
    id: 'executions',
    kind: 'count',
    header: 'Executions',
    value: (row) => row.matched.executions,
    width: 100,
  },
  {
    id: 'positions',
    kind: 'count',
    header: 'Positions',
    value: (row) => row.matched.positions,
    width: 96,
  },
  {
    id: 'cash',
    kind: 'count',
    header: 'Cash',
    value: (row) => row.matched.cash,
    width: 76,
  },
  { id: 'breaks', kind: 'count', header: 'Breaks', value: (row) => row.breakCount, width: 84 },
  {
    id: 'by',
    kind: 'text',
    header: 'Requested by',
    value: (row) => row.requestedBy,
    flex: 1,
    width: 120,
  },
];
const breakId = (row: ReconciliationBreakView): string => row.breakId;
const reconciliationId = (row: ReconciliationView): string => row.reconciliationId;

function Result(props: { readonly reconciliation: ReconciliationView }) {
  const { reconciliation: one } = props;
  const isDone = one.state === 'matched' || one.state === 'breaks';
  return (
    <div className="ek-tiles" role="group" aria-label="Result">
      <FactTile text={`Trade date ${one.tradeDate}`} tone={RECONCILIATION_STATES[one.state].tone}>
        {RECONCILIATION_STATES[one.state].text}
      </FactTile>
      <FactTile text="Executions matched with the broker">
        {formatCount(one.matched.executions)}
      </FactTile>
      <FactTile text="Positions matched with the custodian">
        {formatCount(one.matched.positions)}
      </FactTile>
      <FactTile text="Cash balances matched">{formatCount(one.matched.cash)}</FactTile>
      <FactTile text="Breaks" tone={one.breakCount > 0 ? 'bad' : isDone ? 'ok' : 'neutral'}>
        {isDone || one.breakCount > 0 ? formatCount(one.breakCount) : 'n/a'}
      </FactTile>
    </div>
  );
}

function EvidenceSheet(props: { readonly reconciliation: ReconciliationView }) {
  const { reconciliation: one } = props;
  const label = RECONCILIATION_STATES[one.state];
  return (
    <Sheet
      label="Reconciliation details"
      title={`Reconciliation of ${one.tradeDate}`}
      subtitle={<Chip tone={label.tone}>{label.text}</Chip>}
    >
      <Facts
        items={[
          ['Requested by', one.requestedBy],
          ['Requested UTC', formatInstant(one.requestedAt)],
          ['Completed UTC', formatInstant(one.completedAt)],
        ]}
      />
      {one.findings.length === 0 ? null : (
        <div className="ek-banner" data-tone={one.state === 'failed' ? 'bad' : 'warn'}>
          <div>
            {one.findings.map((finding) => (
              <p key={finding.code + finding.message}>
                {finding.message} <span className="ek-mono">[{finding.code}]</span>
              </p>
            ))}
          </div>
        </div>
      )}
      <DriftAfter runIds={one.runIds} />
      <Section title="Statement files read">
        {one.files.length === 0 ? (
          <p className="ek-dim" style={{ margin: 0 }}>
            None yet: the broker’s and the custodian’s files have not arrived.
          </p>
        ) : (
          <Facts
            items={one.files.map((file) => [
              file.name,
              <span key={file.name} className="ek-mono" title={file.contentHash}>
                {file.contentHash.slice(0, 12)}…
              </span>,
            ])}
          />
        )}
      </Section>
    </Sheet>
  );
}

/** Runs a reconciliation of a trade date; the newest traded date is offered. */
function StartReconciliation() {
  const { data: blocks = [] } = useQuery(blocksQuery(null));
  const { data: status } = useQuery(statusQuery);
  const [, change] = useScreenSearch();
  const client = useQueryClient();
  const newest =
    blocks
      .map((block) => block.tradeDate)
      .toSorted()
      .at(-1) ??
    status?.data.asOfDate ??
    '';
  const [typed, setTyped] = useState<string | null>(null);
  const tradeDate = typed ?? newest;
  const start = useMutation({
    mutationFn: () => startReconciliation({ tradeDate }, newIdempotencyKey()),
    onSuccess: async (started) => {
      await client.invalidateQueries({ queryKey: ['reconciliations'] });
      change({ reconciliation: started.reconciliationId });
    },
  });
  return (
    <>
      {start.error === null ? null : <ProblemBanner error={start.error} />}
      <TextInput
        aria-label="Trade date"
        placeholder="YYYY-MM-DD"
        value={tradeDate}
        w={112}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button
        loading={start.isPending}
        disabled={!/^\d{4}-\d{2}-\d{2}$/.test(tradeDate)}
        onClick={() => start.mutate()}
      >
        Run reconciliation
      </Button>
    </>
  );
}

export function ReconcileScreen() {
  const [search, change] = useScreenSearch();
  const [view, setView] = useGridView();
  const canStart = useCan('reconciliation.create');
  const query = useQuery({
    ...reconciliationsQuery,
    refetchInterval: (known) =>
      known.state.data?.some((one) => one.state === 'awaitingStatements') === true ? 2000 : false,
  });
  const all = query.data ?? [];
  const opened = all.find((one) => one.reconciliationId === search.reconciliation) ?? all[0];
  const open = useCallback(
    (one: ReconciliationView) => change({ reconciliation: one.reconciliationId }),
    [change],
  );
  return (
    <Screen
      title="Reconcile"
      subtitle="Our executions, positions and cash beside the broker’s and the custodian’s statements."
      actions={canStart ? <StartReconciliation /> : null}
    >
      {query.data === undefined ? (
        query.error !== null ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <LoadingState what="reconciliations" />
        )
      ) : opened === undefined ? (
        <EmptyState title="Nothing reconciled yet">
          Once orders have been filled and allocated, run the reconciliation of their trade date.
        </EmptyState>
      ) : (
        <>
          <Result reconciliation={opened} />
          <div className="ek-split">
            <div className="ek-main-pane">
              <DataGrid
                label="Breaks"
                noun="break"
                rows={opened.breaks}
                columns={BREAK_COLUMNS}
                rowId={breakId}
                view={view}
                onViewChange={setView}
                exportHeading={[
                  ['Trade date', opened.tradeDate],
                  ['Reconciliation', opened.reconciliationId],
                ]}
                emptyTitle={
                  opened.state === 'matched'
                    ? 'No breaks'
                    : RECONCILIATION_STATES[opened.state].text
                }
                emptyText={
                  opened.state === 'matched'
                    ? 'Every execution, position and cash balance agrees.'
                    : 'The result appears here when the statements have been read.'
                }
              />
              <DataGrid
                label="Reconciliations"
                hasFilter={false}
                noun="reconciliation"
                rows={all}
                columns={HISTORY_COLUMNS}
                rowId={reconciliationId}
                openRowId={opened.reconciliationId}
                onOpen={open}
              />
            </div>
            <EvidenceSheet reconciliation={opened} />
          </div>
        </>
      )}
    </Screen>
  );
}
