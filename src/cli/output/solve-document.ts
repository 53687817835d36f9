/** The answer of `evenkeel solve` as a document (FORMATS section 3), in the sense that the file asks for. */
import type { Finding, GeneralProblem, GeneralResult } from '../../domain/index.ts';
import { findingDocument } from './findings.ts';
import type { DocumentField } from './json-stream.ts';

export interface SolvedProblem {
  /** The minimization that was solved. */
  readonly problem: GeneralProblem;
  readonly objectiveSense: 'minimize' | 'maximize';
  readonly result: GeneralResult;
  /** Of the solution alone, without reading. */
  readonly seconds: number;
  readonly warnings: readonly Finding[];
}

/** A value of the minimization in the sense of the file. */
export function statedValue(solved: SolvedProblem, value: number): number | null {
  if (!Number.isFinite(value)) return null;
  if (value === 0) return 0;
  return solved.objectiveSense === 'maximize' ? -value : value;
}

/** Whether `x` is a point to use: a proof that there is none, or no best one, comes without. */
export function hasPoint({ result }: SolvedProblem): boolean {
  return (
    result.status !== 'infeasible' &&
    result.status !== 'unbounded' &&
    result.x.every((value) => Number.isFinite(value))
  );
}

/**
 * Fields of FORMATS section 3 and after them what may help: the sense, names by which prices are found, and
 * for integer problems the proven bound with its distance. Prices are the rise of the stated objective when the
 * limit number rises by one. Without a point `objective` and `x` are null.
 */
export function solveDocument(solved: SolvedProblem): DocumentField[] {
  const { problem, result, seconds } = solved;
  const isPoint = hasPoint(solved);
  const objective = isPoint ? statedValue(solved, result.objective) : null;
  const prices = (values: Float64Array): (number | null)[] =>
    Array.from(values, (value) => statedValue(solved, value));
  const isContinuous = problem.isInteger === null;
  return [
    { name: 'status', value: result.status },
    { name: 'objective', value: objective },
    { name: 'x', value: isPoint ? named(problem.variables, Array.from(result.x)) : null },
    { name: 'certificate', value: certificateDocument(solved) },
    { name: 'iterations', value: result.iterations },
    { name: 'seconds', value: seconds },
    { name: 'name', value: problem.name },
    { name: 'objectiveSense', value: solved.objectiveSense },
    ...(isContinuous && isPoint
      ? [
          { name: 'rowDuals', value: named(problem.rows, prices(result.rowDuals)) },
          { name: 'boundDuals', value: named(problem.variables, prices(result.boundDuals)) },
        ]
      : []),
    ...(isContinuous ? [] : boundFields(solved, objective)),
    { name: 'ray', value: rayDocument(solved) },
    { name: 'warnings', items: solved.warnings.map(findingDocument) },
  ];
}

function certificateDocument({ result }: SolvedProblem): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(result.certificate).map(([name, value]: [string, number]) => [
      name,
      Number.isFinite(value) ? value : null,
    ]),
  );
}

/** What an integer search has proven: no answer is better than `bound`, so the one given is within the gap. */
function boundFields(solved: SolvedProblem, objective: number | null): DocumentField[] {
  const bound = solved.result.bound === null ? null : statedValue(solved, solved.result.bound);
  const distance = bound === null || objective === null ? null : Math.abs(objective - bound);
  return [
    { name: 'bound', value: bound },
    {
      name: 'integerGap',
      value:
        distance === null
          ? null
          : { absolute: distance, relative: distance / Math.max(1, Math.abs(objective ?? 0)) },
    },
  ];
}

/** Prices that prove infeasibility, or the direction in which the objective has no end. */
function rayDocument({ problem, result }: SolvedProblem): unknown {
  const { ray } = result;
  if (ray === null) return null;
  const m = problem.rows.length;
  const values = Array.from(ray);
  if (result.status === 'unbounded') return { direction: named(problem.variables, values) };
  return {
    rows: named(problem.rows, values.slice(0, m)),
    bounds: named(problem.variables, values.slice(m)),
  };
}

/** A map, not an object: a name of a file may be `__proto__`. */
function named(names: readonly string[], values: readonly unknown[]): Map<string, unknown> {
  return new Map(names.map((name, i) => [name, values[i]]));
}
