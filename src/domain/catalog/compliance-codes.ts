import type { CatalogEntry } from './entry.ts';

export const complianceCodes = {
  RULE_SYNTAX_INVALID: {
    meaning: 'The expression of a compliance rule cannot be parsed.',
    advice: 'Correct the expression; the message shows the place.',
    httpStatus: 422,
  },
  RULE_CONSTRUCT_NOT_ALLOWED: {
    meaning:
      'A rule uses a part of CEL that is not allowed here: functions other than decimal("..."), lists, maps, indexing, pattern matching, or bare numbers.',
    advice:
      'Compare declared facts with each other or with decimal("0.25"); sums and counts come from facts.',
    httpStatus: 422,
  },
  RULE_TOO_LARGE: {
    meaning: 'The expression of a rule is longer, or nested deeper, than the limits allow.',
    advice: 'Split it into several rules: at most 300 nodes and 30 levels.',
    httpStatus: 422,
  },
  RULE_FACT_UNKNOWN: {
    meaning: 'A rule names a fact that does not exist for its scope.',
    advice: 'Use a fact of the catalog for that scope; check the spelling.',
    httpStatus: 422,
  },
  RULE_FACTS_DIFFER: {
    meaning: 'The facts that a rule declares are not exactly those that its expression reads.',
    advice: 'List in `facts` every name in the expression, and no other.',
    httpStatus: 422,
  },
  RULE_TYPE_INVALID: {
    meaning: 'A rule compares or combines facts of different types.',
    advice: 'Compare numbers with numbers (decimal("0.25")), text with text, flags with flags.',
    httpStatus: 422,
  },
  RULE_RESULT_NOT_BOOLEAN: {
    meaning: 'The expression of a rule does not answer true or false.',
    advice: 'End in a comparison, for example `issuerWeight <= issuerWeightMax`.',
    httpStatus: 422,
  },
  COMPLIANCE_HARD_FAIL: {
    meaning: 'A hard rule fails for the order. No one can override it.',
    advice: 'Change or drop the order, then check the rest again.',
    httpStatus: 409,
  },
  COMPLIANCE_SOFT_FAIL: {
    meaning: 'A soft rule fails for the order and no override covers it.',
    advice: 'Change the order, or have someone other than its proposer override it with a reason.',
    httpStatus: 409,
  },
  COMPLIANCE_COULD_NOT_CHECK: {
    meaning: 'A rule could not be checked for the order, which blocks it like a fail.',
    advice: 'Supply the missing data that the evaluation names. There is no override.',
    httpStatus: 409,
  },
  COMPLIANCE_NOT_EVALUATED: {
    meaning: 'The compliance report does not contain the order, so nothing is known about it.',
    advice: 'Run compliance over the orders as they now are.',
    httpStatus: 409,
  },
  APPROVAL_MISSING: {
    meaning: 'No one has approved the order.',
    advice: 'Have someone other than its proposer approve it.',
    httpStatus: 409,
  },
  APPROVAL_BY_PROPOSER: {
    meaning: 'The order was approved by the person who proposed it.',
    advice: 'A second person must approve: maker and checker differ.',
    httpStatus: 403,
  },
  APPROVAL_STALE: {
    meaning: 'The order, its verdict or the figures behind it changed after the approver saw them.',
    advice: 'Show the order again as it now is and approve that.',
    httpStatus: 409,
  },
  OVERRIDE_BY_PROPOSER: {
    meaning: 'A failed rule was overridden by the person who proposed the order.',
    advice: 'Only someone who did not propose the order may override.',
    httpStatus: 403,
  },
  OVERRIDE_STALE: {
    meaning: 'The facts changed after the override was given.',
    advice: 'Review the facts as they now are and decide again.',
    httpStatus: 409,
  },
  OVERRIDE_WITHOUT_REASON: {
    meaning: 'An override gives no reason code or no reason text.',
    advice: 'State both: the code for the report, the text for the reader.',
    httpStatus: 422,
  },
} as const satisfies Record<string, CatalogEntry>;
