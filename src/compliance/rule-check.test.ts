import { describe, expect, it } from 'vitest';
import type { ComplianceRule } from '../domain/index.ts';
import { checkRule, SHIPPED_RULES } from './index.ts';
import { evaluateRule, prepareRule, rulesInForce } from './rule-check.ts';

const BASE = SHIPPED_RULES.find((rule) => rule.ruleId === 'issuer-concentration') as ComplianceRule;

function codes(change: Partial<ComplianceRule>): string[] {
  const checked = checkRule({ ...BASE, ...change });
  return checked.ok ? [] : checked.error.map((finding) => finding.code);
}

describe('checkRule', () => {
  it.each<[string, Partial<ComplianceRule>, string[]]>([
    ['as shipped', {}, []],
    ['a misspelt fact', { expression: 'isuerWeight <= issuerWeightMax' }, ['RULE_FACT_UNKNOWN']],
    ['a fact of another scope', { scope: 'order' }, ['RULE_FACT_UNKNOWN', 'RULE_FACT_UNKNOWN']],
    [
      'a declared fact that is not read',
      { facts: [...BASE.facts, 'projectedCash'] },
      ['RULE_FACTS_DIFFER'],
    ],
    ['a fact read and not declared', { facts: ['issuerWeight'] }, ['RULE_FACTS_DIFFER']],
    [
      'a measure that is not read',
      { measuredFact: 'projectedCash' },
      ['RULE_FACTS_DIFFER', 'RULE_FACTS_DIFFER'],
    ],
    [
      'a limit that does not exist',
      { limitFact: 'nope' },
      ['RULE_FACT_UNKNOWN', 'RULE_FACTS_DIFFER'],
    ],
    ['one value per name, not measured', { measuredFact: null }, ['RULE_FACTS_DIFFER']],
    [
      'no answer',
      { expression: 'issuerWeight', facts: ['issuerWeight'], limitFact: null },
      ['RULE_RESULT_NOT_BOOLEAN'],
    ],
  ])('%s', (_name, change, expected) => expect(codes(change)).toEqual(expected));

  it('reports the rule and the place', () => {
    const checked = checkRule({ ...BASE, expression: 'issuerWeight <=' });
    expect(checked.ok ? '' : checked.error[0]?.message).toMatch(/^rule issuer-concentration: /);
  });
});

describe('evaluateRule', () => {
  it('a subject without the measured fact cannot be checked, for any of its orders', () => {
    const orderIds = ['o1', 'o2'] as never;
    const [evaluation] = evaluateRule(prepareRule(BASE), {
      subject: { kind: 'firm' },
      facts: new Map(),
      orderIds,
    });
    expect(evaluation).toMatchObject({ verdict: 'couldNotCheck', orderIds, isPassive: false });
  });

  it('a rule that measures nothing blocks all orders of its subject', () => {
    const rule = {
      ...BASE,
      expression: 'projectedCash >= cashReserve',
      facts: ['projectedCash', 'cashReserve'],
    };
    const check = prepareRule({ ...rule, measuredFact: null, limitFact: null });
    const [evaluation] = evaluateRule(check, {
      subject: { kind: 'firm' },
      facts: new Map(),
      orderIds: ['o1'] as never,
    });
    expect(evaluation?.couldNotCheckBecause).toBe('cashReserve is not available');
    expect(evaluation?.orderIds).toEqual(['o1']);
  });

  it('two versions with one number are our mistake, and stop', () => {
    expect(() => rulesInForce([BASE, BASE], '2026-01-01' as never)).toThrow('same version');
  });
});
