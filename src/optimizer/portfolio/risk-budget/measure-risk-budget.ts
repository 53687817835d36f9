/**
 * Risk budgets of any measure of a return history: x_i times the slope of the measure in x_i is the share b_i of the
 * risk. The program and the meaning under limits are those of the variance, with the measure in place of it (see
 * variance-risk-budget).
 *
 * At a kink of the measure (a scenario on the edge of the tail) slopes are not unique; the shares hold for the slopes
 * of the density that proves the answer, and the contributions reported are those.
 */
import { err, ok, type Result } from '../../../kernel/index.ts';
import {
  errorFinding,
  type BindingConstraint,
  type Certificate,
  type Finding,
  type LinearRow,
  type PortfolioObjective,
  type PortfolioResult,
} from '../../../domain/index.ts';
import { diagonalOf, dot } from '../../linear-algebra/index.ts';
import { budgetOf, conflictOfLimits } from '../heuristics/honored-limits.ts';
import { infeasibleResult, plainResult } from '../heuristics/plain-result.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import {
  admissibleDensity,
  isDrawdownMeasure,
  isRootMeasure,
  measureValue,
  planeOf,
  scenarioMeasureOf,
  solveScenario,
} from '../scenario/index.ts';
import { budgetShares, type BudgetShares } from './budget-shares.ts';
import { findLevel } from './level-search.ts';
import {
  programValue,
  riskTerm,
  solveMeasureProgram,
  type MeasurePoint,
  type MeasureProgram,
} from './measure-program.ts';

type Objective = Extract<PortfolioObjective, { kind: 'riskBudget' }>;

const AT_LIMIT = 1e-10;
const RESIDUAL_MAX = 1e-6;
/** Gap relative to the size of the program's terms up to which an answer is optimal. */
const GAP_MAX = 1e-9;
/** Risk below this share of the size of returns is none. */
const LEAST_RISK = 1e-9;
const SOLVER = 'risk budgets by Newton steps over sparse quadratic programs';

/**
 * @refuses what `budgetShares` and `scenarioMeasureOf` refuse; METHOD_INPUT_INVALID for compounded drawdowns and for a
 *   threshold (such risks are no sum of contributions), and where a long-only portfolio without risk exists
 */
export function measureRiskBudget(
  resolved: ResolvedProblem,
  objective: Objective,
): Result<PortfolioResult, readonly Finding[]> {
  const judged = budgetShares(resolved, objective.budgets);
  const measured = scenarioMeasureOf(resolved, objective.risk);
  const findings = [
    ...(judged.ok ? [] : judged.error),
    ...(measured.ok ? [] : measured.error),
    ...measureFindings(objective),
  ];
  if (!judged.ok || !measured.ok || findings.length > 0) return err(findings);
  const { measure, scenarios } = measured.value;
  const shares = judged.value;
  const total = budgetOf(resolved) as number;
  const unit = unitOf(resolved);
  const riskless = risklessFinding(resolved, objective, unit);
  if (riskless !== null) return err([riskless]);
  const n = resolved.assetCount;
  const free: MeasureProgram = {
    measure,
    scenarios,
    unit,
    shares: shares.shares,
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(Infinity),
    rows: [],
  };
  const task = { resolved, objective, shares, total };
  const start = scaledTo(free, solveMeasureProgram(free, 1, startOf(resolved, free)), total);
  const rows = resolved.rows.filter(({ name }) => name !== 'budget');
  if (meetsLimits(start.x, shares, rows)) return ok(report(task, free, start));
  const conflict = conflictOfLimits(resolved, shares.lower, shares.upper);
  if (conflict !== null) {
    const answer = { solver: SOLVER, iterations: start.iterations, risk: objective.risk };
    return ok(infeasibleResult(resolved, answer, conflict));
  }
  const program = { ...free, lower: shares.lower, upper: shares.upper, rows };
  return ok(constrained(task, program, start));
}

interface Task {
  readonly resolved: ResolvedProblem;
  readonly objective: Objective;
  readonly shares: BudgetShares;
  readonly total: number;
  readonly notes?: readonly string[];
}

