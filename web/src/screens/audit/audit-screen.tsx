import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { AuditEntryView } from '../../../../src/api/contract/index.ts';
import { auditQuery, checkpointQuery } from '../../api/queries.ts';
import { formatInstant } from '../../format/dates.ts';
import { formatCount } from '../../format/numbers.ts';
import type { GridColumn } from '../../grid/column.ts';
import { DataGrid } from '../../grid/data-grid.tsx';
import { useGridView, useScreenSearch } from '../../shell/search.ts';
import { Chip } from '../../ui/chip.tsx';
import { RunPicker } from '../../ui/run-picker.tsx';
import { Screen } from '../../ui/screen.tsx';
import { ErrorState, LoadingState } from '../../ui/state.tsx';
import { EntrySheet } from './entry-sheet.tsx';

const COLUMNS: readonly GridColumn<AuditEntryView>[] = [
  {
    id: 'seq',
    kind: 'count',
    header: 'Seq',
    description: 'Place in the log; n/a for the moment until it has one',
    value: (row) => row.seq,
    width: 74,
    isPinned: true,
  },
  {
    id: 'recorded',
    kind: 'instant',
    header: 'Recorded UTC',
    value: (row) => row.recordedAt,
    width: 150,
  },
  {
    id: 'actor',
    kind: 'text',
    header: 'Who',
    value: (row) => row.actorName,
    width: 140,
    hover: (row) => row.actor,
  },
  { id: 'action', kind: 'text', header: 'What', value: (row) => row.action, width: 190 },
  {
    id: 'subjectKind',
    kind: 'text',
    header: 'Subject',
    value: (row) => row.subjectKind,
    width: 110,
  },
  { id: 'subjectId', kind: 'id', header: 'Subject id', value: (row) => row.subjectId, width: 190 },
  {
    id: 'reason',
    kind: 'text',
    header: 'Why',
    flex: 1,
    width: 240,
    value: (row) => [row.reasonCode, row.reasonText].filter((part) => part !== null).join(': '),
  },
  { id: 'run', kind: 'id', header: 'Run', value: (row) => row.correlationId, width: 150 },
  { id: 'hash', kind: 'id', header: 'Leaf hash', value: (row) => row.leafHash, width: 130 },
];
const rowId = (row: AuditEntryView): string => String(row.entryId);

/** Is the log whole: its size and root, and when that was last computed. */
function ChainStatus() {
  const { data, error } = useQuery({ ...checkpointQuery, refetchInterval: 10_000 });
  if (error !== null) return <Chip tone="bad">Log cannot be checked</Chip>;
  if (data === undefined) return null;
  return (
    <span title={data.rootHash}>
      <Chip tone="ok">Log whole</Chip> {formatCount(data.size)} entries · root{' '}
      <span className="ek-mono">{data.rootHash.slice(0, 12)}…</span> · checked{' '}
      {formatInstant(data.checkedAt)} UTC
    </span>
  );
}

function FilterSelect(props: {
  readonly label: string;
  readonly value: string | undefined;
  readonly values: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string | undefined) => void;
}) {
  return (
    <Select
      aria-label={props.label}
      placeholder={props.label}
      w={170}
      clearable
      searchable
      allowDeselect
      clearButtonProps={{ 'aria-label': `Clear ${props.label.toLowerCase()}` }}
      value={props.value ?? null}
      data={[...props.values]}
      onChange={(value) => props.onChange(value ?? undefined)}
    />
  );
}

function distinct(
  pairs: readonly (readonly [string, string])[],
): { value: string; label: string }[] {
  return [...new Map(pairs)]
    .map(([value, label]) => ({ value, label }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
}

export function AuditScreen() {
  const [search, change] = useScreenSearch();
  const [view, setView] = useGridView();
  const query = useQuery(auditQuery(search.run === undefined ? {} : { correlationId: search.run }));
  const all = useMemo(() => query.data ?? [], [query.data]);
  const rows = useMemo(
    () =>
      all.filter(
        (entry) =>
          (search.actor === undefined || entry.actor === search.actor) &&
          (search.action === undefined || entry.action === search.action) &&
          (search.subject === undefined || entry.subjectKind === search.subject),
      ),
    [all, search.actor, search.action, search.subject],
  );
  const open = useCallback(
    (entry: AuditEntryView) => change({ entry: String(entry.entryId) }),
    [change],
  );
  const opened = all.find((entry) => String(entry.entryId) === search.entry);
  const previous = useMemo(
    () =>
      opened === undefined
        ? undefined
        : all
            .filter(
              (entry) =>
                entry.entryId < opened.entryId &&
                entry.subjectKind === opened.subjectKind &&
                entry.subjectId === opened.subjectId,
            )
            .toSorted((a, b) => b.entryId - a.entryId)[0],
    [all, opened],
  );
  return (
    <Screen title="Audit" subtitle={<ChainStatus />} actions={<RunPicker allText="All runs" />}>
      {query.data === undefined ? (
        query.error !== null ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <LoadingState what="the audit log" />
        )
      ) : (
        <div className="ek-split">
          <div className="ek-main-pane">
            <DataGrid
              label="Audit timeline"
              noun="entry"
              rows={rows}
              columns={COLUMNS}
              rowId={rowId}
              view={view}
              onViewChange={setView}
              openRowId={search.entry ?? null}
              onOpen={open}
              exportHeading={[
                ['Run', search.run ?? 'all'],
                ['Actor', search.actor ?? 'all'],
                ['Action', search.action ?? 'all'],
              ]}
              emptyTitle="No entry"
              tools={
                <>
                  <FilterSelect
                    label="Who"
                    value={search.actor}
                    values={distinct(all.map((entry) => [entry.actor, entry.actorName]))}
                    onChange={(actor) => change({ actor })}
                  />
                  <FilterSelect
                    label="What"
                    value={search.action}
                    values={distinct(all.map((entry) => [entry.action, entry.action]))}
                    onChange={(action) => change({ action })}
                  />
                  <FilterSelect
                    label="Subject"
                    value={search.subject}
                    values={distinct(all.map((entry) => [entry.subjectKind, entry.subjectKind]))}
                    onChange={(subject) => change({ subject })}
                  />
                </>
              }
            />
          </div>
          {opened === undefined ? null : (
            <EntrySheet
              entry={opened}
              previous={previous}
              onClose={() => change({ entry: undefined })}
            />
          )}
        </div>
      )}
    </Screen>
  );
}
