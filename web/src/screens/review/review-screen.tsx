import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Order, Run, RunAccount } from '../../../../src/api/contract/index.ts';
import { KINDS, RUN_STATES } from '../../api/labels.ts';
import { runAccountsQuery, runOrdersQuery, runQuery, runsQuery } from '../../api/queries.ts';
import { formatCount, formatMoney, formatMoneyWhole, formatWeight } from '../../format/numbers.ts';
import { DataGrid } from '../../grid/data-grid.tsx';
import { useGridView, useScreenSearch } from '../../shell/search.ts';
import { Chip } from '../../ui/chip.tsx';
import { RunPicker, useRunId } from '../../ui/run-picker.tsx';
import { Screen, Sheet } from '../../ui/screen.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/state.tsx';
import { FactTile } from '../../ui/tile.tsx';
import { GainFigure, SideWord } from '../../ui/value.tsx';
import { ReleaseButton } from '../approvals/release-button.tsx';
import { RunProgress } from '../runs/run-progress.tsx';
import { OrderActions } from './order-actions.tsx';
import { OutcomeSheet } from './outcome-sheet.tsx';
import {
  ACCOUNT_COLUMNS,
  ORDER_COLUMNS,
  SUPPRESSED_COLUMNS,
  type Suppressed,
} from './review-columns.tsx';
import { SubmitButton } from './submit-button.tsx';
import { WhyPanel } from './why-panel.tsx';

type Tab = 'accounts' | 'orders' | 'suppressed';

function Totals(props: { readonly run: Run }) {
  const { totals, orderCounts } = props.run;
  if (totals === null) return null;
  return (
    <div className="ek-tiles" role="group" aria-label="Totals">
      <FactTile text="Active share before → after">
        {formatWeight(totals.activeShareBefore)} → {formatWeight(totals.activeShareAfter)}
      </FactTile>
      <FactTile text="Orders · suppressed">
        {formatCount(totals.orderCount)} · {formatCount(totals.suppressedCount)}
      </FactTile>
      <FactTile text="Buys USD" title={formatMoney(totals.buyAmount)}>
        {formatMoneyWhole(totals.buyAmount)}
      </FactTile>
      <FactTile text="Sells USD" title={formatMoney(totals.sellAmount)}>
        {formatMoneyWhole(totals.sellAmount)}
      </FactTile>
      <FactTile text="Short-term gain USD">
        <GainFigure amount={totals.realizedShortTerm} />
      </FactTile>
      <FactTile text="Long-term gain USD">
        <GainFigure amount={totals.realizedLongTerm} />
      </FactTile>
      <FactTile
        text="Estimated tax USD"
        tone={totals.estimatedTax === null ? 'unknown' : 'neutral'}
      >
        {totals.estimatedTax === null ? 'Could not check' : formatMoney(totals.estimatedTax)}
      </FactTile>
      <FactTile text="Orders blocked" tone={orderCounts.blocked > 0 ? 'bad' : 'ok'}>
        {formatCount(orderCounts.blocked)}
      </FactTile>
    </div>
  );
}

const accountId = (row: RunAccount): string => row.accountId;
const orderId = (row: Order): string => row.orderId;
const suppressedId = (row: Suppressed): string =>
  `${row.accountId}/${row.symbol}/${row.side}/${row.code}`;

function OrderSheet(props: {
  readonly order: Order;
  readonly run: Run;
  readonly onClose: () => void;
}) {
  const { order } = props;
  return (
    <Sheet
      isWide
      label="Why this order"
      title={
        <>
          <SideWord side={order.side} /> {order.symbol} · {order.accountName}
        </>
      }
      subtitle={`Why this order · ${order.instrumentName}`}
      onClose={props.onClose}
      footer={<OrderActions order={order} run={props.run} />}
    >
      <WhyPanel order={order} />
    </Sheet>
  );
}

