import { describe, expect, it } from 'vitest';
import type { GeneralProblem } from '../../domain/index.ts';
import { readGeneralProblem } from './index.ts';

interface Parts {
  readonly head?: string;
  readonly rows?: string;
  readonly columns?: string;
  readonly rest?: string;
}

/** A problem of two variables: minimize x + 2y, x + y >= 1 (row r). */
function file(parts: Parts = {}): string {
  const { head = 'NAME test', rows = ' N obj\n G r', rest = '' } = parts;
  const columns = parts.columns ?? ' x obj 1 r 1\n y obj 2 r 1';
  return `${head}\nROWS\n${rows}\nCOLUMNS\n${columns}\nRHS\n S r 1\n${rest}\nENDATA\n`;
}

function problemOf(text: string): GeneralProblem {
  const { problem, findings } = readGeneralProblem('p.mps', text);
  if (problem === null) throw new Error(JSON.stringify(findings));
  return problem;
}

/** `CODE line` of each finding. */
function found(text: string): string[] {
  const { findings } = readGeneralProblem('p.mps', text);
  return findings.map(({ code, location }) => `${code} ${String(location.row ?? '-')}`);
}

function dense(matrix: GeneralProblem['A']): number[][] {
  const rows = Array.from({ length: matrix.rowCount }, () =>
    Array.from({ length: matrix.columnCount }, () => 0),
  );
  for (let j = 0; j < matrix.columnCount; j += 1) {
    for (
      let e = matrix.columnStart[j] as number;
      e < (matrix.columnStart[j + 1] as number);
      e += 1
    ) {
      const row = rows[matrix.rowIndex[e] as number] as number[];
      row[j] = matrix.values[e] as number;
    }
  }
  return rows;
}

