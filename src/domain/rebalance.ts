import type { CalendarDate, Sha256 } from '../kernel/index.ts';
import type { AccountId, HouseholdId, RunId } from './ids.ts';
import type { Finding } from './finding.ts';
import type { BindingConstraint, Certificate, ConflictingConstraint } from './optimization.ts';
import type { ProposedOrder, SuppressedOrder } from './proposed-order.ts';
import type { Drift } from './targets.ts';
import type { RebalanceKind, Trigger } from './trigger.ts';
import type { Money, Ratio } from './units.ts';

/** `proposed`: has orders. `unchanged`: nothing to do, which is an answer. `refused`: see its findings. */
export type AccountOutcomeStatus = 'proposed' | 'unchanged' | 'refused';

/** What a run decided for one account. */
export interface AccountOutcome {
  readonly accountId: AccountId;
  readonly householdId: HouseholdId;
  readonly status: AccountOutcomeStatus;
  readonly triggers: readonly Trigger[];
  readonly planningTotal: Money;
  readonly driftBefore: Drift | null;
  readonly driftAfter: Drift | null;
  /** Annualized ex-ante tracking error to the targets, as a fraction; null where not computed. */
  readonly trackingErrorBefore: number | null;
  readonly trackingErrorAfter: number | null;
  /** oneWay: half of buys plus sells over the planning total. */
  readonly turnover: Ratio;
  readonly realizedShortTerm: Money;
  readonly realizedLongTerm: Money;
  readonly estimatedTax: Money | null;
  readonly estimatedCost: Money;
  readonly cashBefore: Money;
  readonly cashAfter: Money;
  readonly cashReserve: Money;
  readonly certificate: Certificate | null;
  readonly binding: readonly BindingConstraint[];
  readonly conflict: readonly ConflictingConstraint[];
  readonly orders: readonly ProposedOrder[];
  readonly suppressed: readonly SuppressedOrder[];
  readonly findings: readonly Finding[];
}

/** One run over many accounts: everything is a function of the snapshot, the request and the engine. */
export interface RebalanceRun {
  readonly runId: RunId;
  readonly asOfDate: CalendarDate;
  readonly rebalanceKind: RebalanceKind;
  readonly reason: string;
  readonly snapshotHash: Sha256;
  readonly engineVersion: string;
  /** By account id. */
  readonly accounts: readonly AccountOutcome[];
  /** Firm-level findings: input errors and warnings that belong to no account. */
  readonly findings: readonly Finding[];
  /** Hash of everything above: what a replay must reproduce. */
  readonly resultHash: Sha256;
}
