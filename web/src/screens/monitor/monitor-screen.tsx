import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { MonitorRow, MonitorTile, MonitorView } from '../../../../src/api/contract/index.ts';
import { TILES } from '../../api/labels.ts';
import { monitorQuery } from '../../api/queries.ts';
import { formatInstant } from '../../format/dates.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { DataGrid } from '../../grid/data-grid.tsx';
import { useGridView, useScreenSearch } from '../../shell/search.ts';
import { useCan } from '../../shell/session.ts';
import { Screen } from '../../ui/screen.tsx';
import { ErrorState, LoadingState } from '../../ui/state.tsx';
import { FilterTile } from '../../ui/tile.tsx';
import { AccountSheet } from './account-sheet.tsx';
import { monitorColumns } from './monitor-columns.tsx';
import { StartRunDialog } from './start-run-dialog.tsx';

/** Tiles AND together. */
export function rowsInTiles(
  rows: readonly MonitorRow[],
  tiles: readonly string[],
): readonly MonitorRow[] {
  if (tiles.length === 0) return rows;
  return rows.filter((row) => tiles.every((tile) => row.tiles.some((own) => own === tile)));
}

function Tiles(props: { readonly monitor: MonitorView }) {
  const [search, change] = useScreenSearch();
  const chosen = search.tiles?.split(',') ?? [];
  const toggle = (tile: MonitorTile): void => {
    const next = chosen.includes(tile) ? chosen.filter((one) => one !== tile) : [...chosen, tile];
    change({ tiles: next.length === 0 ? undefined : next.join(',') });
  };
  const counts = new Map(props.monitor.tiles.map(({ tile, count }) => [tile, count]));
  return (
    <div className="ek-tiles" role="group" aria-label="Filters">
      {(Object.keys(TILES) as MonitorTile[]).map((tile) => (
        <FilterTile
          key={tile}
          text={TILES[tile].text}
          tone={TILES[tile].tone}
          count={formatCount(counts.get(tile) ?? 0)}
          isOn={chosen.includes(tile)}
          onToggle={() => toggle(tile)}
        />
      ))}
    </div>
  );
}

const rowId = (row: MonitorRow): string => row.accountId;

function MonitorGrid(props: { readonly monitor: MonitorView }) {
  const { monitor } = props;
  const [search, change] = useScreenSearch();
  const [view, setView] = useGridView();
  const [selected, setSelected] = useState<readonly MonitorRow[]>([]);
  const [isStarting, setIsStarting] = useState(false);
  const canStart = useCan('run.create');
  const columns = useMemo(() => monitorColumns(monitor.asOfDate), [monitor.asOfDate]);
  const rows = useMemo(
    () => rowsInTiles(monitor.items, search.tiles?.split(',') ?? []),
    [monitor.items, search.tiles],
  );
  const open = useCallback((row: MonitorRow) => change({ account: row.accountId }), [change]);
  const select = useCallback((next: readonly MonitorRow[]) => setSelected(next), []);
  const triggeredCount = monitor.items.filter((row) => row.triggers.length > 0).length;
  return (
    <>
      <Tiles monitor={monitor} />
      <div className="ek-split">
        <div className="ek-main-pane">
          <DataGrid
            label="Drift monitor"
            noun="account"
            rows={rows}
            columns={columns}
            rowId={rowId}
            view={view}
            onViewChange={setView}
            openRowId={search.account ?? null}
            onOpen={open}
            onSelect={select}
            exportHeading={[
              ['As of', monitor.asOfDate],
              ['Snapshot', monitor.snapshotHash],
              ['Tiles', search.tiles ?? 'none'],
            ]}
            emptyTitle={
              monitor.items.length === 0
                ? 'No accounts yet'
                : 'No account is in all the chosen tiles'
            }
            emptyText={
              monitor.items.length === 0
                ? 'Import a firm directory with bin/evenkeel import, then reload.'
                : 'Press a tile again to take it off.'
            }
            tools={
              canStart ? (
                <Button onClick={() => setIsStarting(true)}>
                  {selected.length > 0
                    ? `Start rebalance of ${plural(selected.length, 'account')}`
                    : 'Start rebalance'}
                </Button>
              ) : null
            }
          />
        </div>
        {search.account === undefined ? null : (
          <AccountSheet accountId={search.account} onClose={() => change({ account: undefined })} />
        )}
      </div>
      <StartRunDialog
        isOpen={isStarting}
        onClose={() => setIsStarting(false)}
        accountIds={selected.map(rowId)}
        triggeredCount={triggeredCount}
        accountCount={monitor.items.length}
      />
    </>
  );
}

export function MonitorScreen() {
  const query = useQuery(monitorQuery);
  return (
    <Screen
      title="Drift monitor"
      subtitle={
        query.data === undefined
          ? undefined
          : `As of ${query.data.asOfDate} · computed ${formatInstant(query.data.computedAt)} UTC · snapshot ${query.data.snapshotHash.slice(0, 10)}`
      }
    >
      {query.data !== undefined ? (
        <MonitorGrid monitor={query.data} />
      ) : query.error !== null ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <LoadingState what="accounts and drift" />
      )}
    </Screen>
  );
}
