/** SCS (WebAssembly, in this process): first order, so asked for 1e-6 at most. */
import { createRequire } from 'node:module';
import { sparseMatrix, type GeneralProblem, type SparseMatrix } from '../../src/domain/index.ts';
import type { PeerAnswer } from './python-peers.ts';

interface ScsSettings {
  epsAbs: number;
  epsRel: number;
  timeLimitSecs: number;
  maxIters: number;
  verbose: number;
}
interface ScsData {
  readonly m: number;
  readonly n: number;
  readonly A_x: readonly number[];
  readonly A_i: readonly number[];
  readonly A_p: readonly number[];
  readonly P_x?: readonly number[];
  readonly P_i?: readonly number[];
  readonly P_p?: readonly number[];
  readonly b: readonly number[];
  readonly c: readonly number[];
}
interface Scs {
  readonly ScsSettings: new () => ScsSettings;
  setDefaultSettings(settings: ScsSettings): void;
  solve(
    data: ScsData,
    cone: { readonly z: number; readonly l: number },
    settings: ScsSettings,
  ): {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly status: unknown;
    readonly info: { readonly setupTime: number; readonly solveTime: number };
  };
}

/** The package is CommonJS without types. */
export function loadScs(): Promise<Scs> {
  return (createRequire(import.meta.url)('scs-solver') as () => Promise<Scs>)();
}

export function solveByScs(
  scs: Scs,
  given: {
    readonly name: string;
    readonly problem: GeneralProblem;
    readonly tolerance: number;
    readonly timeLimitSeconds: number;
  },
): PeerAnswer {
  const { name, problem, tolerance, timeLimitSeconds } = given;
  const { data, cone, sides } = conicForm(problem);
  const settings = new scs.ScsSettings();
  scs.setDefaultSettings(settings);
  Object.assign(settings, {
    epsAbs: tolerance,
    epsRel: 0,
    timeLimitSecs: timeLimitSeconds,
    maxIters: 100_000_000,
    verbose: 0,
  });
  const started = performance.now();
  const { x, y, status } = scs.solve(data, cone, settings);
  const solveSeconds = (performance.now() - started) / 1000;
  const prices = new Float64Array(problem.rows.length + problem.variables.length);
  sides.forEach(({ limit, sign }, s) => {
    prices[limit] = (prices[limit] as number) - sign * (y[s] as number);
  });
  const m = problem.rows.length;
  return {
    problem: name,
    solver: 'scs',
    tolerance,
    status: JSON.stringify(status) ?? '',
    setupSeconds: 0,
    solveSeconds,
    point: {
      x: Float64Array.from(x),
      rowDuals: prices.slice(0, m),
      boundDuals: prices.slice(m),
    },
  };
}

/** One finite side of a row or bound: sign (a'x) <= sign (value); rows first, then bounds. */
interface Side {
  readonly limit: number;
  readonly sign: 1 | -1;
  readonly value: number;
}

/** A x + s = b with s = 0 for equalities and s >= 0 for the rest. */
function conicForm(problem: GeneralProblem): {
  readonly data: ScsData;
  readonly cone: { readonly z: number; readonly l: number };
  readonly sides: readonly Side[];
} {
  const m = problem.rows.length;
  const lower = [...problem.rowLower, ...problem.lower];
  const upper = [...problem.rowUpper, ...problem.upper];
  const equal: Side[] = [];
  const other: Side[] = [];
  lower.forEach((low, limit) => {
    const high = upper[limit] as number;
    if (low === high) {
      equal.push({ limit, sign: 1, value: low });
      return;
    }
    if (high < Infinity) other.push({ limit, sign: 1, value: high });
    if (low > -Infinity) other.push({ limit, sign: -1, value: low });
  });
  const sides = [...equal, ...other];
  const sidesOf = new Map<number, number[]>();
  sides.forEach(({ limit }, s) => sidesOf.set(limit, [...(sidesOf.get(limit) ?? []), s]));
  const entries = { rows: [] as number[], columns: [] as number[], values: [] as number[] };
  const add = (limit: number, column: number, value: number): void => {
    for (const s of sidesOf.get(limit) ?? []) {
      entries.rows.push(s);
      entries.columns.push(column);
      entries.values.push((sides[s] as Side).sign * value);
    }
  };
  forEach(problem.A, add);
  problem.variables.forEach((_, j) => {
    add(m + j, j, 1);
  });
  const n = problem.variables.length;
  const A = sparseMatrix({ rowCount: sides.length, columnCount: n }, entries).matrix;
  const triangle = { rows: [] as number[], columns: [] as number[], values: [] as number[] };
  forEach(problem.P, (row, column, value) => {
    if (row > column) return;
    triangle.rows.push(row);
    triangle.columns.push(column);
    triangle.values.push(value);
  });
  const P = sparseMatrix({ rowCount: n, columnCount: n }, triangle).matrix;
  const data = {
    m: sides.length,
    n,
    A_x: [...A.values],
    A_i: [...A.rowIndex],
    A_p: [...A.columnStart],
    P_x: [...P.values],
    P_i: [...P.rowIndex],
    P_p: [...P.columnStart],
    b: sides.map(({ sign, value }) => sign * value),
    c: [...problem.q],
  };
  return { data, cone: { z: equal.length, l: other.length }, sides };
}

function forEach(
  matrix: SparseMatrix,
  visit: (row: number, column: number, value: number) => void,
): void {
  for (let j = 0; j < matrix.columnCount; j += 1) {
    const end = matrix.columnStart[j + 1] as number;
    for (let e = matrix.columnStart[j] as number; e < end; e += 1) {
      visit(matrix.rowIndex[e] as number, j, matrix.values[e] as number);
    }
  }
}
