/**
 * Portfolio problems in tests are written as the file format writes them and go through its reader: what a
 * test states is what a user can state.
 */
import { readPortfolioDocument } from '../../src/connectors/index.ts';
import type { Finding, PortfolioProblem, PortfolioResult } from '../../src/domain/index.ts';
import { optimizePortfolio } from '../../src/optimizer/index.ts';

/** @throws Error with the findings where the document has errors */
export function portfolioProblem(document: unknown): PortfolioProblem {
  const { problem, findings } = readPortfolioDocument(document);
  if (problem !== null) return problem;
  throw new Error(findings.map(({ code, message }) => `${code} ${message}`).join('; '));
}

/** @throws Error with the findings where the problem is refused */
export function optimized(document: unknown): PortfolioResult {
  const outcome = optimizePortfolio(portfolioProblem(document));
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.error.map(({ code, message }) => `${code} ${message}`).join('; '));
}

/** The findings of a problem that is refused; none where it is not. */
export function refusals(document: unknown): readonly Finding[] {
  const outcome = optimizePortfolio(portfolioProblem(document));
  return outcome.ok ? [] : outcome.error;
}