describe('MPS: what is read', () => {
  it('the four row types, with the objective constant as minus its right-hand side', () => {
    const problem = problemOf(
      'NAME  four kinds\nROWS\n N cost\n E e\n L l\n G g\nCOLUMNS\n x cost 3 e 1\n x l 2\n x g 4\nRHS\n S e 5 l 6\n S g 7 cost -10\nENDATA\n',
    );
    expect(problem.name).toBe('four kinds');
    expect(problem.rows).toEqual(['e', 'l', 'g']);
    expect([...problem.rowLower]).toEqual([5, -Infinity, 7]);
    expect([...problem.rowUpper]).toEqual([5, 6, Infinity]);
    expect(problem.constant).toBe(10);
    expect([...problem.q]).toEqual([3]);
    expect(dense(problem.A)).toEqual([[1], [2], [4]]);
    expect([[...problem.lower], [...problem.upper]]).toEqual([[0], [Infinity]]);
    expect(problem.isInteger).toBeNull();
  });

  it.for([
    ['E', 3, [10, 13]],
    ['E', -3, [7, 10]],
    ['E', 0, [10, 10]],
    ['L', 3, [7, 10]],
    ['L', -3, [7, 10]],
    ['G', 3, [10, 13]],
    ['G', -3, [10, 13]],
  ] as const)('range: row type %s, right-hand side 10, range %s', ([type, range, limits]) => {
    const problem = problemOf(
      `NAME\nROWS\n N o\n ${type} r\nCOLUMNS\n x r 1\nRHS\n S r 10\nRANGES\n S r ${String(range)}\nENDATA\n`,
    );
    expect([problem.rowLower[0], problem.rowUpper[0]]).toEqual(limits);
  });

  it.for([
    ['LO B x 5', [5, Infinity]],
    ['LO B x -5', [-5, Infinity]],
    ['UP B x 5', [0, 5]],
    ['UP B x 0', [0, 0]],
    ['FX B x 5', [5, 5]],
    ['FR B x', [-Infinity, Infinity]],
    ['FR x', [-Infinity, Infinity]],
    ['FR B x 0', [-Infinity, Infinity]],
    ['MI B x', [-Infinity, Infinity]],
    ['PL B x', [0, Infinity]],
    ['UP x 5', [0, 5]],
    ['UP B x 1e20', [0, Infinity]],
    ['UP B x Inf', [0, Infinity]],
    ['LO B x -1D+30', [-Infinity, Infinity]],
    ['UP B x -5\n LO B x -7', [-7, -5]],
    ['LO B x -7\n UP B x -5', [-7, -5]],
    ['MI B x\n UP B x -5', [-Infinity, -5]],
  ] as const)('bounds: %s', ([bound, limits]) => {
    const text = file({ rest: `BOUNDS\n ${bound}` });
    const problem = problemOf(text);
    expect([problem.lower[0], problem.upper[0]]).toEqual(limits);
    expect([problem.lower[1], problem.upper[1]]).toEqual([0, Infinity]);
    expect(found(text)).toEqual([]);
  });

  it.for([
    ['BV B x', [0, 1]],
    ['LI B x 3', [3, Infinity]],
    ['UI B x 9', [0, 9]],
    ['LI B x -2\n UI B x 2', [-2, 2]],
    ['BV B x\n UP B x 1', [0, 1]],
  ] as const)('integer bounds: %s', ([bound, limits]) => {
    const problem = problemOf(file({ rest: `BOUNDS\n ${bound}` }));
    expect([problem.lower[0], problem.upper[0]]).toEqual(limits);
    expect([...(problem.isInteger ?? [])]).toEqual([1, 0]);
  });

  it('a negative upper bound alone frees the variable downward, and says so', () => {
    const text = file({ rest: 'BOUNDS\n UP B x -2' });
    expect([problemOf(text).lower[0], problemOf(text).upper[0]]).toEqual([-Infinity, -2]);
    expect(found(text)).toEqual(['MPS_NEGATIVE_UPPER_BOUND 11']);
  });

  it('columns between markers are integer: 0 or 1 without any bound, which is said', () => {
    const columns =
      " m1 'MARKER' 'INTORG'\n a obj 1 r 1\n b obj 1 r 1\n c obj 1 r 1\n m2 'MARKER' 'INTEND'\n z r 1";
    const text = file({ columns, rest: 'BOUNDS\n UP B b 7\n PL B c' });
    const problem = problemOf(text);
    expect(problem.variables).toEqual(['a', 'b', 'c', 'z']);
    expect([...(problem.isInteger ?? [])]).toEqual([1, 1, 1, 0]);
    expect([...problem.lower]).toEqual([0, 0, 0, 0]);
    expect([...problem.upper]).toEqual([1, 7, Infinity, Infinity]);
    expect(found(text)).toEqual(['MPS_INTEGER_DEFAULT_BOUNDS -']);
  });

  it('QUADOBJ is one triangle, QMATRIX both, QSECTION one', () => {
    const one = ' x x 4\n x y 1\n y y 6';
    const both = ' x x 4\n x y 1\n y x 1\n y y 6';
    const expected = [
      [4, 1],
      [1, 6],
    ];
    for (const rest of [
      `QUADOBJ\n${one}`,
      `QMATRIX\n${both}`,
      `QSECTION obj\n${one}`,
      'QUADOBJ\n x x 4 y 1\n y y 6',
      'QUADOBJ\n x x 4\n y x 1\n y y 6',
    ]) {
      expect(dense(problemOf(file({ rest })).P), rest).toEqual(expected);
    }
  });

  it.for(['OBJSENSE MAX', 'OBJSENSE\n    MAX', 'OBJSENSE\n MAXIMIZE', 'objsense max'])(
    '%s negates the objective and keeps the sense',
    (sense) => {
      const text = file({
        head: `NAME t\n${sense}`,
        rest: ' S obj -5\nQUADOBJ\n x x -4',
      });
      const { problem, objectiveSense } = readGeneralProblem('p.mps', text);
      expect(objectiveSense).toBe('maximize');
      // As stated: maximize x + 2y + 5 - 2x^2.
      expect([...(problem?.q ?? [])]).toEqual([-1, -2]);
      expect(problem?.constant).toBe(-5);
      expect(problem === null ? [] : dense(problem.P)).toEqual([
        [4, 0],
        [0, 0],
      ]);
    },
  );

  it('further rows of type N are left out with a warning; OBJNAME chooses among them', () => {
    const rows = ' N obj\n N other\n G r';
    const columns = ' x obj 1 r 1\n x other 9\n y obj 2 r 1';
    const text = file({ rows, columns });
    expect([[...problemOf(text).q], problemOf(text).rows]).toEqual([[1, 2], ['r']]);
    expect(found(text)).toEqual(['MPS_ROW_DROPPED 4']);
    const named = file({ head: 'NAME t\nOBJNAME\n other', rows, columns });
    expect([...problemOf(named).q]).toEqual([9, 0]);
  });

  it('only the first set of RHS and BOUNDS counts', () => {
    const text = file({ rest: ' T r 99\nBOUNDS\n UP B x 1\n UP C x 2\n UP C y 3' });
    expect(problemOf(text).rowLower[0]).toBe(1);
    expect([...problemOf(text).upper]).toEqual([1, Infinity]);
    expect(found(text)).toEqual(['MPS_SET_IGNORED -', 'MPS_SET_IGNORED -']);
  });

  it('names with blanks are read by their columns', () => {
    const text = [
      'NAME          BLANKS',
      'ROWS',
      ' N  COST ROW',
      ' L  LIM 1',
      ' G  LIM 2',
      'COLUMNS',
      '    X ONE     COST ROW           1.0   LIM 1              1.0',
      '    X ONE     LIM 2              1.0',
      '    Y TWO     COST ROW           2.0   LIM 1              1.0',
      'RHS',
      '    RHS 1     LIM 1              4.0   LIM 2              1.0',
      'BOUNDS',
      ' UP BND 1     X ONE              4.0',
      'ENDATA',
    ].join('\r\n');
    const { problem, format, findings } = readGeneralProblem('p.mps', text);
    expect([format, findings]).toEqual(['fixedMps', []]);
    expect(problem?.variables).toEqual(['X ONE', 'Y TWO']);
    expect(problem?.rows).toEqual(['LIM 1', 'LIM 2']);
    expect([...(problem?.q ?? [])]).toEqual([1, 2]);
    expect([...(problem?.rowUpper ?? [])]).toEqual([4, Infinity]);
    expect([...(problem?.upper ?? [])]).toEqual([4, Infinity]);
  });

  it('the name of a set may be left out, comments and remarks are passed over', () => {
    const text =
      '* a comment\nNAME t\nROWS\n N o\n G r\n L s\nCOLUMNS\n x o 1 $ a remark\n x r 1 s 1\nRHS\n r 1 s 2\nBOUNDS\n UP x 3\nENDATA\n';
    const problem = problemOf(text);
    expect([problem.rowLower[0], problem.rowUpper[1], problem.upper[0]]).toEqual([1, 2, 3]);
    expect(found(text)).toEqual([]);
  });

  it('data lines that are not indented are told from headers', () => {
    const indented =
      'NAME t\nROWS\n N o\n G r\nCOLUMNS\n x o 1 r 1\n RHS o 2 r 1\nRHS\n RHS r 1\nBOUNDS\n UP B x 3\nQUADOBJ\n x x 2\nENDATA\n';
    const flat = indented.replaceAll('\n ', '\n');
    expect(found(flat)).toEqual([]);
    expect(problemOf(flat)).toEqual(problemOf(indented));
    expect(problemOf(flat).variables).toEqual(['x', 'RHS']);
  });

  it('a row of type L at plus infinity limits nothing', () => {
    const text = 'NAME t\nROWS\n N o\n L r\nCOLUMNS\n x r 1\nRHS\n S r 1e30\nENDATA\n';
    expect([problemOf(text).rowLower[0], problemOf(text).rowUpper[0]]).toEqual([
      -Infinity,
      Infinity,
    ]);
  });

  it('without a row of type N anything feasible is best, which is said', () => {
    const text = 'NAME t\nROWS\n L r\nCOLUMNS\n x r 1\nENDATA\n';
    expect([...problemOf(text).q]).toEqual([0]);
    expect(found(text)).toEqual(['MPS_OBJECTIVE_ABSENT -']);
  });
});

