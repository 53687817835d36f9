import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../test/support/fast-check.ts';
import { highsReading, loadHighs } from '../../../test/support/highs-model.ts';
import { sparseMatrix } from '../../domain/index.ts';
import type { GeneralProblem } from '../../domain/index.ts';
import { readGeneralProblem, writeQps } from './index.ts';

const coefficient = fc.integer({ min: -64, max: 64 }).map((k) => k / 8);

const problems: fc.Arbitrary<GeneralProblem> = fc
  .record({ n: fc.integer({ min: 1, max: 6 }), m: fc.integer({ min: 0, max: 5 }) })
  .chain(({ n, m }) =>
    fc.record({
      n: fc.constant(n),
      m: fc.constant(m),
      A: fc.array(coefficient, { minLength: n * m, maxLength: n * m }),
      P: fc.array(coefficient, { minLength: n * n, maxLength: n * n }),
      q: fc.array(coefficient, { minLength: n, maxLength: n }),
      limits: fc.array(fc.tuple(limit(), limit()), { minLength: n + m, maxLength: n + m }),
      constant: coefficient,
      isInteger: fc.option(fc.array(fc.boolean(), { minLength: n, maxLength: n })),
    }),
  )
  .map(({ n, m, A, P, q, limits, constant, isInteger }) => {
    const grid = (rows: number, values: readonly number[]): GeneralProblem['A'] =>
      sparseMatrix(
        { rowCount: rows, columnCount: n },
        {
          rows: values.map((_, e) => Math.floor(e / n)),
          columns: values.map((_, e) => e % n),
          values,
        },
      ).matrix;
    const symmetric = P.map((value, e) => value + (P[(e % n) * n + Math.floor(e / n)] ?? 0));
    const low = limits.map(([a, b]) => Math.min(a ?? -Infinity, b ?? Infinity));
    const high = limits.map(([a, b]) => Math.max(a ?? -Infinity, b ?? Infinity));
    return {
      name: 'random',
      variables: q.map((_, j) => `x${String(j)}`),
      rows: Array.from({ length: m }, (_, i) => `r${String(i)}`),
      P: grid(n, symmetric),
      q: Float64Array.from(q, (value) => value + 0),
      constant: constant + 0,
      A: grid(m, A),
      rowLower: Float64Array.from(low.slice(n)),
      rowUpper: Float64Array.from(high.slice(n)),
      lower: Float64Array.from(low.slice(0, n)),
      upper: Float64Array.from(high.slice(0, n)),
      isInteger: isInteger?.includes(true) === true ? Uint8Array.from(isInteger, Number) : null,
    };
  });

function limit(): fc.Arbitrary<number | null> {
  return fc.option(coefficient.map((value) => value + 0));
}

/** Typed arrays as lists, -0 as 0: what must be equal. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, item: unknown) =>
      ArrayBuffer.isView(item)
        ? Array.from(item as Float64Array, (x) => (Number.isFinite(x) ? x + 0 : String(x)))
        : item,
    ),
  );

describe('general problem files', () => {
  it('G1 a problem written as QPS and read is the same problem', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { problem: again, findings } = readGeneralProblem('p.qps', writeQps(problem));
        expect(findings).toEqual([]);
        expect(plain(again)).toEqual(plain(problem));
      }),
    );
  });

  it('G1 HiGHS reads the QPS as it is meant: limits, ranges, bounds, integers, constant', async () => {
    const highs = await loadHighs();
    fc.assert(
      fc.property(problems, (problem) => {
        const other = highsReading(highs, writeQps(problem));
        const triangle = (matrix: GeneralProblem['P']): [number, number, number][] => {
          const list: [number, number, number][] = [];
          for (let j = 0; j < matrix.columnCount; j += 1) {
            const end = matrix.columnStart[j + 1] ?? 0;
            for (let e = matrix.columnStart[j] ?? 0; e < end; e += 1) {
              const row = matrix.rowIndex[e] ?? 0;
              if (row >= j) list.push([row, j, matrix.values[e] ?? NaN]);
            }
          }
          return list;
        };
        const { hessian, matrix } = other;
        const theirs = (of: { starts: Int32Array; indices: Int32Array; values: Float64Array }) => ({
          columnStart: of.starts,
          rowIndex: of.indices,
          values: of.values,
        });
        const shape = { rowCount: 0, columnCount: problem.variables.length };
        const lower = hessian === undefined ? [] : triangle({ ...shape, ...theirs(hessian) });
        expect(triangle(problem.P)).toEqual(lower.filter(([, , value]) => value !== 0));
        expect(plain(theirs(matrix))).toEqual(
          plain({
            columnStart: problem.A.columnStart,
            rowIndex: problem.A.rowIndex,
            values: problem.A.values,
          }),
        );
        expect(plain([other.colCost, other.colLower, other.colUpper])).toEqual(
          plain([problem.q, problem.lower, problem.upper]),
        );
        expect(plain([other.rowLower, other.rowUpper])).toEqual(
          plain([problem.rowLower, problem.rowUpper]),
        );
        expect(other.offset + 0).toBe(problem.constant);
        expect(plain(other.integrality)).toEqual(
          plain(problem.isInteger ?? new Int32Array(problem.variables.length)),
        );
      }),
    );
  });

  it('G2 the JSON form gives the same problem as the QPS form', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const triplets = (matrix: GeneralProblem['A']): unknown => {
          const columns: number[] = [];
          for (let j = 0; j < matrix.columnCount; j += 1) {
            const count = (matrix.columnStart[j + 1] ?? 0) - (matrix.columnStart[j] ?? 0);
            columns.push(...Array.from({ length: count }, () => j));
          }
          return { rows: [...matrix.rowIndex], columns, values: [...matrix.values] };
        };
        const { isInteger, ...rest } = problem;
        const text = JSON.stringify(
          {
            ...rest,
            P: triplets(problem.P),
            A: triplets(problem.A),
            integer: isInteger === null ? [] : Array.from(isInteger, (flag) => flag === 1),
          },
          (_key, item: unknown) =>
            ArrayBuffer.isView(item) ? Array.from(item as Float64Array) : item,
        );
        const { problem: again, findings } = readGeneralProblem('p.json', text);
        expect(findings).toEqual([]);
        expect(plain(again)).toEqual(plain(problem));
      }),
    );
  });

  it('G3 any text gives a problem or an error, never an exception, and errors have places in the file', () => {
    const word = fc.constantFrom(
      'NAME', 'ROWS', 'COLUMNS', 'RHS', 'RANGES', 'BOUNDS', 'QUADOBJ', 'QMATRIX', 'ENDATA',
      'OBJSENSE', 'MAX', ' N o', ' L r', ' E e', ' x o 1', ' x r 1 e 2', " m 'MARKER' 'INTORG'",
      ' S r 1', ' UP B x -1', ' FR B x', ' x x 1', '* c', '', '    ', ' UP', ' x r 1e999', '{', '$',
    ); // prettier-ignore
    const text = fc.oneof(
      fc
        .array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 30 })))
        .map((l) => l.join('\n')),
      fc.string({ unit: 'binary' }),
      fc.json(),
    );
    fc.assert(
      fc.property(text, (content) => {
        const { problem, findings } = readGeneralProblem('f', content);
        const errors = findings.filter(({ severity }) => severity === 'error');
        expect(problem === null).toBe(errors.length > 0);
        const lineCount = content.split('\n').length;
        for (const { location } of findings) {
          if (location.row !== undefined) expect(location.row).toBeLessThanOrEqual(lineCount);
        }
      }),
      { numRuns: 400 },
    );
  });
});
