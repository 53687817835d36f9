/**
 * Independent solvers as judges of the certificate's honesty: quadprog (dense dual active set, Goldfarb and
 * Idnani) without costs, HiGHS (quadratic active set) with costs expanded into segments.
 */
import highsLoader, { type LegacyHighs } from 'highs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { randomProblem } from '../../test/support/optimization-problems.ts';
import type { OptimizationProblem } from '../domain/index.ts';
import { optimize } from './optimize.ts';

interface Quadprog {
  solveQP(
    matrix: number[][],
    linear: number[],
    constraints: number[][],
    bounds: number[],
    equalities: number,
  ): { readonly value: number[]; readonly message: string };
}
// quadprog is CommonJS without types, highs an ES module whose types describe a CommonJS one.
const quadprog = createRequire(import.meta.url)('quadprog') as Quadprog;
const loadHighs = highsLoader as unknown as () => Promise<LegacyHighs>;

const SEEDS = Array.from({ length: 60 }, (_, i) => 1000 + i * 37);

function covariance(problem: OptimizationProblem, i: number, j: number): number {
  const k = problem.factorCount;
  let value = i === j ? (problem.specificVariance[i] as number) : 0;
  for (let f = 0; f < k; f += 1) {
    value += (problem.factors[i * k + f] as number) * (problem.factors[j * k + f] as number);
  }
  return value * problem.riskAversion;
}

/** q - Sigma b, and the constant b'Sigma b / 2 that both oracles leave out. */
function linearPart(problem: OptimizationProblem): { q: number[]; constant: number } {
  const n = problem.assets.length;
  const q: number[] = [];
  let constant = 0;
  for (let i = 0; i < n; i += 1) {
    let product = 0;
    for (let j = 0; j < n; j += 1) product += covariance(problem, i, j) * at(problem.target, j);
    q.push((problem.linear?.[i] ?? 0) - product);
    constant += (at(problem.target, i) * product) / 2;
  }
  return { q, constant };
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}

/** Optimal value by quadprog: min 1/2 x'Dx - d'x with A'x >= b, equalities first, indices from one. */
function quadprogValue(problem: OptimizationProblem): number | null {
  const n = problem.assets.length;
  const { q, constant } = linearPart(problem);
  const rows: { a: number[]; b: number }[] = [];
  for (const row of problem.rows.filter((one) => one.lower === one.upper)) {
    rows.push({ a: [...row.coefficients], b: row.lower });
  }
  const equalities = rows.length;
  for (const row of problem.rows.filter((one) => one.lower !== one.upper)) {
    if (row.lower !== -Infinity) rows.push({ a: [...row.coefficients], b: row.lower });
    rows.push({ a: [...row.coefficients].map((c) => -c), b: -row.upper });
  }
  for (let i = 0; i < n; i += 1) {
    const unit = Array.from({ length: n }, (_, j) => (i === j ? 1 : 0));
    rows.push({ a: unit, b: at(problem.lower, i) });
    rows.push({ a: unit.map((c) => -c), b: -at(problem.upper, i) });
  }
  const oneBased = (values: number[]): number[] => [0, ...values];
  const indices = Array.from({ length: n }, (_, i) => i);
  const matrix = [
    [],
    ...indices.map((i) => oneBased(indices.map((j) => covariance(problem, i, j)))),
  ];
  const constraints = [[], ...indices.map((i) => oneBased(rows.map(({ a }) => at(a, i))))];
  const answer = quadprog.solveQP(
    matrix,
    oneBased(q.map((value) => -value)),
    constraints,
    oneBased(rows.map(({ b }) => b)),
    equalities,
  );
  return answer.message === '' ? at(answer.value, 1) + constant : null;
}

test('quadprog finds the same values where there are no costs', () => {
  let compared = 0;
  for (const seed of SEEDS) {
    const problem = randomProblem(seed, { assetCountMax: 15, hasCosts: false, isFeasible: true });
    // A locked name is two inequalities to quadprog, which then reports degenerate instances as inconsistent.
    const value = quadprogValue(problem);
    if (value === null) continue;
    compared += 1;
    const { certificate, status } = optimize(problem);
    expect(status).toBe('optimal');
    expect(Math.abs(certificate.primal - value)).toBeLessThan(1e-8 * (1 + Math.abs(value)));
  }
  expect(compared).toBeGreaterThan(40);
});

