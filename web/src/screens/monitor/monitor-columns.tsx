import type { MonitorRow } from '../../../../src/api/contract/index.ts';
import { TAX_STATUSES } from '../../api/labels.ts';
import { formatWeight } from '../../format/numbers.ts';
import type { GridColumn } from '../../grid/column.ts';

const DAY_MS = 86_400_000;

/** Whole days from one date or instant to another; null when either is missing. */
export function daysBetween(from: string | null, to: string): number | null {
  if (from === null) return null;
  const days = Math.floor((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / DAY_MS);
  return Number.isNaN(days) ? null : days;
}

/** Everything that keeps the account from trading now, in words. */
export function blockFlags(row: MonitorRow): string | null {
  const flags = [
    row.accountStatus === 'frozen' ? 'Frozen' : null,
    row.accountStatus === 'closingOnly' ? 'Closing only' : null,
    row.discretion === 'clientApproval' ? 'Client approval' : null,
    row.findings.some((finding) => finding.severity === 'error') ? 'Cannot check' : null,
  ].filter((flag) => flag !== null);
  return flags.length === 0 ? null : flags.join(' · ');
}

/** The columns of the monitor. `asOfDate` is what ages are counted to. */
export function monitorColumns(asOfDate: string): readonly GridColumn<MonitorRow>[] {
  return [
    {
      id: 'household',
      kind: 'text',
      header: 'Household',
      value: (row) => row.householdName,
      width: 150,
      isPinned: true,
    },
    {
      id: 'account',
      kind: 'text',
      header: 'Account',
      value: (row) => row.accountName,
      width: 150,
      isPinned: true,
    },
    {
      id: 'tax',
      kind: 'chip',
      header: 'Tax',
      value: (row) => TAX_STATUSES[row.taxStatus],
      width: 92,
    },
    {
      id: 'value',
      kind: 'money',
      header: 'Value USD',
      value: (row) => row.value,
      width: 122,
      hasTotal: true,
    },
    {
      id: 'driftAbsolute',
      kind: 'weight',
      header: 'Worst drift',
      width: 96,
      description: 'Largest |weight − target| over names and cash, in percentage points',
      value: (row) => row.drift?.absoluteMax ?? null,
    },
    {
      id: 'driftSubject',
      kind: 'text',
      header: 'of',
      width: 74,
      description: 'Whose worst drift it is',
      value: (row) => row.drift?.absoluteMaxSubject ?? null,
    },
    {
      id: 'driftRelative',
      kind: 'weight',
      header: 'Relative',
      width: 84,
      description: 'Largest |weight − target| ÷ target; on hover whose',
      value: (row) => row.drift?.relativeMax ?? null,
      hover: (row) =>
        row.drift === null
          ? null
          : `${row.drift.relativeMax ?? 'n/a'} of ${row.drift.relativeMaxSubject ?? 'no name'}`,
    },
    {
      id: 'activeShare',
      kind: 'weight',
      header: 'Active share',
      width: 92,
      isHidden: true,
      description: 'Half the sum of |weight − target|',
      value: (row) => row.drift?.activeShare ?? null,
    },
    {
      id: 'breaches',
      kind: 'count',
      header: 'Breaches',
      width: 82,
      description: 'Names outside their band',
      value: (row) => row.drift?.breaches.length ?? null,
      hover: (row) => row.drift?.breaches.join(', ') ?? null,
    },
    {
      id: 'cash',
      kind: 'money',
      header: 'Cash USD',
      value: (row) => row.cash,
      width: 108,
      hasTotal: true,
    },
    {
      id: 'reserve',
      kind: 'money',
      header: 'Reserve USD',
      value: (row) => row.cashReserve,
      width: 104,
      hasTotal: true,
    },
    {
      id: 'cashWeight',
      kind: 'weight',
      header: 'Cash',
      width: 72,
      description: 'Cash as weight; target on hover',
      value: (row) => row.cashWeight,
      hover: (row) => `${row.cashWeight ?? 'n/a'}; target ${formatWeight(row.cashTargetWeight)}`,
    },
    {
      id: 'model',
      kind: 'text',
      header: 'Model',
      value: (row) => row.modelId ?? 'No model',
      width: 172,
    },
    {
      id: 'custodian',
      kind: 'text',
      header: 'Custodian',
      value: (row) => row.custodian,
      width: 150,
    },
    {
      id: 'sinceRebalance',
      kind: 'count',
      header: 'Days since',
      width: 86,
      description: 'Days since the last rebalance',
      value: (row) => daysBetween(row.lastRebalancedAt, asOfDate),
      hover: (row) => row.lastRebalancedAt ?? 'never rebalanced',
    },
    {
      id: 'flags',
      kind: 'text',
      header: 'Flags',
      value: blockFlags,
      width: 140,
      hover: (row) =>
        row.findings.map((finding) => `${finding.message} [${finding.code}]`).join('\n') || null,
    },
    {
      id: 'dataAge',
      kind: 'count',
      header: 'Data age',
      width: 82,
      description: 'Age in days of its oldest price',
      value: (row) => daysBetween(row.oldestPriceDate, asOfDate),
      hover: (row) => row.oldestPriceDate ?? 'no price',
    },
    {
      id: 'openOrders',
      kind: 'count',
      header: 'Open orders',
      value: (row) => row.openOrderCount,
      width: 96,
    },
    { id: 'number', kind: 'id', header: 'Account id', value: (row) => row.accountId, width: 110 },
  ];
}
