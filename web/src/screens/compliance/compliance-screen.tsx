import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type {
  ComplianceView,
  Order,
  RuleEvaluationView,
  Run,
  RunAccount,
} from '../../../../src/api/contract/index.ts';
import { SEVERITIES, VERDICTS, type VerdictName } from '../../api/labels.ts';
import {
  complianceQuery,
  rulesQuery,
  runAccountsQuery,
  runOrdersQuery,
  runQuery,
  runsQuery,
} from '../../api/queries.ts';
import { formatCount } from '../../format/numbers.ts';
import type { GridColumn } from '../../grid/column.ts';
import { DataGrid } from '../../grid/data-grid.tsx';
import { useGridView, useScreenSearch } from '../../shell/search.ts';
import { RunPicker, useRunId } from '../../ui/run-picker.tsx';
import { Screen } from '../../ui/screen.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/state.tsx';
import { FilterTile } from '../../ui/tile.tsx';
import { EvaluationSheet } from './evaluation-sheet.tsx';
import { measuredFactOf, measureText } from './measure.ts';
import { OverrideButton, overrideRefusal } from './override-form.tsx';

interface Row {
  readonly id: string;
  readonly evaluation: RuleEvaluationView;
  readonly subject: string;
  readonly orders: readonly Order[];
  /** The fact it measures, which gives the unit. */
  readonly fact: string | null;
}

const ORDER_OF_VERDICT: Readonly<Record<VerdictName, number>> = {
  fail: 0,
  couldNotCheck: 1,
  pass: 2,
};
const VERDICT_NAMES = ['fail', 'couldNotCheck', 'pass'] as const;

function subjectText(
  evaluation: RuleEvaluationView,
  accounts: readonly RunAccount[],
  orders: ReadonlyMap<string, Order>,
): string {
  const { subject } = evaluation;
  switch (subject.kind) {
    case 'firm':
      return 'Firm';
    case 'household':
      return (
        accounts.find((one) => one.householdId === subject.householdId)?.householdName ??
        subject.householdId
      );
    case 'account':
      return (
        accounts.find((one) => one.accountId === subject.accountId)?.accountName ??
        subject.accountId
      );
    case 'order': {
      const order = orders.get(subject.orderId);
      return order === undefined
        ? subject.orderId
        : `${order.side === 'buy' ? 'Buy' : 'Sell'} ${order.symbol}, ${order.accountName}`;
    }
  }
}

function subjectKey(evaluation: RuleEvaluationView): string {
  const { subject } = evaluation;
  switch (subject.kind) {
    case 'firm':
      return 'firm';
    case 'household':
      return `household:${subject.householdId}`;
    case 'account':
      return `account:${subject.accountId}`;
    case 'order':
      return `order:${subject.orderId}`;
  }
}

const COLUMNS: readonly GridColumn<Row>[] = [
  {
    id: 'verdict',
    kind: 'chip',
    header: 'Verdict',
    value: (row) => VERDICTS[row.evaluation.verdict],
    width: 124,
    isPinned: true,
  },
  {
    id: 'severity',
    kind: 'chip',
    header: 'Severity',
    value: (row) => SEVERITIES[row.evaluation.severity],
    width: 86,
  },
  { id: 'rule', kind: 'text', header: 'Rule', value: (row) => row.evaluation.title, width: 236 },
  { id: 'subject', kind: 'text', header: 'Subject', value: (row) => row.subject, width: 210 },
  ...(['measuredBefore', 'measured', 'limit'] as const).map((name) => ({
    id: name,
    kind: 'drawn' as const,
    isFigure: true,
    header: name === 'measuredBefore' ? 'Before' : name === 'measured' ? 'Measured' : 'Limit',
    width: 104,
    value: (row: Row) => row.evaluation[name],
    draw: (row: Row) => measureText(row.evaluation[name], row.fact),
  })),
  {
    id: 'of',
    kind: 'text',
    header: 'Of',
    value: (row) => row.evaluation.measuredSubject ?? '',
    width: 110,
  },
  { id: 'breach', kind: 'text', header: 'Breach', value: breachText, width: 82 },
  {
    id: 'orders',
    kind: 'count',
    header: 'Orders',
    value: (row) => row.evaluation.orderIds.length,
    width: 78,
  },
  {
    id: 'scope',
    kind: 'text',
    header: 'Scope',
    value: (row) => row.evaluation.subject.kind,
    width: 92,
  },
  {
    id: 'why',
    kind: 'text',
    header: 'Could not check because',
    value: (row) => row.evaluation.couldNotCheckBecause ?? '',
    width: 240,
  },
  {
    id: 'source',
    kind: 'text',
    header: 'Source',
    value: (row) => `${row.evaluation.source.document}, ${row.evaluation.source.clause}`,
    flex: 1,
    width: 220,
  },
];

/** Who caused it: the orders, or the market. */
function breachText(row: Row): string {
  if (row.evaluation.verdict !== 'fail') return '';
  return row.evaluation.isPassive ? 'Passive' : 'Active';
}
const rowId = (row: Row): string => row.id;

