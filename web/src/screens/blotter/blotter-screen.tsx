import './blotter.css';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { BlockView } from '../../../../src/api/contract/index.ts';
import { BLOCK_STATES, PLACEMENT_STATES } from '../../api/labels.ts';
import { blocksQuery, statusQuery } from '../../api/queries.ts';
import { formatTime } from '../../format/dates.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import type { GridColumn } from '../../grid/column.ts';
import { DataGrid } from '../../grid/data-grid.tsx';
import { useLive } from '../../live/live.tsx';
import { useGridView, useScreenSearch } from '../../shell/search.ts';
import { RunPicker } from '../../ui/run-picker.tsx';
import { Screen } from '../../ui/screen.tsx';
import { ErrorState, LoadingState } from '../../ui/state.tsx';
import { FilterTile } from '../../ui/tile.tsx';
import { BlockSheet } from './block-sheet.tsx';
import { FillBar } from './fill-bar.tsx';

const COLUMNS: readonly GridColumn<BlockView>[] = [
  {
    id: 'symbol',
    kind: 'text',
    header: 'Symbol',
    value: (row) => row.symbol,
    width: 96,
    isPinned: true,
    hover: (row) => row.instrumentName,
  },
  { id: 'side', kind: 'side', header: 'Side', value: (row) => row.side, width: 64, isPinned: true },
  {
    id: 'state',
    kind: 'chip',
    header: 'State',
    value: (row) => BLOCK_STATES[row.state],
    width: 96,
  },
  {
    id: 'placement',
    kind: 'chip',
    header: 'At the broker',
    width: 138,
    value: (row) => {
      const last = row.placements.at(-1);
      return last === undefined
        ? { text: 'Not sent', tone: 'neutral' }
        : PLACEMENT_STATES[last.status];
    },
  },
  {
    id: 'filled',
    kind: 'drawn',
    header: 'Filled / total',
    width: 240,
    isFigure: true,
    value: (row) => row.cumulativeQuantity,
    draw: (row) => <FillBar filled={row.cumulativeQuantity} total={row.orderQuantity} />,
    hover: (row) => `${row.cumulativeQuantity} of ${row.orderQuantity}`,
  },
  {
    id: 'leaves',
    kind: 'quantity',
    header: 'Leaves',
    value: (row) => row.leavesQuantity,
    width: 120,
  },
  {
    id: 'average',
    kind: 'price',
    header: 'Avg price',
    value: (row) => row.averagePrice,
    width: 104,
  },
  { id: 'arrival', kind: 'price', header: 'Arrival', value: (row) => row.arrivalPrice, width: 96 },
  {
    id: 'slippage',
    kind: 'basisPoints',
    header: 'Slippage bps',
    description: 'Average against arrival; positive is a cost',
    value: (row) => row.slippageBps,
    width: 104,
  },
  {
    id: 'fills',
    kind: 'count',
    header: 'Fills',
    value: (row) => row.placements.reduce((count, one) => count + one.executions.length, 0),
    width: 70,
  },
  {
    id: 'broker',
    kind: 'text',
    header: 'Broker',
    value: (row) => row.placements.at(-1)?.executingBroker ?? null,
    width: 110,
  },
  {
    id: 'accounts',
    kind: 'count',
    header: 'Accounts',
    value: (row) => row.statement.length,
    width: 86,
  },
  {
    id: 'allocated',
    kind: 'text',
    header: 'Allocated',
    value: (row) => (row.allocations.length > 0 ? 'Yes' : 'Not yet'),
    width: 92,
  },
  { id: 'type', kind: 'text', header: 'Type', value: (row) => row.orderType, width: 80 },
  {
    id: 'tradeDate',
    kind: 'date',
    header: 'Trade date',
    value: (row) => row.tradeDate,
    width: 100,
  },
  {
    id: 'clOrdId',
    kind: 'id',
    header: 'Client order id',
    value: (row) => row.placements.at(-1)?.clientOrderId ?? null,
    flex: 1,
    width: 170,
  },
];
const rowId = (row: BlockView): string => row.blockId;
const STATES = ['staged', 'working', 'done', 'allocated'] as const;

/** Says when what is shown is no longer live, and when the broker cannot be reached. */
function LinkBanners() {
  const live = useLive();
  const { data: status } = useQuery(statusQuery);
  return (
    <>
      {live.link === 'stale' && live.since !== null ? (
        <div className="ek-banner" data-tone="warn" role="status">
          <p>
            <b>Stale since {formatTime(live.since)} UTC.</b> The live stream is down and being
            retried; figures below are as of then.
          </p>
        </div>
      ) : null}
      {status?.gateway.link === 'down' ? (
        <div className="ek-banner" data-tone="bad" role="status">
          <p>
            <b>The broker link is down.</b> {status.gateway.detail ?? ''} Orders wait, recorded, and
            are sent once when it is back.
          </p>
        </div>
      ) : null}
    </>
  );
}

export function BlotterScreen() {
  const [search, change] = useScreenSearch();
  const [view, setView] = useGridView();
  const live = useLive();
  const query = useQuery({
    ...blocksQuery(search.run ?? null),
    // Without the stream the page asks by itself.
    refetchInterval: live.link === 'live' ? 15_000 : 3000,
  });
  const state = search.tiles;
  const all = useMemo(() => query.data ?? [], [query.data]);
  const rows = useMemo(
    () => (state === undefined ? all : all.filter((block) => block.state === state)),
    [all, state],
  );
  const open = useCallback((block: BlockView) => change({ block: block.blockId }), [change]);
  const opened = all.find((block) => block.blockId === search.block);
  return (
    <Screen
      title="Blotter"
      subtitle={
        query.data === undefined
          ? undefined
          : `${plural(all.length, 'block')}${search.run === undefined ? '' : ' of one run'} · fills arrive live`
      }
      actions={<RunPicker allText="All runs" />}
    >
      <LinkBanners />
      {query.data === undefined ? (
        query.error !== null ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <LoadingState what="blocks" />
        )
      ) : (
        <>
          <div className="ek-tiles" role="group" aria-label="Filters">
            {STATES.map((name) => (
              <FilterTile
                key={name}
                text={BLOCK_STATES[name].text}
                tone={BLOCK_STATES[name].tone}
                count={formatCount(all.filter((block) => block.state === name).length)}
                isOn={state === name}
                onToggle={() => change({ tiles: state === name ? undefined : name })}
              />
            ))}
          </div>
          <div className="ek-split">
            <div className="ek-main-pane">
              <DataGrid
                label="Order blotter"
                noun="block"
                rows={rows}
                columns={COLUMNS}
                rowId={rowId}
                view={view}
                onViewChange={setView}
                openRowId={search.block ?? null}
                onOpen={open}
                exportHeading={[['Run', search.run ?? 'all runs']]}
                emptyTitle={
                  all.length === 0 ? 'Nothing has been released' : 'No block in this state'
                }
                emptyText={
                  all.length === 0 ? 'Approved runs are released from the approvals screen.' : ''
                }
              />
            </div>
            {opened === undefined ? null : (
              <BlockSheet block={opened} onClose={() => change({ block: undefined })} />
            )}
          </div>
        </>
      )}
    </Screen>
  );
}
