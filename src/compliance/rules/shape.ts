/** Shorthand for writing rules as data; it adds nothing to them. */
import { parseCalendarDate } from '../../kernel/index.ts';
import {
  identifier,
  type ComplianceRule,
  type RuleExample,
  type RuleId,
  type Verdict,
} from '../../domain/index.ts';

export type RuleText = Omit<
  ComplianceRule,
  'ruleId' | 'version' | 'effectiveFrom' | 'effectiveTo'
> & {
  readonly ruleId: string;
};

/** The first version of a shipped rule, in force from the start of every book. */
export function shipped(rule: RuleText): ComplianceRule {
  return {
    ...rule,
    ruleId: identifier<RuleId>(rule.ruleId),
    version: 1,
    effectiveFrom: parseCalendarDate('1970-01-01'),
    effectiveTo: null,
  };
}

export function example(name: string, facts: RuleExample['facts'], expected: Verdict): RuleExample {
  return { name, facts, expected };
}

/** Every threshold of the shipped rules is the firm's own choice, in its settings. */
export function firmPolicy(clause: string): ComplianceRule['source'] {
  return { document: 'Firm policy', clause };
}
