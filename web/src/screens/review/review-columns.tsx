import type { Order, RunAccount } from '../../../../src/api/contract/index.ts';
import { ORDER_STATES, VERDICTS, type Label } from '../../api/labels.ts';
import { sumDecimalTexts } from '../../format/decimal-text.ts';
import { formatStatistic, formatWeight } from '../../format/numbers.ts';
import { isHeldBack } from '../approvals/approval-guard.ts';
import type { GridColumn } from '../../grid/column.ts';

const OUTCOMES: Readonly<Record<RunAccount['status'], Label>> = {
  proposed: { text: 'Orders', tone: 'info' },
  unchanged: { text: 'Nothing to do', tone: 'neutral' },
  refused: { text: 'Could not compute', tone: 'unknown' },
};

/** Everything the account has to say: findings, and what it wanted but does not propose. */
export function accountMessages(account: RunAccount): string | null {
  const messages = [
    ...account.findings.map((finding) => finding.message),
    ...account.conflict.map((conflict) => `Conflict: ${conflict.constraint}`),
    ...(account.suppressed.length === 0 ? [] : [`${String(account.suppressed.length)} suppressed`]),
  ];
  return messages.length === 0 ? null : messages.join('; ');
}

export const ACCOUNT_COLUMNS: readonly GridColumn<RunAccount>[] = [
  {
    id: 'household',
    kind: 'text',
    header: 'Household',
    value: (row) => row.householdName,
    width: 146,
    isPinned: true,
  },
  {
    id: 'account',
    kind: 'text',
    header: 'Account',
    value: (row) => row.accountName,
    width: 180,
    isPinned: true,
  },
  {
    id: 'outcome',
    kind: 'chip',
    header: 'Outcome',
    value: (row) => OUTCOMES[row.status],
    width: 128,
  },
  {
    id: 'verdict',
    kind: 'chip',
    header: 'Compliance',
    value: (row) => (row.verdict === null ? null : VERDICTS[row.verdict]),
    width: 124,
  },
  {
    id: 'value',
    kind: 'money',
    header: 'Value USD',
    value: (row) => row.planningTotal,
    width: 124,
    hasTotal: true,
  },
  {
    id: 'driftBefore',
    kind: 'weight',
    header: 'Drift before',
    width: 100,
    description: 'Active share before: half the sum of |weight − target|',
    value: (row) => row.driftBefore?.activeShare ?? null,
    hover: (row) =>
      row.driftBefore === null
        ? null
        : `worst ${formatWeight(row.driftBefore.absoluteMax)} of ${row.driftBefore.absoluteMaxSubject ?? 'no name'}`,
  },
  {
    id: 'driftAfter',
    kind: 'weight',
    header: '→ after',
    width: 84,
    description: 'Active share after the orders',
    value: (row) => row.driftAfter?.activeShare ?? null,
    hover: (row) =>
      row.driftAfter === null
        ? null
        : `worst ${formatWeight(row.driftAfter.absoluteMax)} of ${row.driftAfter.absoluteMaxSubject ?? 'no name'}`,
  },
  {
    id: 'achieved',
    kind: 'weight',
    header: 'Achieved',
    width: 84,
    description: 'Active share from the books after allocation',
    value: (row) => row.driftAchieved?.activeShare ?? null,
  },
  {
    id: 'turnover',
    kind: 'weight',
    header: 'Turnover',
    width: 86,
    description: 'One-way: half of buys plus sells over the planning total',
    value: (row) => row.turnover,
  },
  { id: 'orders', kind: 'count', header: 'Orders', value: (row) => row.orderCount, width: 74 },
  {
    id: 'short',
    kind: 'gain',
    header: 'Short gain USD',
    value: (row) => row.realizedShortTerm,
    width: 126,
    hasTotal: true,
  },
  {
    id: 'long',
    kind: 'gain',
    header: 'Long gain USD',
    value: (row) => row.realizedLongTerm,
    width: 126,
    hasTotal: true,
  },
  {
    id: 'tax',
    kind: 'money',
    header: 'Est. tax USD',
    description: 'n/a: a rate or a basis is not known',
    value: (row) => row.estimatedTax,
    width: 112,
    hasTotal: true,
  },
  {
    id: 'cost',
    kind: 'money',
    header: 'Est. cost USD',
    value: (row) => row.estimatedCost,
    width: 108,
    hasTotal: true,
  },
  {
    id: 'cashAfter',
    kind: 'money',
    header: 'Cash after USD',
    value: (row) => row.cashAfter,
    width: 118,
    hasTotal: true,
  },
  {
    id: 'gap',
    kind: 'drawn',
    header: 'Gap',
    width: 86,
    isFigure: true,
    description: 'Certificate: primal minus dual of the optimization, in objective units',
    value: (row) => (row.certificate === null ? null : String(row.certificate.gap)),
    draw: (row) => formatStatistic(row.certificate?.gap, 2),
    hover: (row) =>
      row.certificate === null
        ? null
        : `gap ${String(row.certificate.gap)}, largest violation ${String(row.certificate.maxViolation)}`,
  },
  { id: 'messages', kind: 'text', header: 'Messages', value: accountMessages, width: 220 },
];

