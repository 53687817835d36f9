import type { AccountId, HouseholdId, ModelPortfolioId } from './ids.ts';
import type { Money, Ratio } from './units.ts';

/** How an account is taxed. `trust` is taxed like `taxable`; the rest defer or escape tax on gains. */
export type TaxStatus =
  | 'taxable'
  | 'trust'
  | 'traditionalIra'
  | 'rothIra'
  | 'sepIra'
  | 'simpleIra'
  | 'retirementPlan'
  | 'healthSavings'
  | 'education529'
  | 'taxExempt';

export const TAX_STATUSES: readonly TaxStatus[] = [
  'taxable',
  'trust',
  'traditionalIra',
  'rothIra',
  'sepIra',
  'simpleIra',
  'retirementPlan',
  'healthSavings',
  'education529',
  'taxExempt',
];

/** True where realizing a gain is taxed in the year of the sale. */
export function isTaxable(status: TaxStatus): boolean {
  return status === 'taxable' || status === 'trust';
}

/** `frozen`: no orders at all. `closingOnly`: sells only. */
export type AccountStatus = 'open' | 'frozen' | 'closingOnly';
/** `clientApproval`: a person must record the client's consent before orders are released. */
export type Discretion = 'full' | 'clientApproval';

export interface Household {
  readonly householdId: HouseholdId;
  readonly name: string;
  /** Marginal rates as ratios (0.37 = 37 %). Null = not given; tax is then `could not check`, not zero. */
  readonly federalShortTermRate: Ratio | null;
  readonly federalLongTermRate: Ratio | null;
  readonly stateRate: Ratio | null;
  /** Net gain that may still be realized this year; null = no budget. */
  readonly gainBudgetAmount: Money | null;
  readonly lossCarryforward: Money;
}

export interface Account {
  readonly accountId: AccountId;
  readonly householdId: HouseholdId;
  readonly name: string;
  readonly taxStatus: TaxStatus;
  readonly custodian: string | null;
  readonly modelId: ModelPortfolioId | null;
  /** The reserve is the larger of the amount and the weight of the account's value. */
  readonly cashReserveAmount: Money;
  readonly cashReserveWeight: Ratio;
  readonly discretion: Discretion;
  readonly status: AccountStatus;
}

/** Trade-date cash and the part of it that has settled (null = not given, all of it has). */
export interface CashBalance {
  readonly accountId: AccountId;
  readonly amount: Money;
  readonly settledAmount: Money | null;
}
