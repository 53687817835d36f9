/** Rules as data become checks: validated once, compiled once, evaluated on many subjects. */
import { assert, Decimal, err, ok, type CalendarDate, type Result } from '../kernel/index.ts';
import {
  errorFinding,
  type ComplianceRule,
  type FactValue,
  type Finding,
  type OrderId,
  type RuleEvaluation,
  type RuleSubject,
  type Verdict,
} from '../domain/index.ts';
import { compileExpression, type CompiledExpression, type ExpressionOutcome } from './cel.ts';
import { factsOfScope, factTypesOfScope, type WorseWhen } from './fact-catalog.ts';
import type { FactTable, Measure } from './measure.ts';

/** A rule ready to run; `expression` is null when the rule is invalid, and nothing then passes it. */
export interface RuleCheck {
  readonly rule: ComplianceRule;
  readonly expression: CompiledExpression | null;
  readonly findings: readonly Finding[];
  readonly worseWhen: WorseWhen;
}

/**
 * Checks one rule: its expression, its facts, and that it measures what it reads.
 *
 * @refuses every RULE_ code; all faults at once
 */
export function checkRule(rule: ComplianceRule): Result<RuleCheck, readonly Finding[]> {
  const check = prepareRule(rule);
  return check.findings.length === 0 ? ok(check) : err(check.findings);
}

/** As `checkRule`, but an invalid rule stays in force as one that cannot be checked. */
export function prepareRule(rule: ComplianceRule): RuleCheck {
  const facts = factsOfScope(rule.scope);
  const findings: Finding[] = [];
  const refuse = (code: Finding['code'], message: string): void => {
    findings.push(errorFinding(code, `rule ${rule.ruleId}: ${message}`));
  };
  const compiled = compileExpression(rule.expression, factTypesOfScope(rule.scope));
  if (!compiled.ok) refuse(compiled.error.code, compiled.error.message);
  const named = [rule.measuredFact, rule.limitFact].filter((name) => name !== null);
  const unknown = [...rule.facts, ...named].filter((name) => !facts.has(name));
  if (unknown.length > 0) refuse('RULE_FACT_UNKNOWN', `no such fact: ${unknown.join(', ')}`);
  if (compiled.ok) {
    const read = compiled.value.factNames;
    const declared = [...rule.facts].sort();
    if (declared.join() !== read.join()) {
      refuse('RULE_FACTS_DIFFER', `declares ${declared.join(', ')} but reads ${read.join(', ')}`);
    }
    for (const name of named.filter((fact) => !read.includes(fact))) {
      refuse('RULE_FACTS_DIFFER', `measures or limits by ${name}, which it does not read`);
    }
    for (const name of read.filter((fact) => facts.get(fact)?.isPerName === true)) {
      if (name !== rule.measuredFact) {
        refuse('RULE_FACTS_DIFFER', `${name} has one value per name: it must be the measured fact`);
      }
    }
  }
  const measured = rule.measuredFact === null ? undefined : facts.get(rule.measuredFact);
  return {
    rule,
    expression: compiled.ok && findings.length === 0 ? compiled.value : null,
    findings,
    worseWhen: measured?.worseWhen ?? 'never',
  };
}

/** The rules in force on a date: of each, the highest version whose dates include it, by rule id. */
export function rulesInForce(
  rules: readonly ComplianceRule[],
  asOfDate: CalendarDate,
): ComplianceRule[] {
  const latest = new Map<string, ComplianceRule>();
  for (const rule of rules) {
    const { effectiveFrom, effectiveTo } = rule;
    if (effectiveFrom > asOfDate || (effectiveTo !== null && effectiveTo <= asOfDate)) continue;
    const other = latest.get(rule.ruleId);
    assert(other?.version !== rule.version, `two rules ${rule.ruleId} have the same version`);
    if (other === undefined || other.version < rule.version) latest.set(rule.ruleId, rule);
  }
  return [...latest.values()].sort((a, b) => (a.ruleId < b.ruleId ? -1 : 1));
}

/** What is checked: the subject, its facts, and all its orders. */
export interface CheckSubject {
  readonly subject: RuleSubject;
  readonly facts: FactTable;
  readonly orderIds: readonly OrderId[];
}

/**
 * One rule on one subject. Every name that fails or cannot be checked has its own evaluation; where all
 * pass there is one, of the name nearest to the limit.
 */
