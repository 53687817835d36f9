/** The answer of `evenkeel optimize` as a document (FORMATS section 2). */
import type { Finding, PortfolioProblem, PortfolioResult } from '../../domain/index.ts';
import { findingDocument } from './findings.ts';
import type { DocumentField } from './json-stream.ts';

export interface OptimizedPortfolio {
  readonly problem: PortfolioProblem;
  readonly result: PortfolioResult;
  /** Of the solution alone, without reading. */
  readonly seconds: number;
  readonly warnings: readonly Finding[];
}

/** Whether the weights are a portfolio to use: a proof that there is none, or no best one, comes without. */
export function hasPortfolio({ result }: OptimizedPortfolio): boolean {
  return result.status === 'optimal' || result.status === 'iterationLimit';
}

/**
 * Fields of FORMATS section 2, and after them the proof of integer answers, notes and warnings. Objects by asset
 * keep the order of the document. Without a portfolio, weights and what is measured on them are null.
 */
export function optimizeDocument(optimized: OptimizedPortfolio): DocumentField[] {
  const { problem, result, seconds, warnings } = optimized;
  const isPortfolio = hasPortfolio(optimized);
  const byAsset = (values: Float64Array | null): Record<string, number> | null =>
    values === null || !isPortfolio ? null : named(problem.assets, values);
  const measured = (value: number | null): number | null =>
    isPortfolio && value !== null ? finite(value) : null;
  const { certificate, blackLitterman, frontier, solver } = result;
  return [
    { name: 'status', value: result.status },
    { name: 'weights', value: byAsset(result.weights) },
    { name: 'shares', value: byAsset(result.shares) },
    { name: 'objective', value: measured(result.objective) },
    { name: 'expectedReturn', value: measured(result.expectedReturn) },
    { name: 'risk', value: measured(result.risk) },
    {
      name: 'certificate',
      value:
        certificate === null || !isPortfolio
          ? null
          : {
              primal: finite(certificate.primal),
              dual: finite(certificate.dual),
              gap: finite(certificate.gap),
              maxViolation: finite(certificate.maxViolation),
            },
    },
    { name: 'binding', value: isPortfolio ? result.binding : [] },
    { name: 'riskContributions', value: byAsset(result.riskContributions) },
    {
      name: 'conflict',
      value: result.conflict.map(({ constraint, relaxation }) => ({
        constraint,
        relaxation: finite(relaxation),
      })),
    },
    {
      name: 'frontier',
      value:
        frontier === null
          ? null
          : frontier.map(({ expectedReturn, risk, weights }) => ({
              expectedReturn,
              risk,
              weights: named(problem.assets, weights),
            })),
    },
    {
      name: 'blackLitterman',
      value:
        blackLitterman === null
          ? null
          : {
              equilibriumReturns: named(problem.assets, blackLitterman.equilibriumReturns),
              posteriorReturns: named(problem.assets, blackLitterman.posteriorReturns),
              posteriorCovariance: rowsOf(
                blackLitterman.posteriorCovariance,
                problem.assets.length,
              ),
            },
    },
    { name: 'solver', value: { name: solver.name, iterations: solver.iterations, seconds } },
    { name: 'integerProof', value: result.integerProof },
    { name: 'notes', value: result.notes },
    { name: 'warnings', items: warnings.map(findingDocument) },
  ];
}

/** JSON has no infinity: a relaxation that cures nothing alone, a bound that is none. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function named(assets: readonly string[], values: Float64Array): Record<string, number> {
  // A name such as __proto__ is a name here.
  const entries = assets.map((asset, i): [string, number] => [asset, (values[i] as number) + 0]);
  return Object.fromEntries(entries);
}

function rowsOf(matrix: Float64Array, size: number): number[][] {
  return Array.from({ length: size }, (_, i) => [...matrix.subarray(i * size, (i + 1) * size)]);
}
