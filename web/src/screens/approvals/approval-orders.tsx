import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import type { ApprovalInboxItem, Order } from '../../../../src/api/contract/index.ts';
import { runOrdersQuery, runQuery } from '../../api/queries.ts';
import { formatCount } from '../../format/numbers.ts';
import { DataGrid } from '../../grid/data-grid.tsx';
import { useGridView, useScreenSearch } from '../../shell/search.ts';
import { Sheet } from '../../ui/screen.tsx';
import { ErrorState, LoadingState } from '../../ui/state.tsx';
import { SideWord } from '../../ui/value.tsx';
import { ORDER_COLUMNS } from '../review/review-columns.tsx';
import { WhyPanel } from '../review/why-panel.tsx';
import { isApprovable, isHeldBack } from './approval-guard.ts';
import { ApproveDialog, DeclineDialog } from './approve-dialog.tsx';
import { ReleaseButton } from './release-button.tsx';

const orderId = (order: Order): string => order.orderId;

/** The orders of one waiting run, and the decisions on them. */
export function ApprovalOrders(props: { readonly item: ApprovalInboxItem }) {
  const { item } = props;
  const [search, change] = useScreenSearch();
  const [view, setView] = useGridView();
  const orders = useQuery(runOrdersQuery(item.runId));
  const run = useQuery(runQuery(item.runId));
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<'approve' | 'decline' | null>(null);
  const select = useCallback(
    (rows: readonly Order[]) => setSelectedIds(new Set(rows.map(orderId))),
    [],
  );
  const open = useCallback((order: Order) => change({ order: order.orderId }), [change]);
  useHotkeys('shift+a', () => setDialog('approve'), { preventDefault: true });

  const all = useMemo(() => orders.data ?? [], [orders.data]);
  // Always the newest facts of what was selected: an approval names what is on the screen now.
  const chosen = useMemo(
    () =>
      selectedIds.size === 0
        ? all.filter(isApprovable)
        : all.filter((order) => selectedIds.has(order.orderId)),
    [all, selectedIds],
  );
  if (orders.error !== null)
    return <ErrorState error={orders.error} onRetry={() => void orders.refetch()} />;
  if (orders.data === undefined) return <LoadingState what="the orders" />;
  const opened = all.find((order) => order.orderId === search.order);
  const blocked = all.filter((order) => order.state === 'submitted' && isHeldBack(order));
  const approvableCount = chosen.filter(isApprovable).length;
  const close = (): void => setDialog(null);
  return (
    <>
      {item.canApprove ? null : (
        <div className="ek-banner" data-tone="warn" role="status">
          <p>
            <b>You cannot approve this run.</b>{' '}
            {item.cannotApproveBecause ?? 'It needs a person with the right to approve.'}
          </p>
        </div>
      )}
      {blocked.length === 0 ? null : (
        <div className="ek-banner" data-tone="bad" role="status">
          <p>
            <b>{formatCount(blocked.length)} blocked by compliance</b> and left out of an approval
            until cured, overridden where allowed, or declined.
          </p>
        </div>
      )}
      <div className="ek-split">
        <div className="ek-main-pane">
          <DataGrid
            label="Orders awaiting approval"
            noun="order"
            rows={all}
            columns={ORDER_COLUMNS}
            rowId={orderId}
            view={view}
            onViewChange={setView}
            openRowId={search.order ?? null}
            onOpen={open}
            onSelect={select}
            exportHeading={[
              ['Run', item.runId],
              ['Submitted by', item.submittedByName],
            ]}
            tools={
              <>
                <Button
                  variant="default"
                  disabled={selectedIds.size === 0}
                  title={selectedIds.size === 0 ? 'Select the orders to decline' : undefined}
                  onClick={() => setDialog('decline')}
                >
                  Decline{selectedIds.size > 0 ? ` ${formatCount(chosen.length)}` : ''}
                </Button>
                <Button onClick={() => setDialog('approve')} title="Shift+A">
                  Approve{approvableCount === 0 ? '' : ` ${formatCount(approvableCount)}`}
                </Button>
                {run.data === undefined ? null : <ReleaseButton run={run.data} />}
              </>
            }
          />
        </div>
        {opened === undefined ? null : (
          <Sheet
            isWide
            label="Why this order"
            title={
              <>
                <SideWord side={opened.side} /> {opened.symbol} · {opened.accountName}
              </>
            }
            subtitle={opened.instrumentName}
            onClose={() => change({ order: undefined })}
          >
            <WhyPanel order={opened} />
          </Sheet>
        )}
      </div>
      <ApproveDialog item={item} orders={chosen} isOpen={dialog === 'approve'} onClose={close} />
      <DeclineDialog
        item={item}
        orders={chosen.filter((order) => order.state === 'submitted')}
        isOpen={dialog === 'decline'}
        onClose={close}
      />
    </>
  );
}
