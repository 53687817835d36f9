import type { CatalogEntry } from './entry.ts';

const entry = (meaning: string, advice: string): CatalogEntry => ({
  meaning,
  advice,
  httpStatus: 422,
});

/** What can be wrong with a portfolio problem (`evenkeel optimize`), as a document and as a problem. */
export const portfolioProblemCodes = {
  PORTFOLIO_FIELD_REQUIRED: entry(
    'A field that the portfolio problem needs is absent.',
    'Add the field; `evenkeel schema portfolio-problem` lists all of them.',
  ),
  PORTFOLIO_FIELD_UNKNOWN: entry(
    'A field of the portfolio problem is not read.',
    'Correct its name, or ignore this: the field has no effect.',
  ),
  PORTFOLIO_FIELD_INVALID: entry(
    'A field of the portfolio problem has a value that it cannot have.',
    'Write a value of the kind that the message asks for.',
  ),
  PORTFOLIO_NUMBER_INVALID: entry(
    'A number of the portfolio problem is not finite or not a number.',
    'Replace NaN, infinities and blanks by numbers; in bounds null stands for no limit.',
  ),
  PORTFOLIO_NUMBER_OUT_OF_RANGE: entry(
    'A number of the portfolio problem lies outside the range of its field.',
    'Correct the number; weights, returns and rates are fractions (0.05 is 5 %).',
  ),
  PORTFOLIO_LENGTH_MISMATCH: entry(
    'A list has another length than the assets, factors or views ask for.',
    'Give one entry per asset (or factor, view, row) in the order of `assets`.',
  ),
  PORTFOLIO_KIND_UNKNOWN: entry(
    'A kind, measure, method or estimator is none of the known ones.',
    'Use one of the names that the message lists.',
  ),
  PORTFOLIO_NAME_UNKNOWN: entry(
    'A group, cost or limit names an asset or factor that the problem does not have.',
    'Correct the name, or add it to `assets`.',
  ),
  PORTFOLIO_NAME_DUPLICATE: entry(
    'A name stands twice where names must differ.',
    'Rename or remove one of the two.',
  ),
  PORTFOLIO_BOUNDS_CROSSED: entry(
    'A lower limit lies above its upper limit.',
    'Swap or correct the two numbers.',
  ),
  PORTFOLIO_COST_NOT_CONVEX: entry(
    'A cost curve has falling slopes or breakpoints out of order; its best answer could not be proved.',
    'Sort the breakpoints, with slopes that do not fall, one more slope than breakpoints.',
  ),
  COVARIANCE_ASYMMETRIC: entry(
    'A covariance differs from its transpose.',
    'Correct the pair of entries that the message names; average the two if both are estimates of one number.',
  ),
  VARIANCE_NOT_POSITIVE: entry(
    'An asset has no variance, or a negative one, where the method divides by its risk.',
    'Remove the asset or hold it outside the problem, or choose an objective that can hold cash.',
  ),
  EXPECTED_RETURNS_REQUIRED: entry(
    'The objective weighs returns, and the problem has neither expected returns nor a return history.',
    'Add `expectedReturns`, or give risk as `returns`, whose means are then used.',
  ),
  RETURN_HISTORY_REQUIRED: entry(
    'The risk measure is computed from a return history, which the problem does not have.',
    'Give risk as `{ "returns": [[…]] }`, T x n, or choose the measure variance.',
  ),
  CURRENT_WEIGHTS_REQUIRED: entry(
    'A limit on trades needs the weights held now.',
    'Add `current`, one weight per asset; zeros say that nothing is held.',
  ),
  FACTOR_MODEL_REQUIRED: entry(
    'A limit on factor exposure needs the loadings of a factor model.',
    'Give risk as `factors`, or write the limit as a `linear` constraint.',
  ),
  RATIO_NOT_POSITIVE: entry(
    'No allowed portfolio is expected to return more than the risk-free rate, so a highest ratio of return to risk has no meaning.',
    'Lower the risk-free rate, check the expected returns, or minimize risk instead.',
  ),
} as const satisfies Record<string, CatalogEntry>;
