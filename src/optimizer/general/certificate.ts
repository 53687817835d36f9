/**
 * Evidence beside an answer, computed from the user's problem alone, in doubled precision, by code that shares
 * nothing with the solver but the data.
 *
 * A price whose sign asks for a limit that does not exist (a positive price on a row without lower limit) bounds
 * nothing: it is counted as a dual residual of its own size, never as part of the dual value.
 */
import type { GeneralCertificate, GeneralProblem } from '../../domain/index.ts';
import { CompensatedSum, CompensatedVector } from './compensated.ts';

export interface Candidate {
  readonly x: Float64Array;
  readonly rowDuals: Float64Array;
  readonly boundDuals: Float64Array;
}

export interface Evidence {
  readonly objective: number;
  readonly certificate: GeneralCertificate;
  /** Primal value minus dual value. */
  readonly signedGap: number;
}

export function certify(problem: GeneralProblem, candidate: Candidate): Evidence {
  const { x, rowDuals, boundDuals } = candidate;
  const { P, A, q } = problem;
  const zero = new Float64Array(q.length);
  const Px = new CompensatedVector(zero);
  const Ax = new CompensatedVector(new Float64Array(problem.rows.length));
  const Aty = new CompensatedVector(zero);
  const stationarity = new CompensatedVector(q);
  for (let j = 0; j < q.length; j++) {
    const xj = x[j] as number;
    for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
      const i = P.rowIndex[p] as number;
      Px.addProduct(i, P.values[p] as number, xj);
      stationarity.addProduct(i, P.values[p] as number, xj);
    }
    for (let p = A.columnStart[j] as number; p < (A.columnStart[j + 1] as number); p++) {
      const i = A.rowIndex[p] as number;
      Ax.addProduct(i, A.values[p] as number, xj);
      Aty.addProduct(j, A.values[p] as number, rowDuals[i] as number);
      stationarity.addProduct(j, -(A.values[p] as number), rowDuals[i] as number);
    }
    stationarity.addProduct(j, -1, boundDuals[j] as number);
  }
  const rows: Side = {
    value: Ax.values(),
    lower: problem.rowLower,
    upper: problem.rowUpper,
    prices: rowDuals,
  };
  const bounds: Side = {
    value: x,
    lower: problem.lower,
    upper: problem.upper,
    prices: boundDuals,
  };
  const values = valuesOf(problem, { x, Px }, [rows, bounds]);
  const primal = [violation(rows), violation(bounds)] as const;
  const primalResidual = Math.max(...primal);
  const strays = Math.max(strayPrice(rows), strayPrice(bounds));
  const dualResidual = Math.max(largest(stationarity.values()), strays);
  const dualSize = Math.max(
    1,
    largest(Px.values()),
    largest(q),
    largest(Aty.values()),
    largest(boundDuals),
  );
  return {
    objective: values.primal,
    signedGap: values.gap,
    certificate: {
      primalResidual,
      dualResidual,
      gap: Math.abs(values.gap),
      relativePrimalResidual: primalResidual / Math.max(1, largest(rows.value), largest(x)),
      relativeDualResidual: dualResidual / dualSize,
      relativeGap: Math.abs(values.gap) / Math.max(1, Math.abs(values.primal), values.quadratic),
    },
  };
}

interface Side {
  readonly value: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly prices: Float64Array;
}

function largest(values: Float64Array): number {
  let size = 0;
  for (const value of values) {
    const here = Math.abs(value);
    if (!(here <= size)) size = here;
  }
  return size;
}

function violation(side: Side): number {
  let worst = 0;
  for (let k = 0; k < side.value.length; k++) {
    const v = side.value[k] as number;
    const here = Math.max((side.lower[k] as number) - v, v - (side.upper[k] as number));
    if (!(here <= worst)) worst = here;
  }
  return worst;
}

function strayPrice(side: Side): number {
  let worst = 0;
  for (let k = 0; k < side.prices.length; k++) {
    const price = side.prices[k] as number;
    const limit = (price > 0 ? side.lower[k] : side.upper[k]) as number;
    if (price !== 0 && !Number.isFinite(limit)) worst = Math.max(worst, Math.abs(price));
  }
  return worst;
}

interface Values {
  readonly primal: number;
  readonly quadratic: number;
  /** Primal value minus dual value; the constant cancels. */
  readonly gap: number;
}

function valuesOf(
  problem: GeneralProblem,
  at: { readonly x: Float64Array; readonly Px: CompensatedVector },
  sides: readonly Side[],
): Values {
  const linear = new CompensatedSum();
  const quadratic = new CompensatedSum();
  const gap = new CompensatedSum();
  const { x, Px } = at;
  for (let j = 0; j < x.length; j++) {
    const xj = x[j] as number;
    linear.addProduct(xj, problem.q[j] as number);
    gap.addProduct(xj, problem.q[j] as number);
    for (const part of [Px.high[j] as number, Px.low[j] as number]) {
      quadratic.addProduct(xj, part);
      gap.addProduct(xj, part);
    }
  }
  for (const side of sides) {
    for (let k = 0; k < side.prices.length; k++) {
      const price = side.prices[k] as number;
      const limit = (price > 0 ? side.lower[k] : side.upper[k]) as number;
      if (price !== 0 && Number.isFinite(limit)) gap.addProduct(-price, limit);
    }
  }
  return {
    primal: 0.5 * quadratic.value() + linear.value() + problem.constant,
    quadratic: Math.abs(quadratic.value()),
    gap: gap.value(),
  };
}
