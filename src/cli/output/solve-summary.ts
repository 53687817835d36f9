import { hasPoint, statedValue, type SolvedProblem } from './solve-document.ts';

/** Variables listed for a person; --json has all. */
const VARIABLES_SHOWN_MAX = 40;
const DIGITS = 10;

const MEANINGS: Readonly<Record<SolvedProblem['result']['status'], string>> = {
  optimal: 'optimal',
  infeasible: 'infeasible (proven: no point satisfies all limits)',
  unbounded: 'unbounded (proven: the objective has no best value)',
  nonConvex: 'not convex: no answer would be known to be the best',
  iterationLimit:
    'not solved to the end: the point below is the best found, its errors are as shown',
};

/** An answer as a person wants to read it first: the value, how far to trust it, and what is not zero. */
export function solveSummary(solved: SolvedProblem): string {
  const { problem, result, seconds } = solved;
  const { certificate } = result;
  const kind = problem.isInteger === null ? '' : ', some integer';
  const lines = [
    `${problem.name === '' ? 'problem' : problem.name}: ${String(problem.variables.length)} variables${kind}, ${String(problem.rows.length)} rows`,
    `status ${MEANINGS[result.status]}`,
  ];
  if (hasPoint(solved)) {
    const value = statedValue(solved, result.objective);
    lines.push(`objective ${String(value)} (${solved.objectiveSense})`);
    if (result.bound !== null) {
      lines.push(`proven bound ${String(statedValue(solved, result.bound))}`);
    }
    const parts = [
      `primal residual ${figure(certificate.primalResidual)}`,
      ...(problem.isInteger === null
        ? [
            `dual residual ${figure(certificate.dualResidual)}`,
            `gap ${figure(certificate.gap)} (absolute)`,
          ]
        : []),
    ];
    lines.push(parts.join(', '));
  }
  lines.push(`${String(result.iterations)} iterations, ${seconds.toFixed(3)} s`);
  return hasPoint(solved) ? [...lines, ...variableLines(solved)].join('\n') : lines.join('\n');
}

const figure = (value: number): string => value.toExponential(1);

function variableLines({ problem, result }: SolvedProblem): string[] {
  const used = problem.variables
    .map((name, j) => ({ name, value: result.x[j] as number }))
    .filter(({ value }) => Math.abs(value) > 1e-9);
  const shown = used.slice(0, VARIABLES_SHOWN_MAX);
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const more = used.length - VARIABLES_SHOWN_MAX;
  const zeros = problem.variables.length - used.length;
  return [
    ...shown.map(({ name, value }) => `  ${name.padEnd(width)}  ${value.toPrecision(DIGITS)}`),
    ...(more > 0 ? [`… and ${String(more)} more (--json lists all)`] : []),
    ...(zeros > 0 ? [`zero: ${String(zeros)} of the variables`] : []),
  ];
}