/** The level that meets the budget; where none does, the budget as a row, with a note. */
function constrained(task: Task, program: MeasureProgram, start: MeasurePoint): PortfolioResult {
  let last = start.x;
  const found = findLevel(
    (level) => {
      const point = solveMeasureProgram(program, level, last);
      last = point.x.map((x, i) => Math.max(x, 1e-6 * (start.x[i] as number)));
      return point;
    },
    { start: start.level, total: task.total, residualMax: RESIDUAL_MAX },
  );
  const note = 'limits bind: budgets hold in proportion among the assets on which no limit acts';
  if (found !== null) {
    const point = { ...found.answer, level: found.level, iterations: found.iterations };
    return report({ ...task, notes: [note] }, program, point);
  }
  const coefficients = new Float64Array(start.x.length).fill(1);
  const budget = { name: 'budget', coefficients, lower: task.total, upper: task.total };
  const withBudget = { ...program, rows: [...program.rows, budget] };
  const point = solveMeasureProgram(withBudget, start.level, start.x);
  const notes = [
    note,
    'no level of risk was found that meets the budget within the limits: the budget has a price',
  ];
  return report({ ...task, notes }, withBudget, point);
}

function measureFindings({ risk }: Objective): readonly Finding[] {
  const findings: Finding[] = [];
  const refuse = (message: string, pointer: string): void => {
    findings.push(errorFinding('METHOD_INPUT_INVALID', message, { pointer }));
  };
  const hasThreshold = risk.measure === 'semivariance' || risk.measure === 'meanAbsoluteDeviation';
  if (hasThreshold && risk.threshold !== null && risk.threshold !== 0) {
    refuse('risk about a threshold is no sum of contributions', '/objective/risk/threshold');
  }
  if (isDrawdownMeasure(risk) && risk.isCompounded) {
    refuse('compounded drawdowns are no sum of contributions', '/objective/risk/compounded');
  }
  return findings;
}

/** Root mean square of all returns. */
function unitOf({ risk }: ResolvedProblem): number {
  const returns = risk.scenarios?.returns ?? new Float64Array(0);
  const size = Math.sqrt(returns.reduce((total, r) => total + r * r, 0) / returns.length);
  return size > 0 ? size : 1;
}

/** A portfolio without risk could be held without end: the logarithms would have no counterweight. */
function risklessFinding(
  resolved: ResolvedProblem,
  { risk }: Objective,
  unit: number,
): Finding | null {
  const n = resolved.assetCount;
  const { problem } = resolved;
  const result = solveScenario({
    ...resolved,
    problem: { ...problem, objective: { kind: 'minimumRisk', risk } },
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(1),
    rows: [{ name: 'budget', coefficients: new Float64Array(n).fill(1), lower: 1, upper: 1 }],
  });
  if (!result.ok || result.value.risk > LEAST_RISK * unit) return null;
  const message = `a long-only portfolio has a ${risk.measure} of ${result.value.risk.toPrecision(4)}, not above zero: shares of it mean nothing`;
  return errorFinding('METHOD_INPUT_INVALID', message, { pointer: '/objective/risk' });
}

/** Inverse volatility, sized to a risk of about one unit. */
function startOf({ risk, assetCount }: ResolvedProblem, program: MeasureProgram): Float64Array {
  const variances = diagonalOf(risk.covariance, assetCount);
  const raw = variances.map((v, i) => {
    const share = Math.max(program.shares[i] as number, 1e-4 / assetCount);
    return Math.sqrt(share / (v > 0 ? v : 1));
  });
  const size = measureValue(program.measure, raw, program.scenarios) / program.unit;
  return size > 0 ? raw.map((x) => x / size) : raw;
}

/** Without limits answers at all levels are multiples of each other. */
function scaledTo(program: MeasureProgram, point: MeasurePoint, total: number): MeasurePoint {
  const factor = total / point.x.reduce((sum, x) => sum + x, 0);
  const degree = isRootMeasure(program.measure) ? 2 : 1;
  return { ...point, x: point.x.map((x) => x * factor), level: point.level * factor ** degree };
}

function meetsLimits(
  x: Float64Array,
  { lower, upper }: BudgetShares,
  rows: readonly LinearRow[],
): boolean {
  const inBox = x.every(
    (value, i) =>
      value >= (lower[i] as number) - AT_LIMIT && value <= (upper[i] as number) + AT_LIMIT,
  );
  return (
    inBox &&
    rows.every((row) => {
      const activity = dot(row.coefficients, x);
      return activity >= row.lower - AT_LIMIT && activity <= row.upper + AT_LIMIT;
    })
  );
}