function Proposal(props: { readonly run: Run }) {
  const { run } = props;
  const [search, change] = useScreenSearch();
  const [view, setView] = useGridView();
  const accounts = useQuery(runAccountsQuery(run.runId));
  const orders = useQuery(runOrdersQuery(run.runId));
  const tab: Tab = search.tab === 'orders' || search.tab === 'suppressed' ? search.tab : 'accounts';

  const openAccount = useCallback(
    (row: RunAccount) => change({ account: row.accountId }),
    [change],
  );
  const openOrder = useCallback((row: Order) => change({ order: row.orderId }), [change]);
  const suppressed = useMemo(
    () =>
      (accounts.data ?? []).flatMap((account) =>
        account.suppressed.map((item) => ({ ...item, accountName: account.accountName })),
      ),
    [accounts.data],
  );
  const shownOrders = useMemo(
    () =>
      tab === 'orders' && search.account !== undefined
        ? (orders.data ?? []).filter((order) => order.accountId === search.account)
        : (orders.data ?? []),
    [orders.data, search.account, tab],
  );
  const error = accounts.error ?? orders.error;
  if (error !== null)
    return (
      <ErrorState
        error={error}
        onRetry={() => {
          void accounts.refetch();
          void orders.refetch();
        }}
      />
    );
  if (accounts.data === undefined || orders.data === undefined)
    return <LoadingState what="the proposal" />;

  const account = accounts.data.find((row) => row.accountId === search.account);
  const order = orders.data.find((row) => row.orderId === search.order);
  const switchTab = (next: Tab, keepAccount = false): void =>
    change({
      tab: next,
      order: undefined,
      ...(keepAccount ? {} : { account: undefined }),
      q: undefined,
      sort: undefined,
      filter: undefined,
    });
  const heading: readonly (readonly [string, string])[] = [
    ['Run', run.runId],
    ['As of', run.asOfDate],
    ['Reason', run.reason],
    ['Result hash', run.resultHash ?? 'n/a'],
  ];
  return (
    <>
      <Totals run={run} />
      <Tabs
        value={tab}
        onChange={(next) =>
          switchTab(next === 'orders' || next === 'suppressed' ? next : 'accounts')
        }
        keepMounted={false}
        style={{ display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0 }}
      >
        <Tabs.List mb={8}>
          <Tabs.Tab value="accounts">Accounts ({formatCount(accounts.data.length)})</Tabs.Tab>
          <Tabs.Tab value="orders">Orders ({formatCount(orders.data.length)})</Tabs.Tab>
          <Tabs.Tab value="suppressed">Suppressed ({formatCount(suppressed.length)})</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={tab} style={{ flex: 1, minHeight: 0, display: 'flex' }}>
          <div className="ek-split">
            <div className="ek-main-pane">
              {tab === 'accounts' ? (
                <DataGrid
                  label="Accounts of the run"
                  noun="account"
                  rows={accounts.data}
                  columns={ACCOUNT_COLUMNS}
                  rowId={accountId}
                  view={view}
                  onViewChange={setView}
                  openRowId={search.account ?? null}
                  onOpen={openAccount}
                  exportHeading={heading}
                />
              ) : tab === 'orders' ? (
                <DataGrid
                  label="Proposed orders"
                  noun="order"
                  rows={shownOrders}
                  columns={ORDER_COLUMNS}
                  rowId={orderId}
                  view={view}
                  onViewChange={setView}
                  openRowId={search.order ?? null}
                  onOpen={openOrder}
                  exportHeading={heading}
                  emptyTitle="No orders"
                  emptyText="Nothing to do is a valid answer: see the accounts and what was suppressed."
                  tools={
                    search.account === undefined ? null : (
                      <button
                        type="button"
                        className="ek-user"
                        onClick={() => change({ account: undefined })}
                      >
                        {account?.accountName ?? search.account} ✕
                      </button>
                    )
                  }
                />
              ) : (
                <DataGrid
                  label="Suppressed orders"
                  noun="suppressed order"
                  rows={suppressed}
                  columns={SUPPRESSED_COLUMNS}
                  rowId={suppressedId}
                  view={view}
                  onViewChange={setView}
                  exportHeading={heading}
                  emptyTitle="Nothing was suppressed"
                />
              )}
            </div>
            {tab === 'orders' && order !== undefined ? (
              <OrderSheet order={order} run={run} onClose={() => change({ order: undefined })} />
            ) : tab === 'accounts' && account !== undefined ? (
              <OutcomeSheet
                runId={run.runId}
                account={account}
                onClose={() => change({ account: undefined })}
                onShowOrders={() => switchTab('orders', true)}
              />
            ) : null}
          </div>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

export function ReviewScreen() {
  const runId = useRunId();
  const runs = useQuery(runsQuery);
  const query = useQuery({ ...runQuery(runId ?? ''), enabled: runId !== null });
  const run = query.data;
  return (
    <Screen
      title="Proposal review"
      subtitle={
        run === undefined ? undefined : (
          <>
            <Chip tone={RUN_STATES[run.state].tone}>{RUN_STATES[run.state].text}</Chip> {run.reason}{' '}
            · {KINDS[run.rebalanceKind].text} · as of {run.asOfDate} · started by{' '}
            {run.startedByName}
          </>
        )
      }
      actions={
        <>
          <RunPicker />
          {run === undefined ? null : (
            <>
              <SubmitButton run={run} />
              <ReleaseButton run={run} />
            </>
          )}
        </>
      }
    >
      {query.error !== null ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : runs.error !== null && runId === null ? (
        <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />
      ) : runs.data?.length === 0 ? (
        <EmptyState title="No run to review">Start a rebalance from the monitor.</EmptyState>
      ) : run === undefined ? (
        <LoadingState what="the run" />
      ) : run.state === 'computing' || run.state === 'failed' ? (
        <div className="ek-card ek-pad" style={{ maxWidth: 560 }}>
          <RunProgress run={run} />
        </div>
      ) : (
        <Proposal run={run} />
      )}
    </Screen>
  );
}
