/** Words for the contract's closed lists. The maps are total by type: a new member does not compile. */
import type {
  BlockView,
  HoldBody,
  MonitorRow,
  MonitorTile,
  OrderPatchBody,
  OrderState,
  OverrideBody,
  PlacementStatus,
  RebalanceKindView,
  ReconciliationBreakView,
  ReconciliationView,
  Role,
  RuleView,
  RunState,
  TriggerView,
} from '../../../src/api/contract/index.ts';
import { formatMoney, formatWeight } from '../format/numbers.ts';
import type { Tone } from '../ui/chip.tsx';

export interface Label {
  readonly text: string;
  readonly tone: Tone;
}
const label = (text: string, tone: Tone = 'neutral'): Label => ({ text, tone });

export type VerdictName = 'pass' | 'fail' | 'couldNotCheck';

export const VERDICTS: Readonly<Record<VerdictName, Label>> = {
  pass: label('Pass', 'ok'),
  fail: label('Fail', 'bad'),
  couldNotCheck: label('Could not check', 'unknown'),
};

export const SEVERITIES: Readonly<Record<RuleView['severity'], Label>> = {
  hard: label('Hard', 'bad'),
  soft: label('Soft', 'warn'),
  warn: label('Warning', 'neutral'),
};

export const RUN_STATES: Readonly<Record<RunState, Label>> = {
  computing: label('Computing', 'info'),
  proposed: label('In review', 'info'),
  submitted: label('Awaiting approval', 'warn'),
  approved: label('Approved', 'ok'),
  released: label('Released', 'info'),
  executing: label('Executing', 'info'),
  executed: label('Executed', 'ok'),
  allocated: label('Allocated', 'ok'),
  reconciled: label('Reconciled', 'ok'),
  failed: label('Failed', 'bad'),
};

export const ORDER_STATES: Readonly<Record<OrderState, Label>> = {
  proposed: label('Proposed', 'info'),
  held: label('Held', 'warn'),
  submitted: label('Submitted', 'warn'),
  approved: label('Approved', 'ok'),
  declined: label('Declined', 'bad'),
  released: label('Released', 'info'),
  executed: label('Executed', 'ok'),
  allocated: label('Allocated', 'ok'),
};

export const BLOCK_STATES: Readonly<Record<BlockView['state'], Label>> = {
  staged: label('Staged'),
  working: label('Working', 'info'),
  done: label('Done', 'ok'),
  allocated: label('Allocated', 'ok'),
};

export const PLACEMENT_STATES: Readonly<Record<PlacementStatus, Label>> = {
  pendingSend: label('Pending send'),
  sent: label('Sent', 'info'),
  pendingNew: label('Pending new', 'info'),
  new: label('New', 'info'),
  partiallyFilled: label('Partially filled', 'info'),
  filled: label('Filled', 'ok'),
  pendingCancel: label('Pending cancel', 'warn'),
  pendingReplace: label('Pending replace', 'warn'),
  canceled: label('Canceled', 'neutral'),
  rejected: label('Rejected', 'bad'),
  expired: label('Expired', 'neutral'),
  doneForDay: label('Done for day', 'neutral'),
  suspended: label('Suspended', 'warn'),
  unknown: label('Unknown at broker', 'unknown'),
};

export const RECONCILIATION_STATES: Readonly<Record<ReconciliationView['state'], Label>> = {
  awaitingStatements: label('Awaiting statements', 'warn'),
  matched: label('Matched', 'ok'),
  breaks: label('Breaks', 'bad'),
  failed: label('Failed', 'bad'),
};

export const BREAK_KINDS: Readonly<Record<ReconciliationBreakView['kind'], string>> = {
  executionMissingAtBroker: 'Execution missing at broker',
  executionMissingWithUs: 'Execution missing with us',
  executionDiffers: 'Execution differs',
  positionDiffers: 'Position differs',
  positionMissingAtCustodian: 'Position missing at custodian',
  positionMissingWithUs: 'Position missing with us',
  cashDiffers: 'Cash differs',
};

