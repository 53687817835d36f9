/** The compliance report of a run, and the rule catalog. */
import { z } from 'zod';
import { calendarDate, pageQuery, severity, sha256Text, verdict } from './shapes.ts';

export const ruleSubject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('order'), orderId: z.string() }),
  z.object({ kind: z.literal('account'), accountId: z.string() }),
  z.object({ kind: z.literal('household'), householdId: z.string() }),
  z.object({ kind: z.literal('firm') }),
]);

const source = z.object({ document: z.string(), clause: z.string() });

export const ruleEvaluation = z
  .object({
    ruleId: z.string(),
    ruleVersion: z.int(),
    title: z.string(),
    severity,
    subject: ruleSubject,
    verdict,
    measured: z.string().nullable(),
    measuredBefore: z.string().nullable(),
    limit: z.string().nullable(),
    /** Of which name, issuer or sector the measure is. */
    measuredSubject: z.string().nullable(),
    couldNotCheckBecause: z.string().nullable(),
    /** A fail that the orders neither caused nor worsened: does not block. */
    isPassive: z.boolean(),
    orderIds: z.array(z.string()),
    source,
  })
  .meta({ id: 'RuleEvaluation' });
export type RuleEvaluationView = z.infer<typeof ruleEvaluation>;

export const complianceQuery = pageQuery.extend({
  verdict: verdict.optional(),
  severity: severity.optional(),
  ruleId: z.string().max(128).optional(),
  orderId: z.string().max(128).optional(),
  accountId: z.string().max(128).optional(),
});

export const complianceView = z
  .object({
    runId: z.string(),
    reportHash: sha256Text,
    counts: z.object({ pass: z.int(), fail: z.int(), couldNotCheck: z.int() }),
    /** Per rule, before filters: what the panel groups by. */
    rules: z.array(
      z.object({
        ruleId: z.string(),
        title: z.string(),
        severity,
        pass: z.int(),
        fail: z.int(),
        couldNotCheck: z.int(),
      }),
    ),
    items: z.array(ruleEvaluation),
    nextCursor: z.string().nullable(),
    total: z.int(),
  })
  .meta({ id: 'ComplianceReport' });
export type ComplianceView = z.infer<typeof complianceView>;

export const rule = z
  .object({
    ruleId: z.string(),
    version: z.int(),
    title: z.string(),
    scope: z.enum(['order', 'account', 'household', 'firm']),
    severity,
    expression: z.string(),
    facts: z.array(z.string()),
    source,
    effectiveFrom: calendarDate,
    effectiveTo: calendarDate.nullable(),
    examples: z.array(
      z.object({
        name: z.string(),
        facts: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])),
        expected: verdict,
      }),
    ),
  })
  .meta({ id: 'Rule' });
export type RuleView = z.infer<typeof rule>;
