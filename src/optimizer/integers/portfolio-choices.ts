/** A resolved portfolio problem as a choice problem. */
import type { LinearRow, PortfolioConstraints } from '../../domain/index.ts';
import type { ResolvedProblem, ResolvedRisk } from '../portfolio/resolved-problem.ts';
import type { ChoiceProblem, ChoiceRows, CountLimit } from './choice-problem.ts';
import { splitDiagonal, withoutDiagonal } from './diagonal-split.ts';
import { holdingPieces } from './name-pieces.ts';
import type { ObjectiveForm } from './objective-form.ts';

/** An open end of a box counts as this weight: pieces need ends. */
const OPEN_END = 1e3;
/** What counts as held where exactly so many names are asked for without a least weight. */
const HELD_LEAST = 1e-4;

/** Least weight of a name that is held. */
export function heldLeast({
  minimumWeight,
  exactNames,
}: Pick<PortfolioConstraints, 'minimumWeight' | 'exactNames'>): number {
  const least = minimumWeight ?? 0;
  return exactNames !== null && least === 0 ? HELD_LEAST : least;
}

export interface Choices {
  readonly problem: ChoiceProblem;
  readonly notes: readonly string[];
}

export function choicesOf(resolved: ResolvedProblem, form: ObjectiveForm): Choices {
  const { constraints } = resolved.problem;
  const notes: string[] = [];
  const minimumWeight = heldLeast(constraints);
  if (constraints.exactNames !== null && (constraints.minimumWeight ?? 0) === 0) {
    notes.push(
      `exactNames without minimumWeight: a name counts as held from a weight of ${String(HELD_LEAST)}`,
    );
  }
  const pieces = holdingPieces({
    ...cappedBox(resolved),
    current: resolved.current,
    minimumWeight,
    minimumTrade: new Float64Array(resolved.assetCount).fill(constraints.minimumTrade ?? 0),
    isLiquidationFree: false,
    countLimit: countLimitOf(constraints),
  });
  const problem = {
    ...quadraticOf(resolved, form),
    pieces,
    countLimit: countLimitOf(constraints),
  };
  return { problem, notes };
}

export function cappedBox({ lower, upper }: ResolvedProblem): {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
} {
  return {
    lower: lower.map((x) => Math.max(x, -OPEN_END)),
    upper: upper.map((x) => Math.min(x, OPEN_END)),
  };
}

export function countLimitOf(constraints: {
  readonly maximumNames: number | null;
  readonly exactNames: number | null;
}): CountLimit | null {
  const { maximumNames, exactNames } = constraints;
  if (exactNames !== null) return { maximum: exactNames, isExact: true };
  return maximumNames === null ? null : { maximum: maximumNames, isExact: false };
}

const splits = new WeakMap<ResolvedRisk, Float64Array>();

/** The diagonal split off a covariance, made once for each. */
function splitOf(risk: ResolvedRisk, n: number): Float64Array {
  const known = splits.get(risk);
  if (known !== undefined) return known;
  const isDense = 'isDense' in risk && risk.isDense === true;
  const start = isDense || risk.specificVariance.some((d) => d <= 0) ? null : risk.specificVariance;
  const split = splitDiagonal(risk.covariance, n, { weights: null, start });
  splits.set(risk, split);
  return split;
}

/** Everything of the choice problem but the pieces and the limit on their number. */
export function quadraticOf(
  resolved: ResolvedProblem,
  form: ObjectiveForm,
): Omit<ChoiceProblem, 'pieces' | 'countLimit'> {
  const n = resolved.assetCount;
  const { covariance } = resolved.risk;
  const split = splitOf(resolved.risk, n);
  const curvature = split.map((d) => d * form.factor);
  const linear = form.linear.slice();
  let constant = 0;
  if (form.center !== null) {
    for (let i = 0; i < n; i += 1) {
      let product = 0;
      for (let j = 0; j < n; j += 1) {
        product += (covariance[i * n + j] as number) * (form.center[j] as number);
      }
      linear[i] = (linear[i] as number) - form.factor * product;
      constant += (form.factor / 2) * product * (form.center[i] as number);
    }
  }
  return {
    size: n,
    coupling: withoutDiagonal(covariance, split).map((v) => v * form.factor),
    curvature,
    linear,
    curves: resolved.costs,
    origin: resolved.current,
    rows: choiceRows([...resolved.rows, ...form.rows], n),
    constant,
  };
}

export function choiceRows(rows: readonly LinearRow[], n: number): ChoiceRows {
  const coefficients = new Float64Array(rows.length * n);
  rows.forEach((row, r) => {
    coefficients.set(row.coefficients, r * n);
  });
  return {
    count: rows.length,
    coefficients,
    lower: Float64Array.from(rows, (row) => row.lower),
    upper: Float64Array.from(rows, (row) => row.upper),
  };
}