export function evaluateRule(check: RuleCheck, target: CheckSubject): RuleEvaluation[] {
  const { rule, expression } = check;
  if (expression === null) {
    const because = `the rule is invalid: ${check.findings.map((f) => f.message).join('; ')}`;
    return [evaluationOf(check, target, { measured: null, outcome: unchecked(because) })];
  }
  if (rule.measuredFact === null) {
    const facts = factValues(check, target, null).after;
    return [evaluationOf(check, target, { measured: null, outcome: expression.evaluate(facts) })];
  }
  const measures = target.facts.get(rule.measuredFact);
  if (measures === undefined) {
    const outcome = unchecked(`${rule.measuredFact} is not available`);
    return [evaluationOf(check, target, { measured: null, outcome })];
  }
  let worstPass: Measured | null = null;
  const others: Measured[] = [];
  for (const measured of measures) {
    const result = {
      measured,
      outcome: expression.evaluate(factValues(check, target, measured).after),
    };
    if (result.outcome.verdict !== 'pass') others.push(result);
    else if (worstPass === null || isWorse(check.worseWhen, measured, worstPass.measured)) {
      worstPass = result;
    }
  }
  if (others.length > 0) return others.map((result) => evaluationOf(check, target, result));
  const outcome: ExpressionOutcome = { verdict: 'pass', because: null };
  return [evaluationOf(check, target, worstPass ?? { measured: null, outcome })];
}

interface Measured {
  readonly measured: Measure | null;
  readonly outcome: ExpressionOutcome;
}

const unchecked = (because: string): ExpressionOutcome => ({ verdict: 'couldNotCheck', because });

type Facts = Record<string, FactValue | undefined>;

function factValues(
  { rule }: RuleCheck,
  { facts }: CheckSubject,
  measured: Measure | null,
): { before: Facts; after: Facts } {
  const before: Facts = {};
  const after: Facts = {};
  for (const name of rule.facts) {
    const value = name === rule.measuredFact ? (measured ?? undefined) : facts.get(name)?.[0];
    before[name] = value?.before;
    after[name] = value?.after;
  }
  return { before, after };
}

function evaluationOf(check: RuleCheck, target: CheckSubject, result: Measured): RuleEvaluation {
  const { rule } = check;
  const { measured, outcome } = result;
  const limit = rule.limitFact === null ? undefined : target.facts.get(rule.limitFact)?.[0];
  return {
    ruleId: rule.ruleId,
    ruleVersion: rule.version,
    title: rule.title,
    severity: rule.severity,
    subject: target.subject,
    verdict: outcome.verdict,
    measured: factText(measured?.after),
    measuredBefore: factText(measured?.before),
    limit: factText(limit?.after),
    measuredSubject: measured?.name ?? null,
    couldNotCheckBecause: outcome.because === null ? null : reasonOf(check, target, result),
    isPassive: outcome.verdict === 'fail' && isPassive(check, target, measured),
    orderIds: measured === null ? target.orderIds : measured.orderIds,
    source: rule.source,
  };
}

/** The engine's own words, and for every absent fact what is missing in the data. */
function reasonOf({ rule }: RuleCheck, { facts }: CheckSubject, result: Measured): string {
  const absent: string[] = [];
  for (const name of rule.facts) {
    const value = name === rule.measuredFact ? result.measured : facts.get(name)?.[0];
    if (value?.missing) absent.push(`${name}: ${value.missing}`);
  }
  return absent.length > 0 ? absent.join('; ') : (result.outcome.because ?? '');
}

/** A breach that was there without the orders and that they do not make larger, or no order is behind. */
function isPassive(check: RuleCheck, target: CheckSubject, measured: Measure | null): boolean {
  if (measured === null || check.expression === null) return false;
  if (measured.orderIds.length === 0) return true;
  const before: Verdict = check.expression.evaluate(
    factValues(check, target, measured).before,
  ).verdict;
  return before === 'fail' && !isWorseValue(check.worseWhen, measured.after, measured.before);
}

function isWorse(worseWhen: WorseWhen, a: Measure, b: Measure | null): boolean {
  return b === null || isWorseValue(worseWhen, a.after, b.after);
}

function isWorseValue(worseWhen: WorseWhen, a: FactValue, b: FactValue): boolean {
  if (a instanceof Decimal && b instanceof Decimal) {
    return worseWhen === 'lower' ? a.isLessThan(b) : a.isGreaterThan(b);
  }
  return a === true && b !== true;
}

function factText(value: FactValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