describe('MPS: what is refused', () => {
  it('every fault at once, each with its line', () => {
    const text = [
      'NAME bad', // 1
      'ROWS', // 2
      ' N obj',
      ' Q r1', // 4: type
      ' L r2',
      ' L r2', // 6: twice
      'COLUMNS', // 7
      ' x obj one', // 8: number
      ' x r9 1', // 9: unknown row
      ' x r2 1',
      ' x r2 2', // 11: twice
      ' y r2 NaN', // 12
      ' x obj 1', // 13: column taken up again
      'RHS', // 14
      ' S r2 1',
      ' S r2 2', // 16: twice
      'BOUNDS', // 17
      ' SC B x 5', // 18: semi-continuous
      ' XX B x 5', // 19
      ' UP B z 5', // 20: unknown column
      ' UP B x 5',
      ' UP B x 6', // 22: twice
      'SOS', // 23
      ' S1 SOS a 1', // skipped
      'QUADOBJ', // 25
      ' x x 1 y', // 26: fields
      ' x y 1',
      ' y x 1', // 28: the mirror image
    ].join('\n');
    const { problem, findings } = readGeneralProblem('p.mps', text);
    expect(problem).toBeNull();
    expect(found(text).toSorted()).toEqual(
      [
        'MPS_ROW_TYPE_UNKNOWN 4',
        'MPS_NAME_DUPLICATE 6',
        'MPS_NUMBER_INVALID 8',
        'MPS_NAME_UNKNOWN 9',
        'MPS_ENTRY_DUPLICATE 11',
        'MPS_NUMBER_INVALID 12',
        'MPS_NAME_DUPLICATE 13',
        'MPS_ENTRY_DUPLICATE 16',
        'MPS_BOUND_TYPE_UNKNOWN 18',
        'MPS_BOUND_TYPE_UNKNOWN 19',
        'MPS_NAME_UNKNOWN 20',
        'MPS_ENTRY_DUPLICATE 22',
        'MPS_SECTION_UNKNOWN 23',
        'MPS_LINE_MALFORMED 26',
        'MPS_ENTRY_DUPLICATE 28',
        'MPS_SECTION_MISSING -',
      ].toSorted(),
    );
    for (const { location, message } of findings) {
      expect(location.file).toBe('p.mps');
      expect(message).not.toBe('');
    }
  });

  it.for([
    ['a file that is cut off', file().replace('ENDATA\n', ''), 'MPS_SECTION_MISSING -'],
    ['a file of something else', 'date,close\n2026-01-02,4.5\n', 'MPS_SECTION_UNKNOWN 1'],
    ['nothing', '', 'MPS_SECTION_MISSING -'],
    ['an absurd line', `NAME x\n${' '.repeat(5000)}1\n`, 'MPS_LINE_TOO_LONG 2'],
    ['data before a section', ' x y 1\nROWS\n', 'MPS_LINE_MALFORMED 1'],
    ['an asymmetric QMATRIX', file({ rest: 'QMATRIX\n x y 1' }), 'MPS_QUADRATIC_ASYMMETRIC 11'],
    ['a second objective sense', file({ head: 'OBJSENSE BEST' }), 'MPS_SENSE_UNKNOWN 1'],
    ['a section twice', file({ rest: 'RHS\n S r 1' }), 'MPS_SECTION_DUPLICATE 10'],
    ['two quadratic parts', file({ rest: 'QUADOBJ\nQMATRIX' }), 'MPS_SECTION_DUPLICATE 11'],
    ['a quadratic row', file({ rest: 'QSECTION r\n x x 1' }), 'MPS_SECTION_UNKNOWN 10'],
    ['an open marker', file({ columns: " m 'MARKER' 'INTORG'\n x obj 1" }), 'MPS_MARKER_INVALID -'],
    ['ordered sets', file({ columns: " m 'MARKER' 'SOSORG'\n x obj 1" }), 'MPS_MARKER_INVALID 6'],
    ['an upper bound of -inf', file({ rest: 'BOUNDS\n UP B x -inf' }), 'MPS_NUMBER_INVALID 11'],
    ['an infinite fixed value', file({ rest: 'BOUNDS\n FX B x 1e20' }), 'MPS_NUMBER_INVALID 11'],
    ['an infinite coefficient', file({ columns: ' x obj 1e999' }), 'MPS_NUMBER_INVALID 6'],
    [
      'an infinite equality',
      'ROWS\n E r\nCOLUMNS\n x r 1\nRHS\n S r 1e30\nENDATA',
      'MPS_NUMBER_INVALID 6',
    ],
    ['a control character', file({ rows: ' N obj\n G r\n L a\u0007b' }), 'MPS_NAME_INVALID 5'],
    [
      'a name that is too long',
      file({ rows: ` N obj\n G r\n L ${'a'.repeat(256)}` }),
      'MPS_NAME_INVALID 5',
    ],
  ] as const)('%s', ([, text, expected]) => {
    expect(found(text)).toContain(expected);
    expect(readGeneralProblem('p.mps', text).problem).toBeNull();
  });

  it('bytes that are no UTF-8', () => {
    const { findings } = readGeneralProblem('p.mps', Uint8Array.of(0x4e, 0xff, 0xfe));
    expect(findings.map(({ code }) => code)).toEqual(['TEXT_NOT_UTF8']);
  });

  it('lists at most two hundred errors', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ` X r${String(i)}`).join('\n');
    const { findings } = readGeneralProblem('p.mps', file({ rows }));
    expect(findings.length).toBe(201);
    expect(findings.at(-1)?.code).toBe('PROBLEM_ERRORS_MANY');
  });
});