export const TILES: Readonly<Record<MonitorTile, Label>> = {
  outOfTolerance: label('Out of tolerance', 'bad'),
  cashHigh: label('High cash', 'warn'),
  cashLow: label('Low cash', 'warn'),
  cashFlow: label('Pending flows', 'info'),
  neverRebalanced: label('Never rebalanced'),
  noModel: label('No model', 'warn'),
  blocked: label('Blocked', 'warn'),
  unableToCheck: label('Unable to check', 'unknown'),
};

export const KINDS: Readonly<
  Record<RebalanceKindView, { readonly text: string; readonly meaning: string }>
> = {
  full: { text: 'Full', meaning: 'Trade every account to its model.' },
  toBand: { text: 'Min/max', meaning: 'Trade only what has left its band.' },
  investCash: { text: 'Invest cash', meaning: 'Buys only: put cash above the reserve to work.' },
  raiseCash: { text: 'Raise cash', meaning: 'Sells only: bring cash up to the reserve.' },
  hold: { text: 'Hold', meaning: 'Trade nothing; record the look and the drift.' },
};

export const TAX_STATUSES: Readonly<Record<MonitorRow['taxStatus'], Label>> = {
  taxable: label('Taxable', 'info'),
  trust: label('Trust', 'info'),
  traditionalIra: label('Trad. IRA'),
  rothIra: label('Roth IRA', 'ok'),
  sepIra: label('SEP IRA'),
  simpleIra: label('SIMPLE IRA'),
  retirementPlan: label('Plan'),
  healthSavings: label('HSA'),
  education529: label('529'),
  taxExempt: label('Exempt'),
};

export const ROLES: Readonly<Record<Role, string>> = {
  trader: 'Trader',
  compliance: 'Compliance',
  portfolioManager: 'Portfolio manager',
  operations: 'Operations',
};

export const EDIT_REASONS: Readonly<Record<OrderPatchBody['reasonCode'], string>> = {
  clientRequest: 'Client request',
  marketView: 'Market view',
  taxReason: 'Tax',
  liquidity: 'Liquidity',
  other: 'Other',
};

export const HOLD_REASONS: Readonly<Record<HoldBody['reasonCode'], string>> = {
  clientRequest: 'Client request',
  awaitingData: 'Awaiting data',
  awaitingCash: 'Awaiting cash',
  review: 'Under review',
  other: 'Other',
};

export const OVERRIDE_REASONS: Readonly<Record<OverrideBody['reasonCode'], string>> = {
  clientInstruction: 'Client instruction',
  temporaryBreach: 'Temporary breach, will be cured',
  riskAccepted: 'Risk accepted',
  dataVerified: 'Data verified by hand',
  other: 'Other',
};

/** The reason of a trigger in a few words with its numbers. */
export function triggerText(trigger: TriggerView): string {
  switch (trigger.kind) {
    case 'calendar':
      return `Schedule ${trigger.scheduleName}, due ${trigger.dueDate}`;
    case 'drift':
      return `${trigger.subject} at ${formatWeight(trigger.weight)}, band ${formatWeight(trigger.lowerWeight)} to ${formatWeight(trigger.upperWeight)}`;
    case 'cashHigh':
      return `Cash ${formatMoney(trigger.cash)} above reserve ${formatMoney(trigger.reserve)}`;
    case 'cashLow':
      return `Cash ${formatMoney(trigger.cash)} below reserve ${formatMoney(trigger.reserve)}`;
    case 'cashFlow':
      return `${trigger.flowKind === 'rmd' ? 'RMD' : trigger.flowKind} of ${formatMoney(trigger.amount)} on ${trigger.date}`;
    case 'manual':
      return `Manual: ${trigger.reason}`;
  }
}

/** Options of a select from a map of words. */
export function options<Name extends string>(
  words: Readonly<Record<Name, string>>,
): { value: Name; label: string }[] {
  return (Object.keys(words) as Name[]).map((value) => ({ value, label: words[value] }));
}
