/**
 * An account's problem as other solvers take it: kinked costs become one variable per segment, factor risk becomes
 * k further variables y = F'(x - b), so that the quadratic part is diagonal and the whole stays sparse.
 *
 *   x = start + sum of the segments,  0 <= segment <= its length, at the slope of the segment
 */
import { assert } from '../../src/kernel/index.ts';
import { sparseMatrix, type GeneralProblem } from '../../src/domain/index.ts';
import type { OptimizationProblem, PiecewiseCost } from '../../src/domain/index.ts';

/** Variables and rows that are added one by one. */
class Expansion {
  readonly variables: string[] = [];
  readonly diagonal: number[] = [];
  readonly q: number[] = [];
  readonly lower: number[] = [];
  readonly upper: number[] = [];
  readonly rows: string[] = [];
  readonly rowLower: number[] = [];
  readonly rowUpper: number[] = [];
  readonly entryRows: number[] = [];
  readonly entryColumns: number[] = [];
  readonly entryValues: number[] = [];
  constant = 0;

  variable(
    name: string,
    given: { diagonal?: number; q: number; lower: number; upper: number },
  ): number {
    this.variables.push(name);
    this.diagonal.push(given.diagonal ?? 0);
    this.q.push(given.q);
    this.lower.push(given.lower);
    this.upper.push(given.upper);
    return this.variables.length - 1;
  }

  row(name: string, lower: number, upper: number): number {
    this.rows.push(name);
    this.rowLower.push(lower);
    this.rowUpper.push(upper);
    return this.rows.length - 1;
  }

  entry(row: number, column: number, value: number): void {
    if (value === 0) return;
    this.entryRows.push(row);
    this.entryColumns.push(column);
    this.entryValues.push(value);
  }

  problem(name: string): GeneralProblem {
    const n = this.variables.length;
    const all = this.diagonal.map((_, j) => j);
    const P = { rows: all, columns: all, values: this.diagonal };
    const A = { rows: this.entryRows, columns: this.entryColumns, values: this.entryValues };
    return {
      name,
      variables: this.variables,
      rows: this.rows,
      P: sparseMatrix({ rowCount: n, columnCount: n }, P).matrix,
      q: Float64Array.from(this.q),
      constant: this.constant,
      A: sparseMatrix({ rowCount: this.rows.length, columnCount: n }, A).matrix,
      rowLower: Float64Array.from(this.rowLower),
      rowUpper: Float64Array.from(this.rowUpper),
      lower: Float64Array.from(this.lower),
      upper: Float64Array.from(this.upper),
      isInteger: null,
    };
  }
}

/**
 * The same problem with the same value: the first n variables are the weights. Costs count from zero at the
 * current holding, as everywhere in the product.
 *
 * @throws AssertionError for impact, budgets and soft rows, which are not quadratic rows and columns
 */
export function expandedQp(problem: OptimizationProblem): GeneralProblem {
  assert(problem.impact == null, 'no impact cost');
  assert((problem.budgets ?? []).length === 0, 'no hard budgets');
  assert(
    problem.rows.every(({ soft }) => soft === undefined),
    'no soft rows',
  );
  const expansion = new Expansion();
  addWeights(expansion, problem);
  addFactors(expansion, problem);
  problem.costs.forEach((cost, i) => {
    if (cost !== null) addCurve(expansion, problem, { cost, i });
  });
  for (const { name, lower, upper, coefficients } of problem.rows) {
    const row = expansion.row(name, lower, upper);
    coefficients.forEach((value, i) => {
      expansion.entry(row, i, value);
    });
  }
  return expansion.problem('account');
}

/** lambda/2 d (x - b)^2 = lambda d/2 x^2 - lambda d b x + constant. */
function addWeights(expansion: Expansion, problem: OptimizationProblem): void {
  problem.assets.forEach((asset, i) => {
    const d = problem.riskAversion * at(problem.specificVariance, i);
    const b = at(problem.target, i);
    expansion.variable(asset, {
      diagonal: d,
      q: (problem.linear?.[i] ?? 0) - d * b,
      lower: at(problem.lower, i),
      upper: at(problem.upper, i),
    });
    expansion.constant += (d * b * b) / 2;
  });
}