/** The verdict of an order, and whether people have let its fails pass. */
export function orderVerdict(order: Order): Label {
  if (order.verdict !== 'fail' || isHeldBack(order)) return VERDICTS[order.verdict];
  return { text: 'Fail, overridden', tone: 'warn' };
}

/** Where an order stands: its state, and voided approvals under their own name. */
export function orderStanding(order: Order): Label {
  if (order.approvalVoided !== null && order.approval === null && order.state !== 'held')
    return { text: `${ORDER_STATES[order.state].text}, approval voided`, tone: 'warn' };
  return ORDER_STATES[order.state];
}

export const ORDER_COLUMNS: readonly GridColumn<Order>[] = [
  {
    id: 'account',
    kind: 'text',
    header: 'Account',
    value: (row) => row.accountName,
    width: 180,
    isPinned: true,
  },
  { id: 'side', kind: 'side', header: 'Side', value: (row) => row.side, width: 62, isPinned: true },
  {
    id: 'symbol',
    kind: 'text',
    header: 'Symbol',
    value: (row) => row.symbol,
    width: 92,
    isPinned: true,
    hover: (row) => row.instrumentName,
  },
  { id: 'quantity', kind: 'quantity', header: 'Shares', value: (row) => row.quantity, width: 96 },
  {
    id: 'edited',
    kind: 'text',
    header: 'Edited',
    width: 78,
    value: (row) => (row.quantity === row.quantityProposed ? '' : 'edited'),
    hover: (row) => `proposed ${row.quantityProposed}`,
  },
  {
    id: 'price',
    kind: 'price',
    header: 'Est. price',
    value: (row) => row.estimatedPrice,
    width: 96,
  },
  {
    id: 'amount',
    kind: 'money',
    header: 'Est. amount USD',
    value: (row) => row.estimatedAmount,
    width: 128,
    hasTotal: true,
  },
  {
    id: 'verdict',
    kind: 'chip',
    header: 'Compliance',
    value: orderVerdict,
    width: 124,
  },
  { id: 'state', kind: 'chip', header: 'State', value: orderStanding, width: 206 },
  {
    id: 'gain',
    kind: 'gain',
    header: 'Realized USD',
    width: 118,
    hasTotal: true,
    description: 'Short plus long term gain of the lots sold',
    value: (row) =>
      row.side === 'sell' ? sumDecimalTexts([row.realizedShortTerm, row.realizedLongTerm]) : null,
    hover: (row) => `short ${row.realizedShortTerm}, long ${row.realizedLongTerm}`,
  },
  {
    id: 'cost',
    kind: 'money',
    header: 'Est. cost USD',
    value: (row) => row.estimatedCost,
    width: 106,
    hasTotal: true,
  },
  { id: 'why', kind: 'text', header: 'Why', value: (row) => row.why, flex: 1, width: 320 },
];

export type Suppressed = RunAccount['suppressed'][number] & { readonly accountName: string };

const SUPPRESSED_WORDS: Readonly<Record<string, string>> = {
  BELOW_MINIMUM_TRADE: 'Below the minimum trade',
  BELOW_ONE_LOT: 'Below one lot',
  INSIDE_BAND: 'Inside its band',
  RESTRICTED: 'Restricted',
  WASH_SALE_AVOIDED: 'Would wash a loss',
  CASH_SHORTFALL: 'Not enough cash',
  KIND_EXCLUDES_SIDE: 'Not of this kind of run',
};

export const SUPPRESSED_COLUMNS: readonly GridColumn<Suppressed>[] = [
  {
    id: 'account',
    kind: 'text',
    header: 'Account',
    value: (row) => row.accountName,
    width: 190,
    isPinned: true,
  },
  { id: 'side', kind: 'side', header: 'Side', value: (row) => row.side, width: 62 },
  { id: 'symbol', kind: 'text', header: 'Symbol', value: (row) => row.symbol, width: 92 },
  { id: 'quantity', kind: 'quantity', header: 'Shares', value: (row) => row.quantity, width: 106 },
  {
    id: 'amount',
    kind: 'money',
    header: 'Amount USD',
    value: (row) => row.amount,
    width: 124,
    hasTotal: true,
  },
  {
    id: 'code',
    kind: 'text',
    header: 'Reason',
    value: (row) => SUPPRESSED_WORDS[row.code] ?? row.code,
    width: 180,
    hover: (row) => row.code,
  },
  { id: 'detail', kind: 'text', header: 'Detail', value: (row) => row.detail, flex: 1, width: 320 },
];
