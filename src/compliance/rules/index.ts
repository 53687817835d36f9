/** The rules that come with the product. A firm switches them by its settings and adds its own. */
import type { ComplianceRule, FirmSettings } from '../../domain/index.ts';
import { ACCOUNT_RULES } from './account-rules.ts';
import { FIRM_RULES, HOUSEHOLD_RULES } from './group-rules.ts';
import { ORDER_RULES } from './order-rules.ts';

export const SHIPPED_RULES: readonly ComplianceRule[] = [
  ...ORDER_RULES,
  ...ACCOUNT_RULES,
  ...HOUSEHOLD_RULES,
  ...FIRM_RULES,
];

/**
 * The shipped rules that a firm's settings put in force: a rule whose limit the firm has not set is left
 * out, because an absent limit would otherwise read as `couldNotCheck` on every account.
 */
export function shippedRules(settings: FirmSettings): readonly ComplianceRule[] {
  const hasGainLimit = settings.compliance.shortTermGainAmountMax !== null;
  return SHIPPED_RULES.filter((rule) => rule.ruleId !== 'short-term-gain' || hasGainLimit);
}
