/** HiGHS (npm `highs`, WebAssembly) as a second reader of MPS files and as an oracle for general problems. */
import highsLoader, { type DetachedModelData, type Highs, type Model, type ModelData } from 'highs';
import type { GeneralProblem } from '../../src/domain/index.ts';

let loading: Promise<Highs> | null = null;

/** One instance per process: compiling it takes a second. */
export function loadHighs(): Promise<Highs> {
  // The package's types describe CommonJS, the module is an ES one.
  loading ??= (highsLoader as unknown as () => Promise<Highs>)();
  return loading;
}

export function withHighsModel<T>(highs: Highs, work: (model: Model) => T): T {
  const model = highs.createModel();
  try {
    model.options.set({ output_flag: false });
    return work(model);
  } finally {
    model.dispose();
  }
}

/** What HiGHS makes of the text of an MPS file. */
export function highsReading(highs: Highs, text: string): DetachedModelData {
  return withHighsModel(highs, (model) => {
    // Below this size HiGHS drops coefficients; a reader must not.
    model.options.set({ small_matrix_value: 1e-12 });
    model.readModel({ format: 'mps', data: text });
    return model.getModel();
  });
}

export function highsModelData(problem: GeneralProblem): ModelData {
  const { A, P, variables, rows } = problem;
  const starts = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (let j = 0; j < P.columnCount; j += 1) {
    for (let e = P.columnStart[j] as number; e < (P.columnStart[j + 1] as number); e += 1) {
      if ((P.rowIndex[e] as number) < j) continue;
      indices.push(P.rowIndex[e] as number);
      values.push(P.values[e] as number);
    }
    starts.push(indices.length);
  }
  return {
    numCols: variables.length,
    numRows: rows.length,
    offset: problem.constant,
    colCost: problem.q,
    colLower: problem.lower,
    colUpper: problem.upper,
    rowLower: problem.rowLower,
    rowUpper: problem.rowUpper,
    matrix: {
      format: 'csc',
      numRows: rows.length,
      numCols: variables.length,
      starts: A.columnStart,
      indices: A.rowIndex,
      values: A.values,
    },
    ...(problem.isInteger === null ? {} : { integrality: Int32Array.from(problem.isInteger) }),
    ...(values.length === 0
      ? {}
      : {
          hessian: {
            format: 'triangular' as const,
            dimension: variables.length,
            starts,
            indices,
            values,
          },
        }),
  };
}