/** lambda/2 |y|^2 with the rows F'x - y = F'b. */
function addFactors(expansion: Expansion, problem: OptimizationProblem): void {
  const { factorCount: k, factors, target, riskAversion } = problem;
  for (let f = 0; f < k; f += 1) {
    const center = target.reduce((sum, b, i) => sum + b * at(factors, i * k + f), 0);
    const free = { q: 0, lower: -Infinity, upper: Infinity };
    const y = expansion.variable(`factor:${String(f)}`, { diagonal: riskAversion, ...free });
    const row = expansion.row(`factor:${String(f)}`, center, center);
    problem.assets.forEach((_, i) => {
      expansion.entry(row, i, at(factors, i * k + f));
    });
    expansion.entry(row, y, -1);
  }
}

function addCurve(
  expansion: Expansion,
  problem: OptimizationProblem,
  given: { readonly cost: PiecewiseCost; readonly i: number },
): void {
  const { cost, i } = given;
  const lower = at(problem.lower, i);
  const upper = at(problem.upper, i);
  const ends = [lower, ...cost.breakpoints.filter((h) => h > lower && h < upper), upper];
  const slopes = ends.slice(1).map((end, p) => slopeBetween(cost, ends[p] as number, end));
  if (slopes.length === 1) {
    // Inside the box the curve is a line.
    const slope = slopes[0] as number;
    expansion.q[i] = at(expansion.q, i) + slope;
    expansion.constant -= slope * at(problem.current, i) - outside(cost, problem, i);
    return;
  }
  const name = problem.assets[i] as string;
  // A box without lower end starts at the first kink, with a segment that goes down from there.
  const start = Number.isFinite(lower) ? lower : (ends[1] as number);
  const row = expansion.row(`curve:${name}`, start, start);
  expansion.entry(row, i, 1);
  slopes.forEach((slope, p) => {
    const from = ends[p] as number;
    const isDown = from === -Infinity;
    const segment = expansion.variable(`segment:${name}:${String(p)}`, {
      q: isDown ? -slope : slope,
      lower: 0,
      upper: isDown ? Infinity : (ends[p + 1] as number) - from,
    });
    expansion.entry(row, segment, isDown ? 1 : -1);
  });
  expansion.constant += valueAt(cost, start) - valueAt(cost, at(problem.current, i));
}

/** For a line through the box: what the curve does between the box and a holding outside of it. */
function outside(cost: PiecewiseCost, problem: OptimizationProblem, i: number): number {
  const holding = at(problem.current, i);
  const lower = at(problem.lower, i);
  const inside = Math.min(Math.max(holding, lower), at(problem.upper, i));
  const slope = slopeBetween(cost, lower, at(problem.upper, i));
  return valueAt(cost, inside) - valueAt(cost, holding) - slope * (inside - holding);
}

function slopeBetween(cost: PiecewiseCost, from: number, to: number): number {
  const middle = Number.isFinite(from)
    ? Number.isFinite(to)
      ? (from + to) / 2
      : from + 1
    : to - 1;
  return cost.slopes[cost.breakpoints.filter((h) => h <= middle).length] as number;
}

/** The curve with value zero at its first kink (at weight zero where it has none). */
function valueAt({ breakpoints, slopes }: PiecewiseCost, x: number): number {
  const origin = breakpoints[0] ?? 0;
  if (x <= origin) return at(slopes, 0) * (x - origin);
  return breakpoints.reduce(
    (sum, h, p) => {
      const end = Math.min(x, breakpoints[p + 1] ?? Infinity);
      return end > h ? sum + at(slopes, p + 1) * (end - h) : sum;
    },
    breakpoints.length === 0 ? at(slopes, 0) * (x - origin) : 0,
  );
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}
