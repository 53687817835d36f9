import type { CalendarDate, Sha256 } from '../kernel/index.ts';
import type { AccountId, HouseholdId, OrderId, RuleId, RunId, UserId } from './ids.ts';
import type { Ratio } from './units.ts';

/** Three values everywhere; the third blocks like a fail and is shown under its own name. */
export type Verdict = 'pass' | 'fail' | 'couldNotCheck';
/** hard: no override. soft: may be overridden with a reason. warn: recorded, does not block. */
export type RuleSeverity = 'hard' | 'soft' | 'warn';
export type RuleScope = 'order' | 'account' | 'household' | 'firm';

/** A rule as data. `expression` is CEL over the declared facts and must be of type bool. */
export interface ComplianceRule {
  readonly ruleId: RuleId;
  readonly version: number;
  readonly title: string;
  readonly scope: RuleScope;
  readonly severity: RuleSeverity;
  readonly expression: string;
  /** Names of the facts that the expression reads; each must be present before it is evaluated. */
  readonly facts: readonly string[];
  /** The fact that is measured and the fact that limits it, for the report; null where there is none. */
  readonly measuredFact: string | null;
  readonly limitFact: string | null;
  readonly source: { readonly document: string; readonly clause: string };
  readonly effectiveFrom: CalendarDate;
  /** Exclusive; null = open. */
  readonly effectiveTo: CalendarDate | null;
  readonly examples: readonly RuleExample[];
}

/** A worked case that must come out as stated; missing facts are how `couldNotCheck` is shown. */
export interface RuleExample {
  readonly name: string;
  readonly facts: Readonly<Record<string, string | boolean | null>>;
  readonly expected: Verdict;
}

export type RuleSubject =
  | { readonly kind: 'order'; readonly orderId: OrderId }
  | { readonly kind: 'account'; readonly accountId: AccountId }
  | { readonly kind: 'household'; readonly householdId: HouseholdId }
  | { readonly kind: 'firm' };

/** One rule on one subject. All are kept, passes too. */
export interface RuleEvaluation {
  readonly ruleId: RuleId;
  readonly ruleVersion: number;
  readonly title: string;
  readonly severity: RuleSeverity;
  readonly subject: RuleSubject;
  readonly verdict: Verdict;
  /** Decimal text or true/false, after the orders; null where the rule names no measured fact. */
  readonly measured: string | null;
  readonly measuredBefore: string | null;
  readonly limit: string | null;
  /** Where the measure is of one name, issuer or sector: which. */
  readonly measuredSubject: string | null;
  /** Which facts were absent, or what the evaluation raised: why it could not be checked. */
  readonly couldNotCheckBecause: string | null;
  /** A fail that the orders did not cause and do not worsen: passive, which does not block. */
  readonly isPassive: boolean;
  readonly orderIds: readonly OrderId[];
  readonly source: { readonly document: string; readonly clause: string };
}

export interface ComplianceReport {
  readonly runId: RunId;
  readonly evaluations: readonly RuleEvaluation[];
  /** Per order, the worst over order, account, household and firm rules that block (warn never does). */
  readonly orderVerdicts: ReadonlyMap<OrderId, OrderVerdict>;
  readonly counts: { readonly pass: number; readonly fail: number; readonly couldNotCheck: number };
  /** Hash of rules, facts and verdicts: what an approval is bound to. */
  readonly reportHash: Sha256;
}

export interface OrderVerdict {
  readonly verdict: Verdict;
  /** True when only soft rules fail: a permitted person may override. */
  readonly canOverride: boolean;
  readonly failedRuleIds: readonly RuleId[];
}

/** A person's decision to let a soft fail pass, bound to what was shown. */
export interface ComplianceOverride {
  readonly orderId: OrderId;
  readonly ruleId: RuleId;
  readonly overriddenBy: UserId;
  readonly reasonCode: string;
  readonly reasonText: string;
  readonly factsHash: Sha256;
}

/** A measured fact: exact number, text or flag; null = not available. */
export type FactValue = Ratio | string | boolean | null;