function report(task: Task, program: MeasureProgram, point: MeasurePoint): PortfolioResult {
  const { resolved, objective, shares, notes } = task;
  const proof = prove(task, program, point);
  const result = plainResult(resolved, {
    weights: point.x,
    objective: proof.certificate.primal,
    solver: SOLVER,
    iterations: point.iterations,
    notes: [...shares.notes, ...(notes ?? [])],
    risk: objective.risk,
  });
  const isOptimal =
    proof.certificate.gap <= GAP_MAX * proof.size &&
    proof.certificate.maxViolation <= 1e-8 * Math.max(1, task.total);
  return {
    ...result,
    status: isOptimal ? 'optimal' : 'iterationLimit',
    certificate: proof.certificate,
    binding: proof.binding,
    riskContributions: proof.contributions,
  };
}

interface Proof {
  readonly certificate: Certificate;
  readonly size: number;
  readonly contributions: Float64Array;
  readonly binding: readonly BindingConstraint[];
}

/**
 * The density spans a plane below the measure, so risk(x) >= g'x for every x; with it and the prices of rows the
 * program falls apart into assets, and each is minimized over its box by hand: a bound whatever the solver did. The
 * half square is bounded by its tangent at the answer's risk. Value and bound are in units of the program.
 */
function prove(task: Task, program: MeasureProgram, point: MeasurePoint): Proof {
  const { measure, scenarios, unit, shares, rows } = program;
  const { x, level, rowPrices } = point;
  const plane = planeOf(measure, admissibleDensity(measure, point.density), scenarios);
  const risk = measureValue(measure, x, scenarios);
  const isRoot = isRootMeasure(measure);
  const steepness = isRoot ? risk / (unit * unit) : 1 / unit;
  const slope = plane.gradient.map((g) => g * steepness);
  const primal = programValue(program, x, level);
  let dual = isRoot ? -riskTerm(program, x) : 0;
  let violation = Math.abs(x.reduce((sum, w) => sum + w, 0) - task.total);
  const binding: BindingConstraint[] = [];
  const least = 1e-7 * slope.reduce((most, s) => Math.max(most, Math.abs(s)), 0);
  rows.forEach((row, r) => {
    const activity = dot(row.coefficients, x);
    violation = Math.max(violation, row.lower - activity, activity - row.upper);
    const price = rowPrices[r] as number;
    const limit = price > 0 ? row.upper : row.lower;
    if (price === 0 || !Number.isFinite(limit)) return;
    dual -= price * limit;
    row.coefficients.forEach((c, i) => {
      slope[i] = (slope[i] as number) + price * c;
    });
    if (Math.abs(price) > least) binding.push({ constraint: row.name, shadowPrice: price });
  });
  slope.forEach((s, i) => {
    const low = program.lower[i] as number;
    const high = Math.min(program.upper[i] as number, Math.max(task.total, x[i] as number));
    const share = level * (shares[i] as number);
    dual += leastOf({ slope: s, share, low: Math.max(0, low), high });
    const price = (share > 0 ? share / (x[i] as number) : 0) - s;
    const name = task.resolved.problem.assets[i] ?? '';
    const isUpper = price > least && (x[i] as number) >= (program.upper[i] as number) - 1e-7;
    const isLower = price < -least && (x[i] as number) <= Math.max(0, low) + 1e-7;
    if (isUpper) binding.push({ constraint: `upper:${name}`, shadowPrice: price });
    if (isLower) binding.push({ constraint: `lower:${name}`, shadowPrice: price });
  });
  const gap = Math.max(0, primal - dual);
  const contributions = plane.gradient.map((g, i) => g * (x[i] as number));
  const certificate = { primal, dual, gap, maxViolation: Math.max(0, violation) };
  return { certificate, size: riskTerm(program, x) + level, contributions, binding };
}

/** Least value of slope x - share ln x for low <= x <= high. */
function leastOf(term: {
  readonly slope: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}): number {
  const { slope, share, low, high } = term;
  if (share === 0) return slope >= 0 ? slope * low : slope * high;
  const best = slope > 0 ? share / slope : high;
  const x = Math.min(high, Math.max(low, best));
  return slope * x - share * Math.log(x);
}
