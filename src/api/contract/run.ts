/** Rebalance runs: started, computed, submitted, approved, released, executed, allocated, reconciled. */
import { z } from 'zod';
import { drift, trigger } from './monitor.ts';
import {
  calendarDate,
  decimalText,
  finding,
  identifierText,
  instant,
  sha256Text,
  verdict,
} from './shapes.ts';

export const RUN_STATES = [
  'computing',
  'proposed',
  'submitted',
  'approved',
  'released',
  'executing',
  'executed',
  'allocated',
  'reconciled',
  'failed',
] as const;
export const runState = z.enum(RUN_STATES);
export type RunState = z.infer<typeof runState>;

export const rebalanceKind = z.enum(['full', 'toBand', 'investCash', 'raiseCash', 'hold']);
export type RebalanceKindView = z.infer<typeof rebalanceKind>;

export const runBody = z.strictObject({
  rebalanceKind,
  reason: z.string().trim().min(3, 'give a reason of at least 3 characters').max(500),
  /** `triggered`: accounts with a trigger today. `all`. `listed`: those in `accountIds`. */
  selection: z.enum(['triggered', 'all', 'listed']),
  accountIds: z.array(identifierText).max(100_000).optional(),
  /** Default: the date of the newest prices. */
  asOfDate: calendarDate.optional(),
});
export type RunBody = z.infer<typeof runBody>;

export const runTotals = z
  .object({
    accountCount: z.int(),
    proposedAccountCount: z.int(),
    unchangedAccountCount: z.int(),
    refusedAccountCount: z.int(),
    orderCount: z.int(),
    suppressedCount: z.int(),
    buyAmount: decimalText,
    sellAmount: decimalText,
    realizedShortTerm: decimalText,
    realizedLongTerm: decimalText,
    /** Null when a rate or a basis was not known in at least one account. */
    estimatedTax: decimalText.nullable(),
    estimatedCost: decimalText,
    /** Averages over accounts, weighted by planning total. */
    activeShareBefore: decimalText.nullable(),
    activeShareAfter: decimalText.nullable(),
    /** From books after allocation; null until then. */
    activeShareAchieved: decimalText.nullable(),
  })
  .meta({ id: 'RunTotals' });

/** How many orders are in each state, and how many each verdict has. */
export const runOrderCounts = z
  .object({
    proposed: z.int(),
    held: z.int(),
    submitted: z.int(),
    approved: z.int(),
    declined: z.int(),
    released: z.int(),
    executed: z.int(),
    allocated: z.int(),
    pass: z.int(),
    fail: z.int(),
    couldNotCheck: z.int(),
    /** Blocked now: verdict fail or couldNotCheck without a sufficient override. */
    blocked: z.int(),
  })
  .meta({ id: 'RunOrderCounts' });

/** What the signed-in person may do with the run now; the server checks again. */
export const runAction = z.enum(['submit', 'edit', 'hold', 'approve', 'override', 'release']);

export const run = z
  .object({
    runId: z.string(),
    state: runState,
    rebalanceKind,
    reason: z.string(),
    selection: z.enum(['triggered', 'all', 'listed']),
    asOfDate: calendarDate,
    startedBy: z.string(),
    startedByName: z.string(),
    startedAt: instant,
    computedAt: instant.nullable(),
    submittedBy: z.string().nullable(),
    submittedByName: z.string().nullable(),
    submittedAt: instant.nullable(),
    releasedAt: instant.nullable(),
    tradeDate: calendarDate.nullable(),
    snapshotHash: sha256Text.nullable(),
    engineVersion: z.string().nullable(),
    resultHash: sha256Text.nullable(),
    reportHash: sha256Text.nullable(),
    progress: z.object({
      phase: z.enum(['queued', 'snapshot', 'accounts', 'compliance', 'storing', 'done']),
      doneCount: z.int(),
      totalCount: z.int(),
    }),
    totals: runTotals.nullable(),
    orderCounts: runOrderCounts,
    findings: z.array(finding),
    /** Why it failed; null otherwise. */
    failure: finding.nullable(),
    permittedActions: z.array(runAction),
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof run>;

export const certificate = z
  .object({ primal: z.number(), dual: z.number(), gap: z.number(), maxViolation: z.number() })
  .meta({ id: 'Certificate' });

/** What less tax would cost an account in tracking error; `notSolved` where the run has no answer for it. */
export const accountFrontier = z
  .object({
    status: z.enum(['traced', 'notSolved']),
    planningTotal: decimalText.nullable(),
    /** By ascending tax: the first realizes the least tax that the limits allow, the last ignores tax. */
    points: z.array(
      z.object({
        estimatedTax: decimalText,
        trackingError: z.number(),
        turnover: z.number(),
        tradeCount: z.int(),
        taxWeight: z.number(),
        certificate,
        isProposed: z.boolean(),
      }),
    ),
    noTrade: z.object({ trackingError: z.number(), isAllowed: z.boolean() }).nullable(),
  })
  .meta({ id: 'AccountFrontier' });
export type AccountFrontier = z.infer<typeof accountFrontier>;

export const suppressedOrder = z
  .object({
    accountId: z.string(),
    symbol: z.string(),
    side: z.enum(['buy', 'sell']),
    quantity: decimalText,
    amount: decimalText,
    code: z.string(),
    detail: z.string(),
  })
  .meta({ id: 'SuppressedOrder' });

export const runAccount = z
  .object({
    accountId: z.string(),
    accountName: z.string(),
    householdId: z.string(),
    householdName: z.string(),
    taxStatus: z.string(),
    /** `unchanged`: nothing to do, which is an answer. `refused`: see `findings`. */
    status: z.enum(['proposed', 'unchanged', 'refused']),
    triggers: z.array(trigger),
    planningTotal: decimalText,
    driftBefore: drift.nullable(),
    driftAfter: drift.nullable(),
    driftAchieved: drift.nullable(),
    trackingErrorBefore: z.number().nullable(),
    trackingErrorAfter: z.number().nullable(),
    turnover: decimalText,
    realizedShortTerm: decimalText,
    realizedLongTerm: decimalText,
    estimatedTax: decimalText.nullable(),
    estimatedCost: decimalText,
    cashBefore: decimalText,
    cashAfter: decimalText,
    cashReserve: decimalText,
    certificate: certificate.nullable(),
    /** What binds, with its price in objective units per unit of weight, and as a sentence with money. */
    binding: z.array(
      z.object({ constraint: z.string(), shadowPrice: z.number(), text: z.string() }),
    ),
    conflict: z.array(
      z.object({ constraint: z.string(), relaxation: z.number(), text: z.string() }),
    ),
    suppressed: z.array(suppressedOrder),
    findings: z.array(finding),
    orderCount: z.int(),
    /** Worst verdict over its orders; null without orders. */
    verdict: verdict.nullable(),
  })
  .meta({ id: 'RunAccount' });
export type RunAccount = z.infer<typeof runAccount>;
