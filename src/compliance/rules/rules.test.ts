import { describe, expect, it } from 'vitest';
import { Decimal } from '../../kernel/index.ts';
import { DEFAULT_SETTINGS, type FactValue, type RuleExample } from '../../domain/index.ts';
import { factsOfScope } from '../fact-catalog.ts';
import { measure, type FactTable } from '../measure.ts';
import { checkRule, evaluateRule, prepareRule } from '../rule-check.ts';
import { SHIPPED_RULES, shippedRules } from './index.ts';

function tableOf(example: RuleExample, scope: (typeof SHIPPED_RULES)[number]['scope']): FactTable {
  const definitions = factsOfScope(scope);
  return new Map(
    Object.entries(example.facts).map(([name, value]) => {
      const isNumber = definitions.get(name)?.type === 'decimal';
      const fact: FactValue = typeof value === 'string' && isNumber ? Decimal.parse(value) : value;
      return [name, [measure(fact)]];
    }),
  );
}

describe.each(SHIPPED_RULES.map((rule) => [rule.ruleId, rule] as const))('rule %s', (_, rule) => {
  it('is valid', () => {
    const checked = checkRule(rule);
    expect(checked.ok ? [] : checked.error).toEqual([]);
  });

  it.each(rule.examples.map((example) => [example.name, example] as const))(
    '%s',
    (_name, example) => {
      const [evaluation, ...others] = evaluateRule(prepareRule(rule), {
        subject: { kind: 'firm' },
        facts: tableOf(example, rule.scope),
        orderIds: [],
      });
      expect(others).toEqual([]);
      expect(evaluation?.verdict).toBe(example.expected);
    },
  );

  it('shows all three verdicts, each fact named, and a source', () => {
    expect(new Set(rule.examples.map((example) => example.expected)).size).toBe(3);
    for (const example of rule.examples) {
      expect(Object.keys(example.facts).sort()).toEqual([...rule.facts].sort());
    }
    expect(rule.source.document).not.toBe('');
    expect(rule.source.clause).not.toBe('');
  });
});

describe('the shipped set', () => {
  it('has at least fourteen rules, distinct ids, and every scope and severity', () => {
    expect(SHIPPED_RULES.length).toBeGreaterThanOrEqual(14);
    expect(new Set(SHIPPED_RULES.map((rule) => rule.ruleId)).size).toBe(SHIPPED_RULES.length);
    expect(new Set(SHIPPED_RULES.map((rule) => rule.scope)).size).toBe(4);
    expect(new Set(SHIPPED_RULES.map((rule) => rule.severity)).size).toBe(3);
  });

  it('leaves out the rule whose limit the firm has not set', () => {
    const ids = shippedRules(DEFAULT_SETTINGS).map((rule) => rule.ruleId);
    expect(ids).not.toContain('short-term-gain');
    expect(ids.length).toBe(SHIPPED_RULES.length - 1);
  });
});
