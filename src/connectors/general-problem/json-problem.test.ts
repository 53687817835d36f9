import { describe, expect, it } from 'vitest';
import type { GeneralProblem } from '../../domain/index.ts';
import { GENERAL_PROBLEM_SCHEMA, readGeneralProblem } from './index.ts';

function reading(document: unknown): ReturnType<typeof readGeneralProblem> {
  return readGeneralProblem('p.json', JSON.stringify(document));
}

/** `CODE pointer` of each finding. */
const found = (document: unknown): string[] =>
  reading(document).findings.map(({ code, location }) => `${code} ${location.pointer ?? '-'}`);

function problemOf(document: unknown): GeneralProblem {
  const { problem, findings } = reading(document);
  if (problem === null) throw new Error(JSON.stringify(findings));
  return problem;
}

const list = (matrix: GeneralProblem['P']): unknown => ({
  start: [...matrix.columnStart],
  rows: [...matrix.rowIndex],
  values: [...matrix.values],
});

describe('JSON problems', () => {
  it('the form of the file formats page', () => {
    const problem = problemOf({
      P: { rows: [0, 1, 0, 1], columns: [0, 0, 1, 1], values: [4, 1, 1, 2] },
      q: [1, -1],
      A: { rows: [0, 0, 1], columns: [0, 1, 1], values: [1, 1, 3] },
      rowLower: [1, null],
      rowUpper: [1, 5],
      lower: [0, null],
      upper: [null, 2],
      integer: [],
    });
    expect(list(problem.P)).toEqual({ start: [0, 2, 4], rows: [0, 1, 0, 1], values: [4, 1, 1, 2] });
    expect(list(problem.A)).toEqual({ start: [0, 1, 3], rows: [0, 0, 1], values: [1, 1, 3] });
    expect(problem.variables).toEqual(['x0', 'x1']);
    expect(problem.rows).toEqual(['row0', 'row1']);
    expect([[...problem.rowLower], [...problem.rowUpper]]).toEqual([
      [1, -Infinity],
      [1, 5],
    ]);
    expect([[...problem.lower], [...problem.upper]]).toEqual([
      [0, -Infinity],
      [Infinity, 2],
    ]);
    expect([problem.constant, problem.isInteger]).toEqual([0, null]);
  });

  it("P is what is written: 1/2 x'Px is the same for one entry of 2 and for two of 1", () => {
    const one = { q: [0, 0], P: { rows: [0, 0, 1], columns: [0, 1, 1], values: [4, 2, 4] } };
    const two = {
      q: [0, 0],
      P: { rows: [0, 0, 1, 1], columns: [0, 1, 0, 1], values: [4, 1, 1, 4] },
    };
    expect(list(problemOf(one).P)).toEqual(list(problemOf(two).P));
    expect(found(one)).toEqual(['PROBLEM_ONE_TRIANGLE /P']);
    expect(found(two)).toEqual([]);
    expect(found({ q: [0], P: { rows: [0], columns: [0], values: [4] } })).toEqual([]);
  });

  it('limits: absent, one for all, infinities as text and as 1e20', () => {
    const problem = problemOf({ q: [0, 0], lower: 0, upper: ['inf', 1e20] });
    expect([...problem.lower, ...problem.upper]).toEqual([0, 0, Infinity, Infinity]);
    const free = problemOf({ q: [0] });
    expect([...free.lower, ...free.upper]).toEqual([-Infinity, Infinity]);
    expect(free.rows).toEqual([]);
  });

  it.for([
    [
      [true, false, true],
      [1, 0, 1],
    ],
    [
      [0, 2],
      [1, 0, 1],
    ],
    [['b'], [0, 1, 0]],
    [
      [1, 0, 1],
      [1, 0, 1],
    ],
    [[false, false, false], null],
    [[], null],
  ] as const)('integer %s', ([integer, expected]) => {
    const { isInteger } = problemOf({ variables: ['a', 'b', 'c'], integer });
    expect(isInteger === null ? null : [...isInteger]).toEqual(expected);
  });

  it('0 and 1 that could be both are read as indices, and that is said', () => {
    expect([...(problemOf({ q: [0, 0], integer: [0, 1] }).isInteger ?? [])]).toEqual([1, 1]);
    expect(found({ q: [0, 0], integer: [0, 1] })).toEqual(['PROBLEM_FLAGS_AMBIGUOUS /integer']);
  });

  it('maximize is negated, with its sense kept', () => {
    const P = { rows: [0], columns: [0], values: [-2] };
    const { problem, objectiveSense } = reading({ sense: 'maximize', P, q: [3], constant: 1 });
    expect(objectiveSense).toBe('maximize');
    expect([problem?.q[0], problem?.constant, problem?.P.values[0]]).toEqual([-3, -1, 2]);
  });

  it('every fault at once, by pointer', () => {
    expect(
      found({
        q: [1, 'a'],
        lower: [0],
        upper: [null, -1e30],
        P: { rows: [0, 5], columns: [0, 0], values: [1, 1] },
        A: { rows: [0, 0, 0], columns: [0, 0, 1], values: [1, 2, null] },
        rowLower: [0],
        rowUpper: ['five'],
        integer: [7],
        bound: 3,
        sense: 'best',
      }).toSorted(),
    ).toEqual(
      [
        'PROBLEM_FIELD_UNKNOWN /bound',
        'PROBLEM_FIELD_INVALID /sense',
        'PROBLEM_SIZE_DIFFERS /lower',
        'PROBLEM_FIELD_INVALID /P/rows/1',
        'PROBLEM_ENTRY_DUPLICATE /A/values/1',
        'PROBLEM_FIELD_INVALID /A/values/2',
        'PROBLEM_FIELD_INVALID /q/1',
        'PROBLEM_FIELD_INVALID /rowUpper/0',
        'PROBLEM_FIELD_INVALID /lower/1',
        'PROBLEM_FIELD_INVALID /upper/1',
        'PROBLEM_FIELD_INVALID /integer/0',
      ].toSorted(),
    );
  });

  it.for([
    ['[1]', 'JSON_INVALID '],
    ['{"q": [1,]}', 'JSON_INVALID -'],
    ['{}', 'PROBLEM_FIELD_INVALID /q'],
    ['{"q":[1],"A":{"rows":[],"columns":[],"values":[]}}', 'PROBLEM_FIELD_INVALID /rowLower'],
    ['{"q":[1],"P":[[1]]}', 'PROBLEM_FIELD_INVALID /P'],
    ['{"q":[1],"P":{"rows":[0],"columns":[0],"values":[]}}', 'PROBLEM_SIZE_DIFFERS /P'],
    ['{"q":[1e999]}', 'PROBLEM_FIELD_INVALID /q/0'],
    ['{"q":[1],"integer":[true,false]}', 'PROBLEM_SIZE_DIFFERS /integer'],
    ['{"variables":["a","a"]}', 'PROBLEM_ENTRY_DUPLICATE /variables/1'],
  ] as const)('%s is refused', ([text, expected]) => {
    const { problem, findings } = readGeneralProblem('p.json', text);
    const codes = findings.map(({ code, location }) => `${code} ${location.pointer ?? '-'}`);
    expect(problem).toBeNull();
    expect(codes).toContain(expected);
  });

  it('a list of a hundred thousand levels is refused, not fallen over', () => {
    const deep = `{"q":[${'['.repeat(1e5)}${']'.repeat(1e5)}]}`;
    const { findings } = readGeneralProblem('p.json', deep);
    expect(findings.map(({ location }) => location.pointer)).toEqual(['/q/0']);
  });

  it('the published schema names every field that the domain type has', () => {
    const { properties } = GENERAL_PROBLEM_SCHEMA as { properties: Record<string, unknown> };
    const fields: Record<Exclude<keyof GeneralProblem, 'isInteger'>, true> = {
      name: true,
      variables: true,
      rows: true,
      P: true,
      q: true,
      constant: true,
      A: true,
      rowLower: true,
      rowUpper: true,
      lower: true,
      upper: true,
    };
    expect(Object.keys(properties).toSorted()).toEqual(
      [...Object.keys(fields), 'integer', 'sense'].toSorted(),
    );
  });
});
