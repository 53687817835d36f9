/**
 * Proof of an answer from the user's own history: what it is worth, and a bound that no portfolio within the
 * limits can pass.
 *
 * An admissible density makes risk(w) >= constant + gradient'w for all weights. With that plane in the place of
 * risk the problem is linear apart from separable costs, so prices of its limits bound its least value over the
 * box, exactly as for the mean-variance family. Nothing of the solver enters but the numbers it proposes.
 */
import type { BindingConstraint } from '../../../domain/index.ts';
import type { ConvexPrices, ConvexProblem } from '../mean-variance/convex-problem.ts';
import { dot } from '../mean-variance/engine-point.ts';
import { bindingOf, costsOf, evidenceOf } from '../mean-variance/evidence.ts';
import { admissibleDensity, planeOf, type RiskPlane } from './density.ts';
import { measureValue } from './scenario-measure.ts';
import type { ScenarioProblem } from './scenario-problem.ts';

/** Of the objective's terms, relative to the size of a period's return: below it they are as good as zero. */
const SIZE_LEAST = 1e-2;

/** minimize riskWeight risk + costWeight costs - returnWeight mu'w, perhaps with risk <= limit. */
export interface LinearGoal {
  readonly riskWeight: number;
  readonly returnWeight: number;
  readonly costWeight: number;
  readonly riskLimit: number | null;
}

/** What a solver proposes. */
export interface Proposal {
  readonly weights: Float64Array;
  /** T; near the measure's set. */
  readonly density: Float64Array;
  readonly prices: ConvexPrices;
  /** >= 0, of the limit on risk. */
  readonly limitPrice: number;
}

export interface Proof {
  /** Minimized value. */
  readonly primal: number;
  /** Value less the bound. */
  readonly gap: number;
  /** Sum of the sizes of the objective's terms. */
  readonly size: number;
  /** Of a row, box, turnover, tracking error or the limit on risk. */
  readonly maxViolation: number;
  readonly risk: number;
  readonly costs: number;
  readonly binding: readonly BindingConstraint[];
}

export function proveProposal(
  problem: ScenarioProblem,
  goal: LinearGoal,
  proposal: Proposal,
): Proof {
  const { weights, prices, limitPrice } = proposal;
  const plane = planeOf(
    problem.measure,
    admissibleDensity(problem.measure, proposal.density),
    problem.scenarios,
  );
  const riskPrice = goal.riskWeight + limitPrice;
  const tangent = tangentProblem(problem, goal, { plane, riskPrice });
  const evidence = evidenceOf(tangent, weights, prices);
  const risk = measureValue(problem.measure, weights, problem.scenarios);
  const costs = costsOf(problem.base, weights);
  const excess = goal.riskLimit === null ? 0 : risk - goal.riskLimit;
  const above = risk - plane.constant - dot(plane.gradient, weights);
  const rest = goal.costWeight * costs - goal.returnWeight * dot(problem.expectedReturns, weights);
  const binding = bindingOf({ problem: tangent, weights, prices }, 1);
  const isLimit = limitPrice > 1e-9 * (1 + goal.returnWeight);
  return {
    primal: goal.riskWeight * risk + rest,
    gap: evidence.gap + riskPrice * above - limitPrice * excess,
    size: sizeOf(problem, goal, { weights, risk, costs }),
    maxViolation: Math.max(evidence.maxViolation, excess),
    risk,
    costs,
    binding: isLimit ? [...binding, { constraint: 'risk', shadowPrice: limitPrice }] : binding,
  };
}

/** The convex program whose objective is the plane, the return and the costs. */
function tangentProblem(
  { base, expectedReturns }: ScenarioProblem,
  goal: LinearGoal,
  { plane, riskPrice }: { readonly plane: RiskPlane; readonly riskPrice: number },
): ConvexProblem {
  const { costWeight, returnWeight } = goal;
  return {
    ...base,
    curvature: 0,
    linear: plane.gradient.map(
      (g, i) => riskPrice * g - returnWeight * (expectedReturns[i] as number),
    ),
    costs: base.costs.map((cost) =>
      cost === null ? null : { ...cost, slopes: cost.slopes.map((slope) => slope * costWeight) },
    ),
    impact:
      base.impact === null
        ? null
        : { ...base.impact, coefficient: base.impact.coefficient.map((c) => c * costWeight) },
  };
}

/** A value that cancels, or vanishes with the weights, is measured against the terms it is made of. */
function sizeOf(
  { expectedReturns, unit }: ScenarioProblem,
  goal: LinearGoal,
  {
    weights,
    risk,
    costs,
  }: { readonly weights: Float64Array; readonly risk: number; readonly costs: number },
): number {
  let size = goal.riskWeight * Math.abs(risk) + goal.costWeight * Math.abs(costs);
  let gross = 0;
  weights.forEach((w, i) => {
    size += goal.returnWeight * Math.abs((expectedReturns[i] as number) * w);
    gross += Math.abs(w);
  });
  return Math.max(
    size,
    SIZE_LEAST * unit * (goal.riskWeight + goal.returnWeight) * Math.max(1, gross),
  );
}
