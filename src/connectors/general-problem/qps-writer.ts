/** Writes a general problem as free-format QPS, for other solvers. */
import { assert } from '../../kernel/index.ts';
import type { GeneralProblem, SparseMatrix } from '../../domain/index.ts';

/**
 * Numbers are written in full, so that reading gives the same problem bit for bit. Rows with two finite limits
 * become G rows with a range, whose upper limit is then lower + (upper - lower): the last bit may differ.
 *
 * @refuses nothing; @throws AssertionError if a name is empty, holds blanks, or begins with $
 */
export function writeQps(problem: GeneralProblem): string {
  const lines = [`NAME ${problem.name === '' ? 'PROBLEM' : problem.name}`, 'ROWS'];
  const objective = freeName('objective', problem.rows);
  lines.push(` N ${objective}`);
  problem.rows.forEach((name, i) => {
    lines.push(` ${rowType(problem, i)} ${checked(name)}`);
  });
  lines.push('COLUMNS', ...columnLines(problem, objective), 'RHS');
  if (problem.constant !== 0) lines.push(` RHS ${objective} ${String(-problem.constant)}`);
  lines.push(...limitLines(problem));
  lines.push('BOUNDS', ...boundLines(problem));
  const quadratic = quadraticLines(problem);
  if (quadratic.length > 0) lines.push('QUADOBJ', ...quadratic);
  lines.push('ENDATA', '');
  return lines.join('\n');
}

function checked(name: string): string {
  assert(/^[^\s$][^\s]*$/.test(name) && name.length <= 255, 'a name without blanks');
  return name;
}

function freeName(wanted: string, taken: readonly string[]): string {
  const names = new Set(taken);
  let name = wanted;
  while (names.has(name)) name += '_';
  return name;
}

function limits(problem: GeneralProblem, i: number): { lower: number; upper: number } {
  return { lower: problem.rowLower[i] as number, upper: problem.rowUpper[i] as number };
}

/** A row without limits is of type L with an infinite right-hand side: of type N it would be dropped. */
function rowType(problem: GeneralProblem, i: number): 'E' | 'L' | 'G' {
  const { lower, upper } = limits(problem, i);
  if (lower === upper) return 'E';
  return lower === -Infinity ? 'L' : 'G';
}

function columnLines(problem: GeneralProblem, objective: string): string[] {
  const lines: string[] = [];
  let isInMarkers = false;
  const mark = (wanted: boolean): void => {
    if (isInMarkers !== wanted) lines.push(` M 'MARKER' '${wanted ? 'INTORG' : 'INTEND'}'`);
    isInMarkers = wanted;
  };
  problem.variables.forEach((name, j) => {
    mark(problem.isInteger?.[j] === 1);
    lines.push(` ${checked(name)} ${objective} ${String(problem.q[j])}`);
    for (const [row, value] of entriesOf(problem.A, j)) {
      lines.push(` ${name} ${problem.rows[row] as string} ${String(value)}`);
    }
  });
  mark(false);
  return lines;
}

function limitLines(problem: GeneralProblem): string[] {
  const lines: string[] = [];
  const ranges: string[] = [];
  problem.rows.forEach((name, i) => {
    const { lower, upper } = limits(problem, i);
    const side = rowType(problem, i) === 'L' ? upper : lower;
    if (side !== 0) lines.push(` RHS ${name} ${limitText(side)}`);
    if (lower === upper || !Number.isFinite(lower) || !Number.isFinite(upper)) return;
    ranges.push(` RNG ${name} ${String(upper - lower)}`);
  });
  return ranges.length === 0 ? lines : [...lines, 'RANGES', ...ranges];
}

function boundLines(problem: GeneralProblem): string[] {
  return problem.variables.flatMap((name, j) => {
    const lower = problem.lower[j] as number;
    const upper = problem.upper[j] as number;
    if (lower === upper) return [` FX BND ${name} ${String(lower)}`];
    if (lower === -Infinity && upper === Infinity) return [` FR BND ${name}`];
    return [
      lower === -Infinity ? ` MI BND ${name}` : ` LO BND ${name} ${String(lower)}`,
      upper === Infinity ? ` PL BND ${name}` : ` UP BND ${name} ${String(upper)}`,
    ];
  });
}

/** The lower triangle. */
function quadraticLines(problem: GeneralProblem): string[] {
  return problem.variables.flatMap((name, j) =>
    entriesOf(problem.P, j)
      .filter(([i]) => i >= j)
      .map(([i, value]) => ` ${name} ${problem.variables[i] as string} ${String(value)}`),
  );
}

function entriesOf(matrix: SparseMatrix, column: number): [row: number, value: number][] {
  const entries: [number, number][] = [];
  const end = matrix.columnStart[column + 1] as number;
  for (let e = matrix.columnStart[column] as number; e < end; e += 1) {
    entries.push([matrix.rowIndex[e] as number, matrix.values[e] as number]);
  }
  return entries;
}

function limitText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? 'Infinity' : '-Infinity';
}
