/** HiGHS as a second reader of the public Maros-Meszaros files: the same problem, coefficient by coefficient. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  highsModelData,
  highsReading,
  loadHighs,
  withHighsModel,
} from '../../../test/support/highs-model.ts';
import { sharedData } from '../../../test/support/shared-data.ts';
import type { GeneralProblem, SparseMatrix } from '../../domain/index.ts';
import { readGeneralProblem } from './index.ts';

const data = sharedData('optimisation-instances');
const folder = 'maros-meszaros-qps';
const files = data.isAvailable
  ? readdirSync(data.path(folder)).filter((name) => /\.QPS(\.gz)?$/.test(name))
  : [];

/** HiGHS drops smaller entries of the quadratic part (LASER has rounding errors of 1e-13 in its own). */
const HIGHS_DROPS_BELOW = 1e-9;
/**
 * Its RHS lines are `1 2 0.0`, set 1 and row 2 by the columns. A row is called 1 as well, and HiGHS takes the
 * line for row 1 with the limit 2. The published best value (below) decides for the columns.
 */
const MISREAD_BY_HIGHS = 'DPKLO1.QPS.gz';

type Entry = readonly [row: number, column: number, value: number];

function entries(matrix: {
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}): Entry[] {
  const list: Entry[] = [];
  for (let j = 0; j + 1 < matrix.starts.length; j += 1) {
    const end = matrix.starts[j + 1] as number;
    for (let e = matrix.starts[j] as number; e < end; e += 1) {
      list.push([matrix.indices[e] as number, j, matrix.values[e] as number]);
    }
  }
  return list.filter(([, , value]) => value !== 0).sort((a, b) => a[1] - b[1] || a[0] - b[0]);
}

const ours = ({ columnStart, rowIndex, values }: SparseMatrix): Entry[] =>
  entries({ starts: columnStart, indices: rowIndex, values });

function read(file: string, text: string): GeneralProblem {
  const { problem, findings } = readGeneralProblem(file, text);
  expect(findings).toEqual([]);
  if (problem === null) throw new Error('no problem and no finding');
  return problem;
}

describe.skipIf(!data.isAvailable)(`Maros-Meszaros files ${data.reason}`, () => {
  it('are the 84 of the collection', () => {
    expect(files.length).toBe(84);
  });

  it.for(files)('%s is read as HiGHS reads it', async (file) => {
    const text = data.text(`${folder}/${file}`);
    const problem = read(file, text);
    const other = highsReading(await loadHighs(), text);
    expect(problem.variables.length).toBe(other.numCols);
    expect(problem.rows.length).toBe(other.numRows);
    expect(problem.constant).toBe(other.offset === 0 ? 0 : other.offset);
    expect([...problem.q]).toEqual([...other.colCost]);
    expect([...problem.lower]).toEqual([...other.colLower]);
    expect([...problem.upper]).toEqual([...other.colUpper]);
    if (file !== MISREAD_BY_HIGHS) {
      expect([...problem.rowLower]).toEqual([...other.rowLower]);
      expect([...problem.rowUpper]).toEqual([...other.rowUpper]);
    }
    expect(ours(problem.A)).toEqual(entries(other.matrix));
    const lower = ours(problem.P).filter(
      ([row, column, value]) => row >= column && Math.abs(value) > HIGHS_DROPS_BELOW,
    );
    expect(lower).toEqual(other.hessian === undefined ? [] : entries(other.hessian));
    expect(problem.isInteger).toBeNull();
  });

  it('DPKLO1 as read has the value that is published for it', async () => {
    const problem = read(MISREAD_BY_HIGHS, data.text(`${folder}/${MISREAD_BY_HIGHS}`));
    const value = withHighsModel(await loadHighs(), (model) => {
      model.passModel(highsModelData(problem));
      model.run();
      return model.getObjectiveValue();
    });
    // Maros and Meszaros, A repository of convex quadratic programming problems (1999), table of results.
    expect(value).toBeCloseTo(0.370096217, 6);
  });
});
