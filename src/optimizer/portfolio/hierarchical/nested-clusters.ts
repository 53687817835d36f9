/**
 * Nested clusters: the portfolio of least risk inside each cluster, then among the clusters held that way (Lopez de
 * Prado 2019, as Riskfolio-Lib's model NCO and skfolio's NestedClustersOptimization without cross-validation).
 */
import { err, ok, type Result } from '../../../kernel/index.ts';
import {
  errorFinding,
  type Finding,
  type MeasureChoice,
  type PortfolioResult,
} from '../../../domain/index.ts';
import { multiply } from '../../linear-algebra/index.ts';
import { minimumVariance } from '../mean-variance/index.ts';
import { DenseRisk } from '../resolve/index.ts';
import type { ResolvedProblem, Scenarios } from '../resolved-problem.ts';
import { solveScenario } from '../scenario/index.ts';
import type { Tree } from './tree.ts';

/**
 * @returns n weights that add up to one
 * @refuses METHOD_INPUT_INVALID where a layer has no portfolio of least risk
 */
export function nestedWeights(
  resolved: ResolvedProblem,
  tree: Tree,
  choice: MeasureChoice,
): Result<Float64Array, readonly Finding[]> {
  const { n, clusters } = tree;
  const isOpen = resolved.lower.every((low) => low === -Infinity);
  const findings: Finding[] = [];
  const count = clusters.length;
  /** n x clusters: the portfolio inside each. */
  const inner = new Float64Array(n * count);
  clusters.forEach((items, c) => {
    const columns = new Float64Array(n * items.length);
    items.forEach((i, at) => {
      columns[i * items.length + at] = 1;
    });
    const weights = leastRisk(resolved, { columns, count: items.length, choice, isOpen });
    if (!weights.ok) findings.push(...weights.error);
    else {
      items.forEach((i, at) => {
        inner[i * count + c] = weights.value[at] as number;
      });
    }
  });
  if (findings.length > 0) return err(findings);
  const outer = leastRisk(resolved, { columns: inner, count, choice, isOpen });
  return outer.ok ? ok(multiply(inner, outer.value, count)) : outer;
}

interface Layer {
  /** n x count: the portfolios that this layer chooses among. */
  readonly columns: Float64Array;
  readonly count: number;
  readonly choice: MeasureChoice;
  readonly isOpen: boolean;
}

/** Weights of the columns with the least risk, adding up to one. */
function leastRisk(
  resolved: ResolvedProblem,
  layer: Layer,
): Result<Float64Array, readonly Finding[]> {
  if (layer.count === 1) return ok(Float64Array.of(1));
  const problem = layerProblem(resolved, layer);
  const result: Result<PortfolioResult, readonly Finding[]> =
    layer.choice.measure === 'variance' ? ok(minimumVariance(problem)) : solveScenario(problem);
  if (!result.ok) return result;
  if (isUsable(result.value, problem)) return ok(result.value.weights);
  const message = `a layer of the nested clusters has no portfolio of least risk (${result.value.status})`;
  return err([errorFinding('METHOD_INPUT_INVALID', message)]);
}

/** A least variance of zero has no relative gap: there the gap is measured against the parts' variances. */
function isUsable({ status, certificate }: PortfolioResult, { risk }: ResolvedProblem): boolean {
  if (status === 'optimal') return true;
  if (status !== 'iterationLimit' || certificate === null) return false;
  const largest = risk.covariance.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return certificate.gap <= 1e-10 * largest && certificate.maxViolation <= 1e-9;
}

/** The problem of choosing among portfolios, without limits but the budget and the sign. */
function layerProblem(resolved: ResolvedProblem, layer: Layer): ResolvedProblem {
  const { columns, count: k, choice, isOpen } = layer;
  const n = resolved.assetCount;
  const { covariance, scenarios } = resolved.risk;
  const image = multiply(covariance, columns, n);
  const reduced = new Float64Array(k * k);
  for (let i = 0; i < n; i += 1) {
    for (let r = 0; r < k; r += 1) {
      const weight = columns[i * k + r] as number;
      if (weight === 0) continue;
      for (let c = 0; c < k; c += 1) {
        reduced[r * k + c] = (reduced[r * k + c] as number) + weight * (image[i * k + c] as number);
      }
    }
  }
  const histories: Scenarios | null =
    scenarios === null
      ? null
      : { count: scenarios.count, returns: multiply(scenarios.returns, columns, n) };
  const lower = new Float64Array(k).fill(isOpen ? -Infinity : 0);
  const upper = new Float64Array(k).fill(Infinity);
  const { problem } = resolved;
  return {
    ...resolved,
    problem: {
      ...problem,
      assets: Array.from({ length: k }, (_, c) => `part ${String(c)}`),
      objective: { kind: 'minimumRisk', risk: choice },
      constraints: { ...problem.constraints, budget: 1, lower, upper },
      current: null,
    },
    assetCount: k,
    expectedReturns: new Float64Array(k),
    risk: new DenseRisk(symmetric(reduced, k), k, histories),
    lower,
    upper,
    rows: [{ name: 'budget', coefficients: new Float64Array(k).fill(1), lower: 1, upper: 1 }],
    costs: Array.from({ length: k }, () => null),
    current: new Float64Array(k),
    notes: [],
  };
}

/** Sums in two orders differ in the last bit. */
function symmetric(matrix: Float64Array, k: number): Float64Array {
  return matrix.map((value, at) => {
    const mirror = matrix[(at % k) * k + Math.floor(at / k)] as number;
    return (value + mirror) / 2;
  });
}