/**
 * Optimal value by HiGHS: weights in thousandths and the objective in millionths, because its quadratic
 * solver stalls on weights of order 1e-3; one bounded variable per segment of each cost curve.
 */
function lpText(problem: OptimizationProblem): string {
  const n = problem.assets.length;
  const { q } = linearPart(problem);
  const number = (value: number): string =>
    `${value < 0 ? '-' : '+'} ${Math.abs(value).toFixed(12)}`;
  const terms: string[] = [];
  const squares: string[] = [];
  const links: string[] = [];
  const bounds: string[] = [];
  for (let i = 0; i < n; i += 1) {
    terms.push(`${number(at(q, i) * 1e3)} x${String(i)}`);
    for (let j = i; j < n; j += 1) {
      const value = covariance(problem, i, j) * (i === j ? 1 : 2);
      squares.push(
        i === j
          ? `${number(value)} x${String(i)} ^ 2`
          : `${number(value)} x${String(i)} * x${String(j)}`,
      );
    }
    bounds.push(
      `${(at(problem.lower, i) * 1e3).toFixed(12)} <= x${String(i)} <= ${(at(problem.upper, i) * 1e3).toFixed(12)}`,
    );
    const cost = problem.costs[i] ?? null;
    if (cost === null) continue;
    const ends = [-1, ...cost.breakpoints, 2];
    const parts = cost.slopes.map((slope, p) => {
      const name = `y${String(i)}_${String(p)}`;
      terms.push(`${number(slope * 1e3)} ${name}`);
      bounds.push(`0 <= ${name} <= ${((at(ends, p + 1) - at(ends, p)) * 1e3).toFixed(12)}`);
      return `- ${name}`;
    });
    links.push(`l${String(i)}: x${String(i)} ${parts.join(' ')} = -1000`);
  }
  problem.rows.forEach((row, r) => {
    const sum = [...row.coefficients].flatMap((c, i) =>
      c === 0 ? [] : [`${number(c)} x${String(i)}`],
    );
    if (sum.length === 0) return;
    const text = sum.join(' ');
    if (row.lower !== -Infinity)
      links.push(`a${String(r)}: ${text} >= ${(row.lower * 1e3).toFixed(12)}`);
    links.push(`b${String(r)}: ${text} <= ${(row.upper * 1e3).toFixed(12)}`);
  });
  return `Minimize\n obj: ${terms.join(' ')} + [ ${squares.join(' ')} ] / 2\nSubject To\n${links.join('\n')}\nBounds\n${bounds.join('\n')}\nEnd\n`;
}

/** What the segments below the present holding cost: our curves count from zero at the holding. */
function costAtHolding(problem: OptimizationProblem): number {
  let total = 0;
  problem.costs.forEach((cost, i) => {
    if (cost === null) return;
    const ends = [-1, ...cost.breakpoints, 2];
    cost.slopes.forEach((slope, p) => {
      const end = Math.min(at(ends, p + 1), at(problem.current, i));
      total += slope * Math.max(0, end - at(ends, p));
    });
  });
  return total;
}

test('HiGHS finds the same values with costs', async () => {
  const highs = await loadHighs();
  let compared = 0;
  for (const seed of SEEDS) {
    const problem = randomProblem(seed, { assetCountMax: 10, hasCosts: true, isFeasible: true });
    const answer = highs.solve(lpText(problem));
    if (answer.Status !== 'Optimal') continue;
    compared += 1;
    const value =
      answer.ObjectiveValue / 1e6 + linearPart(problem).constant - costAtHolding(problem);
    const { certificate, status } = optimize(problem);
    expect(status).toBe('optimal');
    expect(Math.abs(certificate.primal - value)).toBeLessThan(1e-6 * (1 + Math.abs(value)));
  }
  expect(compared).toBeGreaterThan(40);
});