function VerdictTiles(props: { readonly report: ComplianceView }) {
  const [search, change] = useScreenSearch();
  return (
    <div className="ek-tiles" role="group" aria-label="Filters">
      {VERDICT_NAMES.map((name) => (
        <FilterTile
          key={name}
          text={VERDICTS[name].text}
          tone={VERDICTS[name].tone}
          count={formatCount(props.report.counts[name])}
          isOn={search.verdict === name}
          onToggle={() => change({ verdict: search.verdict === name ? undefined : name })}
        />
      ))}
    </div>
  );
}

function Report(props: { readonly run: Run; readonly report: ComplianceView }) {
  const { run, report } = props;
  const [search, change] = useScreenSearch();
  const [view, setView] = useGridView();
  const { data: accounts } = useQuery(runAccountsQuery(run.runId));
  const { data: orders } = useQuery(runOrdersQuery(run.runId));
  const { data: rules } = useQuery(rulesQuery);
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set());
  const select = useCallback(
    (chosen: readonly Row[]) => setSelectedIds(new Set(chosen.map(rowId))),
    [],
  );
  const rows = useMemo(() => {
    const ordersById = new Map((orders ?? []).map((order) => [order.orderId, order]));
    const facts = new Map(
      (rules ?? []).map((rule) => [rule.ruleId, measuredFactOf(rule.expression)]),
    );
    return report.items
      .map((evaluation) => ({
        id: `${evaluation.ruleId}/${subjectKey(evaluation)}`,
        evaluation,
        subject: subjectText(evaluation, accounts ?? [], ordersById),
        orders: evaluation.orderIds.flatMap((orderId) => ordersById.get(orderId) ?? []),
        fact: facts.get(evaluation.ruleId) ?? null,
      }))
      .toSorted(
        (a, b) => ORDER_OF_VERDICT[a.evaluation.verdict] - ORDER_OF_VERDICT[b.evaluation.verdict],
      );
  }, [report.items, accounts, orders, rules]);
  const shown = useMemo(
    () =>
      search.verdict === undefined
        ? rows
        : rows.filter((row) => row.evaluation.verdict === search.verdict),
    [rows, search.verdict],
  );
  const open = useCallback((row: Row) => change({ evaluation: row.id }), [change]);
  const opened = rows.find((row) => row.id === search.evaluation);
  const canOverride = run.permittedActions.includes('override');
  const chosen = rows.filter(
    (row) => selectedIds.has(row.id) && overrideRefusal(row.evaluation, run, row.orders) === null,
  );
  return (
    <>
      <VerdictTiles report={report} />
      <div className="ek-split">
        <div className="ek-main-pane">
          <DataGrid
            label="Rule evaluations"
            noun="evaluation"
            rows={shown}
            columns={COLUMNS}
            rowId={rowId}
            view={view}
            onViewChange={setView}
            openRowId={search.evaluation ?? null}
            onOpen={open}
            {...(canOverride ? { onSelect: select } : {})}
            tools={canOverride ? <OverrideButton items={chosen} /> : null}
            exportHeading={[
              ['Run', run.runId],
              ['As of', run.asOfDate],
              ['Report hash', report.reportHash],
              [
                'Pass / fail / could not check',
                `${String(report.counts.pass)} / ${String(report.counts.fail)} / ${String(report.counts.couldNotCheck)}`,
              ],
            ]}
            emptyTitle={
              search.verdict === undefined ? 'No rule was evaluated' : 'None with this verdict'
            }
          />
        </div>
        {opened === undefined ? null : (
          <EvaluationSheet
            evaluation={opened.evaluation}
            subject={opened.subject}
            run={run}
            onClose={() => change({ evaluation: undefined })}
          />
        )}
      </div>
    </>
  );
}

export function ComplianceScreen() {
  const runId = useRunId();
  const runs = useQuery(runsQuery);
  const run = useQuery({ ...runQuery(runId ?? ''), enabled: runId !== null });
  const isReady =
    run.data !== undefined && run.data.computedAt !== null && run.data.state !== 'failed';
  const report = useQuery({ ...complianceQuery(runId ?? ''), enabled: isReady });
  const error = run.error ?? report.error ?? (runId === null ? runs.error : null);
  return (
    <Screen
      title="Compliance"
      subtitle={
        report.data === undefined
          ? undefined
          : `The run completing is not the orders passing: ${formatCount(report.data.counts.pass)} pass, ${formatCount(report.data.counts.fail)} fail, ${formatCount(report.data.counts.couldNotCheck)} could not check · report ${report.data.reportHash.slice(0, 10)}`
      }
      actions={<RunPicker />}
    >
      {error !== null ? (
        <ErrorState
          error={error}
          onRetry={() => {
            void run.refetch();
            void report.refetch();
          }}
        />
      ) : runs.data?.length === 0 ? (
        <EmptyState title="No run has been checked">Start a rebalance from the monitor.</EmptyState>
      ) : run.data !== undefined && !isReady ? (
        <EmptyState title="This run has no compliance report">
          {run.data.state === 'computing'
            ? 'It is still computing.'
            : 'It failed before the rules were checked.'}
        </EmptyState>
      ) : run.data === undefined || report.data === undefined ? (
        <LoadingState what="the compliance report" />
      ) : (
        <Report run={run.data} report={report.data} />
      )}
    </Screen>
  );
}
